"""An answer that can be read in more than one way, and what one answer looks like without its
values.
"""

import json
import re
from typing import Any

from canary.labelled.numbers import is_number, kind_of

MOST_KEYS, LONGEST_KEY, DEEPEST = 12, 40, 4
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_PLAIN = re.compile(r"[A-Za-z0-9_.@:|()\[\]-]*")


class Ambiguous(Exception):
    """Answers with more than one reading, or with none that is certain.

    `shape` is one real answer's, `readings` what it may mean, `rules` the keys of `answer` (or of
    the guard) that say which, as a user would write them. `by_other` says whether the other
    variant's answers may settle it.
    """

    def __init__(
        self, value: Any, readings: tuple[str, ...], remedy: str, *, by_other: bool = True
    ) -> None:
        """Keep the shape of the value, never the value."""
        super().__init__(f"{shape_of(value)}: {'; '.join(readings)}")
        self.shape = shape_of(value)
        self.readings = readings
        self.remedy = remedy
        self.by_other = by_other


def shape_of(value: Any, depth: int = 0) -> str:
    """Return an answer's shape: keys, types and lengths."""
    if isinstance(value, dict):
        if depth >= DEEPEST:
            return kind_of(value)
        shown = list(value.items())[:MOST_KEYS]
        inner = ", ".join(f"{shown_key(key)}: {shape_of(held, depth + 1)}" for key, held in shown)
        return "{" + inner + (", ..." if len(value) > MOST_KEYS else "") + "}"
    if isinstance(value, list):
        return _list_shape(value, depth)
    if isinstance(value, str) and is_number(value):
        return "number as text"
    return kind_of(value).removeprefix("a ")


def _list_shape(value: list[Any], depth: int) -> str:
    kinds = list(dict.fromkeys(shape_of(one, depth + 1) for one in value[:MOST_KEYS]))
    if depth >= DEEPEST or not value:
        return kind_of(value).removeprefix("a ")
    if len(kinds) == 1 and len(value) > 1:
        return f"[{len(value)} x {kinds[0]}]"
    every = [shape_of(one, depth + 1) for one in value[:MOST_KEYS]]
    return "[" + ", ".join(every) + (", ..." if len(value) > MOST_KEYS else "") + "]"


def shown_key(key: Any) -> str:
    """Return an object's key as it may be told: a plain name, else only how long it is, because it
    may be a value.
    """
    text = str(key)
    if not _PLAIN_KEY.fullmatch(text):
        return f"(a key of {len(text)} characters)"
    return text if len(text) <= LONGEST_KEY else f"{text[:LONGEST_KEY]}..."


def as_rules(**rules: object) -> str:
    """Return the remedy that names keys of `answer` and the options of the same names; a place that
    is no plain path is left for the user to write.
    """
    told = {key: _told(value) for key, value in rules.items()}
    written = ", ".join(f'"{key}": {json.dumps(value)}' for key, value in told.items())
    options = " ".join(
        f"--{key.replace('_', '-')}" + ("" if value is True else f" {_option(value)}")
        for key, value in told.items()
    )
    return f"answer {{{written}}} (on the command line {options})"


def _told(value: object) -> object:
    return value if not isinstance(value, str) or _PLAIN.fullmatch(value) else "PLACE"


def _option(value: object) -> str:
    text = str(value)
    return f"'{text}'" if set(text) & set("()|[]") else text


def form_of(value: Any) -> object:
    """Return what two answers of one shape have alike: keys and types, whatever the lengths."""
    if isinstance(value, dict):
        return frozenset((key, form_of(held)) for key, held in value.items())
    if isinstance(value, list):
        return ("list", frozenset(map(form_of, value)))
    if value is None or isinstance(value, bool):
        return str(type(value))
    return "number" if is_number(value) else "text"
