"""The rules of a Choice state."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from emulator.states.language import paths
from emulator.states.language.errors import InvalidDefinition

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": eq,
    "LessThan": lt,
    "GreaterThan": gt,
    "LessThanEquals": le,
    "GreaterThanEquals": ge,
}
_RULE_FIELDS = {"Variable", "Next", "Comment", "Assign"}


def holds(rule: dict[str, Any], data: Any, context: paths.Context) -> bool:
    """Return whether a choice rule holds. Raises StateError (States.Runtime) when its Variable does
    not exist.
    """
    if "And" in rule:
        return all(holds(part, data, context) for part in rule["And"])
    if "Or" in rule:
        return any(holds(part, data, context) for part in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], data, context)
    operator = operator_of(rule)
    if operator == "IsPresent":
        return _is_present(rule["Variable"], data, context) == rule[operator]
    value = paths.read(rule["Variable"], data, context)
    if operator in _TYPE_TESTS:
        return _TYPE_TESTS[operator](value) == rule[operator]
    expected = rule[operator]
    if operator.endswith("Path"):
        operator, expected = operator[:-4], paths.read(expected, data, context)
    return _compared(operator, value, expected)


def operator_of(rule: dict[str, Any]) -> str:
    """Return the rule's one comparison operator. Raises InvalidDefinition for none, several or an
    unknown one.
    """
    found = [key for key in rule if key not in _RULE_FIELDS]
    if len(found) != 1 or "Variable" not in rule:
        raise InvalidDefinition(f"a choice rule needs a Variable and one operator: {rule}")
    name = found[0]
    plain = name.removesuffix("Path")
    known = name in _TYPE_TESTS or name in {"IsPresent", "StringMatches"}
    if not known and not re.fullmatch(
        r"(String|Numeric|Timestamp)(LessThan|GreaterThan)?(Equals)?|BooleanEquals", plain
    ):
        raise InvalidDefinition(f"unknown choice operator {name}")
    return name


def _is_present(path: str, data: Any, context: paths.Context) -> bool:
    try:
        paths.read(path, data, context)
    except paths.NoSuchPath:
        return False
    return True


def _compared(operator: str, value: object, expected: object) -> bool:
    if operator == "StringMatches":
        return isinstance(value, str) and _matches(value, str(expected))
    if operator == "BooleanEquals":
        return isinstance(value, bool) and value == expected
    kind = next(kind for kind in ("String", "Numeric", "Timestamp") if operator.startswith(kind))
    compare = _COMPARE[operator.removeprefix(kind)]
    # A value of another type is no match, not an error.
    if not (_TYPE_TESTS[f"Is{kind}"](value) and _TYPE_TESTS[f"Is{kind}"](expected)):
        return False
    if kind == "Timestamp":
        return compare(_moment(value), _moment(expected))
    return compare(value, expected)


def _matches(text: str, pattern: str) -> bool:
    parts = re.split(r"(\\\*|\\\\|\*)", pattern)
    regex = "".join(".*" if part == "*" else re.escape(part.removeprefix("\\")) for part in parts)
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(str(value))


def _is_timestamp(value: object) -> bool:
    if not isinstance(value, str) or "T" not in value:
        return False
    try:
        return _moment(value).tzinfo is not None
    except ValueError:
        return False


_TYPE_TESTS: dict[str, Callable[[object], bool]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": _is_timestamp,
}
