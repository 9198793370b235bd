"""The intrinsic functions of JSONPath state machines, and payload templates, which use them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from emulator.states.language import paths
from emulator.states.language.errors import InvalidDefinition, StateError

_TOKEN = re.compile(
    r"\s*(?:(?P<call>States\.\w+)\s*\(|'(?P<text>(?:\\.|[^'\\])*)'|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>true|false|null)|(?P<path>\$[^\s,()']*(?:\['[^']*'\][^\s,()']*)*)|(?P<mark>[,)]))"
)


def template(node: Any, data: Any, context: paths.Context) -> Any:
    """Return a payload template (Parameters, ResultSelector, ItemSelector) filled from data and
    context.
    """
    if isinstance(node, list):
        return [template(item, data, context) for item in node]
    if not isinstance(node, dict):
        return node
    filled = {}
    for key, value in node.items():
        if key.endswith(".$"):
            filled[key[:-2]] = evaluate(value, data, context)
        else:
            filled[key] = template(value, data, context)
    return filled


def evaluate(expression: str, data: Any, context: paths.Context) -> Any:
    """Return the value of a path or of an intrinsic function call."""
    if not isinstance(expression, str):
        raise InvalidDefinition(f"a field ending in .$ needs a string, not {expression!r}")
    if expression.startswith("$"):
        return paths.read(expression, data, context)
    value, end = _argument(expression, 0, data, context)
    if expression[end:].strip():
        raise InvalidDefinition(f"unreadable intrinsic function: {expression!r}")
    return value


def _argument(text: str, start: int, data: Any, context: paths.Context) -> tuple[Any, int]:
    found = _TOKEN.match(text, start)
    if found is None or found["mark"]:
        raise InvalidDefinition(f"unreadable intrinsic function at {start}: {text!r}")
    if found["call"]:
        return _call(found["call"], text, found.end(), data, context)
    if found["text"] is not None:
        return _unescaped(found["text"]), found.end()
    if found["path"]:
        return paths.read(found["path"], data, context), found.end()
    return json.loads(found["number"] or found["word"]), found.end()


def _call(name: str, text: str, start: int, data: Any, context: paths.Context) -> tuple[Any, int]:
    arguments: list[Any] = []
    closing = _TOKEN.match(text, start)
    if closing is not None and closing["mark"] == ")":
        return _apply(name, arguments), closing.end()
    position = start
    while True:
        value, position = _argument(text, position, data, context)
        arguments.append(value)
        mark = _TOKEN.match(text, position)
        if mark is None or not mark["mark"]:
            raise InvalidDefinition(f"unreadable intrinsic function at {position}: {text!r}")
        position = mark.end()
        if mark["mark"] == ")":
            return _apply(name, arguments), position


def _unescaped(text: str) -> str:
    # \{ and \} stay escaped for States.Format, which takes its own meaning from bare braces.
    return re.sub(r"\\(['\\])", r"\1", text)


def _apply(name: str, arguments: list[Any]) -> Any:
    function = _FUNCTIONS.get(name)
    if function is None:
        raise InvalidDefinition(f"unknown intrinsic function {name}")
    try:
        return function(*arguments)
    except (TypeError, ValueError, IndexError) as error:
        raise StateError("States.IntrinsicFailure", f"{name}: {error}") from error


def _format(pattern: str, *values: object) -> str:
    left = list(values)

    def put(found: re.Match[str]) -> str:
        if found[0] != "{}":
            return found[0][1:]
        value = left.pop(0)
        return value if isinstance(value, str) else json.dumps(value)

    answer = re.sub(r"\\[{}]|\{\}", put, pattern)
    if left:
        raise ValueError("more arguments than braces")
    return answer


def _partition(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _unique(items: list[Any]) -> list[Any]:
    return list({json.dumps(item, sort_keys=True): item for item in items}.values())


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "States.Format": _format,
    "States.StringToJson": json.loads,
    "States.JsonToString": lambda value: json.dumps(value, separators=(",", ":")),
    "States.Array": lambda *items: list(items),
    "States.ArrayContains": lambda items, item: item in items,
    "States.ArrayGetItem": lambda items, index: items[index],
    "States.ArrayLength": len,
    "States.ArrayPartition": _partition,
    "States.ArrayRange": lambda first, last, step: list(range(first, last + 1, step)),
    "States.ArrayUnique": _unique,
    "States.Base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "States.Base64Decode": lambda text: base64.b64decode(text).decode(),
    "States.Hash": lambda value, algorithm: hashlib.new(
        algorithm.lower().replace("-", ""), value.encode()
    ).hexdigest(),
    "States.JsonMerge": lambda first, second, _deep: {**first, **second},
    "States.MathAdd": lambda first, second: first + second,
    "States.StringSplit": lambda text, marks: re.split(f"[{re.escape(marks)}]", text),
    "States.UUID": lambda: str(uuid.uuid4()),
}
