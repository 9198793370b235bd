"""Whether a subscription's filter policy lets a message through.

Source: SNS Developer Guide, "Subscription filter policies": every key must hold, one of its
conditions is enough, and an attribute that is not there matches `exists: false` alone. A policy on
the body passes nothing that is no JSON object, as no message of ours is.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Attributes = Mapping[str, frozenset[str] | None]
"""What a message may carry: the values an attribute may have, None where they are not known."""


def may_pass(policy: str, scope: str, attributes: Attributes) -> bool | None:
    """Return whether some message with these attributes passes; None where a condition is not known
    here.
    """
    if not policy or policy == "{}":
        return True
    if scope == "MessageBody":
        return False
    return _all(json.loads(policy), attributes)


def _all(policy: Mapping[str, Any], attributes: Attributes) -> bool | None:
    return _both(
        _any(_all(one, attributes) for one in conditions)
        if key == "$or"
        else _any(_holds(one, key, attributes) for one in conditions)
        for key, conditions in policy.items()
    )


def _both(answers: Iterable[bool | None]) -> bool | None:
    given = set(answers)
    if False in given:
        return False
    return None if None in given else True


def _any(answers: Iterable[bool | None]) -> bool | None:
    given = set(answers)
    if True in given:
        return True
    return None if None in given else False


def _holds(condition: Any, key: str, attributes: Attributes) -> bool | None:
    if isinstance(condition, dict) and "exists" in condition:
        return (key in attributes) is bool(condition["exists"])
    if key not in attributes:
        return False
    values = attributes[key]
    if values is None:
        return True  # whichever it has, there may be one that matches
    return _any(_matches(condition, value) for value in values)


COMPARED: Mapping[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "equals-ignore-case": lambda value, wanted: value.lower() == wanted.lower(),
    "wildcard": fnmatchcase,
}
"""How a text is held against a condition's, by the condition's name."""
OF_NUMBERS = frozenset({"numeric", "cidr"})
"""Conditions that no text meets."""


def _matches(condition: Any, value: str) -> bool | None:
    if not isinstance(condition, dict):
        return bool(condition == value)
    [(how, what)] = condition.items()
    if how == "anything-but":
        found = _any(_matches(one, value) for one in (what if isinstance(what, list) else [what]))
        return None if found is None else not found
    if how in OF_NUMBERS:
        return False
    return COMPARED[how](value, str(what)) if how in COMPARED else None
