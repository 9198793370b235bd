"""A scorer of one's own as a Python function of a file: the Lambda contract, run in this process.

The function takes what the Lambda would, {"version", "items"}, and returns {"scores": [...]}; a
Lambda handler, which takes a context too, is given None for it. It runs in the evaluation's own
threads, so its time is its own: `scorer_timeout_seconds` bounds Lambda functions alone.
"""

import importlib.util
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from canary.domain.errors import Refused
from canary.labelled.own_scores import ScorerFailed, read_scores, request_of


class FunctionScorer:
    """Asks a function."""

    def __init__(self, function: Callable[..., object]) -> None:
        """Take a function of one argument, or of two as a Lambda handler."""
        self._function = function
        required = [
            one
            for one in inspect.signature(function).parameters.values()
            if one.default is one.empty and one.kind is not one.VAR_POSITIONAL
        ]
        self._more = (None,) if len(required) > 1 else ()

    def score(self, items: Sequence[Mapping[str, Any]]) -> list[float]:
        """Return one score of 0 to 1 for each item; raise ScorerFailed otherwise."""
        try:
            answered = self._function(request_of(items), *self._more)
        except Exception as error:
            raise ScorerFailed(f"the scorer raised {type(error).__name__}", str(error)) from error
        return read_scores(answered, len(items))


def load_scorer(text: str) -> FunctionScorer:
    """Return the scorer that file.py:function names; raise Refused where there is none."""
    place, _, name = text.rpartition(":")
    path = Path(place)
    if not path.is_file():
        raise _refused(text, f"there is no file {place!r}")
    module_spec = importlib.util.spec_from_file_location(f"scorer_{path.stem}", path)
    if module_spec is None or module_spec.loader is None:
        raise _refused(text, f"{place!r} is no Python file")
    module = importlib.util.module_from_spec(module_spec)
    try:
        module_spec.loader.exec_module(module)
    except Exception as error:
        raise _refused(
            text, f"the file cannot be read ({type(error).__name__}: {error})"
        ) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise _refused(text, f"the file has no function {name!r}")
    return FunctionScorer(function)


def _refused(text: str, problem: str) -> Refused:
    return Refused("--scorer", f"{text!r}: {problem}", "Write it as file.py:function, or an ARN")
