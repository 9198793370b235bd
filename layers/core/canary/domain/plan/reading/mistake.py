"""One mistake in a spec, and the refusal that tells of all of them within bounds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from canary.domain.errors import Refused

Path = tuple[str | int, ...]
PAGE = "docs/spec.md"
MOST_TOLD = 10
LONGEST_REFUSAL = 1_700
LONGEST_FIELD, LONGEST_PROBLEM, LONGEST_REMEDY, LONGEST_VALUE = 160, 320, 240, 60
UNTOLD = "environment"
"""A key whose values are never told: what containers are started with may be a password."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at one place of a document, and what to do.

    `wanted` is what may stand there; `see` the key in docs/spec.md; `at_key` that the key itself is
    meant; `instead` the sibling key that was meant by it, and `moves` that the value goes with it.
    """

    path: Path
    problem: str
    remedy: str
    wanted: str = ""
    see: str = ""
    at_key: bool = False
    instead: str = ""
    moves: bool = False

    @property
    def field(self) -> str:
        """Return the place as a person writes it: steps[2].share."""
        return cut(written(self.path) or "spec", LONGEST_FIELD)

    @property
    def page(self) -> str:
        """Return where the key is described."""
        return f"{PAGE}#{self.see}" if self.see else PAGE

    @property
    def refused(self) -> Refused:
        """Return the refusal for this mistake alone."""
        problem, remedy = cut(self.problem, LONGEST_PROBLEM), cut(self.remedy, LONGEST_REMEDY)
        return Refused(self.field, problem, f"{remedy} ({self.page})")


def refusal_of(mistakes: Sequence[Mistake]) -> Refused:
    """Return one refusal that tells of all mistakes, the first of them in its parts; those beyond
    ten, or beyond 1,700 characters, are counted.
    """
    first, *rest = (mistake.refused for mistake in mistakes)
    told: list[Refused] = []
    length = len(str(first))
    for other in rest:
        length += len(str(other)) + 3
        if len(told) + 1 == MOST_TOLD or length > LONGEST_REFUSAL:
            break
        told.append(other)
    return first.beside(told, len(rest) - len(told))


def written(path: Path) -> str:
    """Return a path as a person writes it; a name with other signs than a key's in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "a").isalnum():
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(cut(part, LONGEST_VALUE))}]"
    return text


def shown(value: Any, path: Path = ()) -> str:
    """Return what was found as JSON spells it, in short; of lists and objects what they hold."""
    if UNTOLD in path:
        return "this value"
    if isinstance(value, dict):
        names = ", ".join(cut(str(name), 30) for name in list(value)[:4])
        return f"an object with {names}{', ...' * (len(value) > 4)}" if value else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return cut(json.dumps(value, ensure_ascii=False), LONGEST_VALUE)


def cut(text: str, length: int) -> str:
    """Return the text, or its beginning within a length."""
    return text if len(text) <= length else f"{text[: length - 3]}..."
