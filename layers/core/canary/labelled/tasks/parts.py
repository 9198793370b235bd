"""The parts both sides have in common: entities, numbers, names. None where a value is not one."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from canary.domain.labelled.scorers.sets import Span
from canary.labelled.numbers import LARGEST
from canary.labelled.tasks.classes import class_name

SEPARATORS = (";", "|", ",", "/", " ")
TYPE_KEYS = ("entity_group", "label", "type", "entity")


def span(value: Any) -> Span | None:
    """Return an entity from [start, end, type] or an object with start, end and a type."""
    if isinstance(value, Mapping):
        kind = next((value[key] for key in TYPE_KEYS if key in value), None)
        value = [value.get("start"), value.get("end"), kind]
    if not isinstance(value, list) or len(value) != 3:
        return None
    start, end, kind = value
    whole = all(isinstance(place, int) and not isinstance(place, bool) for place in (start, end))
    return (start, end, kind) if whole and isinstance(kind, str) and 0 <= start <= end else None


def finite(value: Any) -> float | None:
    """Return a JSON number as a float, unless it is beyond what can be squared and summed."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) <= LARGEST else None


def numbers(value: Any) -> list[float] | None:
    """Return a list of JSON numbers as floats."""
    if not isinstance(value, list) or not value:
        return None
    found = [finite(one) for one in value]
    return [one for one in found if one is not None] if None not in found else None


def by_name(value: Any) -> dict[str, float] | None:
    """Return an object of JSON numbers as floats by name."""
    if not isinstance(value, Mapping) or not value:
        return None
    found = {str(name): finite(one) for name, one in value.items()}
    known = {name: one for name, one in found.items() if one is not None}
    return known if len(known) == len(found) else None


def names(value: Any) -> list[str] | None:
    """Return a list of texts."""
    whole = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return list(value) if whole else None


def parsed(value: Any) -> Any:
    """Return the JSON in a text that begins as JSON of several parts, or as a number, does; any
    other value as it is.
    """
    if not isinstance(value, str) or value.lstrip()[:1] not in {"[", "{", *"-0123456789"}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def parts_of(text: str, separator: str) -> list[str]:
    """Return the labels that a text holds between separators, without spaces around them."""
    return [part.strip() for part in text.split(separator) if part.strip()]


def separators_in(texts: Sequence[str], names: Collection[str]) -> list[str]:
    """Return what may stand between labels in texts: what makes several labels of the set of one of
    them, and of nothing in them a name that no label has.
    """
    found = []
    for separator in SEPARATORS:
        told = [parts_of(text, separator) for text in texts]
        several = any(len(parts) > 1 for parts in told)
        if several and all(class_name(name) in names for parts in told for name in parts):
            found.append(separator)
    return found
