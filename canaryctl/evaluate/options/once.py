"""Options of names and values, each name given once."""

from collections.abc import Iterable
from typing import TypeVar

from canary.domain.errors import Refused

Value = TypeVar("Value")


def once(option: str, pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """Return pairs as a mapping; raise Refused naming both values where a name has two."""
    found: dict[str, Value] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            problem = f"{name} is given twice, as {found[name]} and as {value}"
            raise Refused(option, problem, "Give it once")
    return found
