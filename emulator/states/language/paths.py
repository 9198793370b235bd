"""JSONPath as Step Functions reads it: `$` the state's data, `$$` the context object, and where a
result is written.
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any

from jsonpath_ng.ext.parser import parse

from emulator.states.language.errors import RUNTIME, InvalidDefinition, StateError

# A path with one answer: names and indices alone. Everything else goes through jsonpath-ng and
# answers with a list.
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]|\[\"([^\"]+)\"\]")

Context = dict[str, Any]


class NoSuchPath(StateError):
    """A path found nothing."""

    def __init__(self, path: str, data: object) -> None:
        super().__init__(RUNTIME, f"The JSONPath '{path}' could not be found in the input '{data}'")


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str | int, ...] | None:
    """Return the steps of a definite path, None when it may have several answers."""
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            return None
        name, index, quoted, double_quoted = found.groups()
        steps.append(int(index) if index is not None else name or quoted or double_quoted)
        position = found.end()
    return tuple(steps)


@lru_cache(maxsize=1024)
def _expression(path: str) -> Any:
    return parse(path)


def read(path: str, data: Any, context: Context) -> Any:
    """Return what the path finds in `data` (`$...`) or in the context object (`$$...`). Raises
    NoSuchPath.
    """
    if path.startswith("$$"):
        return read(path[1:], context, context)
    if not path.startswith("$"):
        raise InvalidDefinition(f"a path must begin with $: {path!r}")
    steps = _steps(path)
    if steps is None:
        return [found.value for found in _expression(path).find(data)]
    value = data
    for step in steps:
        fits_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        fits_object = isinstance(value, dict) and isinstance(step, str) and step in value
        if not fits_list and not fits_object:
            raise NoSuchPath(path, data)
        value = value[step]  # type: ignore[index]
    return value


def write(path: str | None, data: Any, result: Any) -> Any:
    """Return `data` with the result at ResultPath `path` (`$` replaces all, None keeps the data as
    it was).
    """
    if path is None:
        return data
    steps = _steps(path)
    if steps is None:
        raise InvalidDefinition(f"not a reference path: {path!r}")
    if not steps:
        return result
    answer = copy.deepcopy(data)
    node = answer
    for step in steps[:-1]:
        node = _into(node, step, path)
    last = steps[-1]
    if not (isinstance(node, dict) and isinstance(last, str)):
        raise StateError(
            "States.ResultPathMatchFailure", f"Unable to apply ResultPath {path} to input {data}"
        )
    node[last] = result
    return answer


def _into(node: Any, step: str | int, path: str) -> Any:
    if isinstance(node, dict) and isinstance(step, str):
        return node.setdefault(step, {})
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    raise StateError("States.ResultPathMatchFailure", f"Unable to apply ResultPath {path}")
