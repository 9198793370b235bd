"""From what pydantic says of a document to mistakes a person can mend."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from canary.domain.plan.reading.keys import (
    FORMS,
    Node,
    anchor_of,
    at,
    child,
    forms,
    names_at,
    schema,
    wanted,
    words_of,
)
from canary.domain.plan.reading.meant import key_meant, value_meant
from canary.domain.plan.reading.mistake import Mistake, Path, shown
from canary.domain.words import capital

OURS = "Value error, "
OF_A_NAME = "[key]"
"""The end of an error's place where it is of a name in an object, not of what stands there."""
UNKNOWN, MISSING, SAID = "extra_forbidden", "missing", "value_error"


def mistakes_in(document: dict[str, Any], errors: Sequence[ErrorDetails]) -> list[Mistake]:
    """Return the mistakes behind pydantic's errors, in the order of the document's keys, each place
    once; unknown keys come last, for a missing one may explain them.
    """
    made: dict[Path, Mistake] = {}
    for error in errors:
        mistake = _mistake(document, error)
        made.setdefault(mistake.path, mistake)
    found = [one for one in made.values() if not _beside(one, made)]
    return sorted(found, key=lambda one: one.at_key)


def _beside(mistake: Mistake, made: dict[Path, Mistake]) -> bool:
    """Return whether another mistake tells the same: of the form that was meant, or of the key that
    was written for a missing one.
    """
    path, length = mistake.path, len(mistake.path)
    if any(mistake.wanted and other[:length] == path and other != path for other in made):
        return True
    return any(
        other.instead and (*other.path[:-1], other.instead) == path for other in made.values()
    )


def _mistake(document: dict[str, Any], error: ErrorDetails) -> Mistake:
    path = _path(error["loc"])
    if error["loc"] and error["loc"][-1] == OF_A_NAME:
        return _name(path, error)
    if error["type"] == UNKNOWN:
        return unknown(path, _value(document, path))
    if error["type"] == MISSING:
        return _missing(path)
    if error["type"] == SAID:
        return _said(document, path, error["msg"].removeprefix(OURS))
    return _misfit(path, _value(document, path), error)


def _path(loc: Sequence[str | int]) -> Path:
    """Return where an error is in the document; pydantic names the form it tried as well."""
    node: Node | None = schema()
    path: Path = ()
    tried = False
    for part in loc:
        several = forms(node) if node is not None else []
        known = any(part in form.get("properties", ()) for form in several)
        if len(several) > 1 and not tried and not known:
            tried = True
            continue
        tried = False
        if part != OF_A_NAME:
            path = (*path, part)
            node = child(node, part) if node is not None else None
    return path


def _value(document: Any, path: Path) -> Any:
    for part in path:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def unknown(path: Path, value: Any) -> Mistake:
    """Return the mistake of a key that nobody knows, with what was meant."""
    *parent, key = path
    instead, remedy, moves = key_meant(tuple(parent), str(key), value)
    see = anchor_of((*parent, instead)) if instead else anchor_of(tuple(parent))
    return Mistake(path, "unknown key", remedy, see=see, at_key=True, instead=instead, moves=moves)


def _name(path: Path, error: ErrorDetails) -> Mistake:
    """Return the mistake of a name that may not be one in its object."""
    may = next(
        (form["propertyNames"] for form in forms(at(path[:-1]) or {}) if "propertyNames" in form),
        None,
    )
    said = words_of(may) if may else FORMS.get((error.get("ctx") or {}).get("pattern", ""), "")
    problem = f"the name {shown(path[-1])} is not {said or 'one that may stand here'}"
    return Mistake(path, problem, "Correct the name", see=anchor_of(path), at_key=True)


def _missing(path: Path) -> Mistake:
    example = next(iter((at(path) or {}).get("examples", [])), None)
    such = "Add it" if example is None else f'Add "{path[-1]}", such as {json.dumps(example)}'
    return Mistake(path, "required and missing", such, see=anchor_of(path))


def _said(document: dict[str, Any], path: Path, message: str) -> Mistake:
    """Return the mistake that one of our own checks found: its sentence says what is wrong, and
    behind a semicolon what to do; a key it begins with is the place.
    """
    value = _value(document, path)
    first = message.partition(" ")[0]
    problem, _, remedy = message.partition("; ")
    if isinstance(value, dict) and first in names_at(path) and first in value:
        path = (*path, first)
    elif not isinstance(value, dict | list) and str(value) not in problem:
        problem = f"{problem}, got {shown(value, path)}"
    remedy = capital(remedy) or "Correct this field"
    return Mistake(path, problem, remedy, see=anchor_of(path))


def _misfit(path: Path, value: Any, error: ErrorDetails) -> Mistake:
    """Return the mistake of a value that may not stand where it does."""
    may = wanted(path)
    length = (error.get("ctx") or {}).get("actual_length")
    found = f"{length} of them are" if error["type"] == "too_long" else f"{shown(value, path)} is"
    if error["type"] == "too_short":
        may, found = "enough", f"{shown(value, path)} is"
    remedy = value_meant(path, value) or _such(path)
    return Mistake(path, f"{found} not {may}", remedy, wanted=may, see=anchor_of(path))


def _such(path: Path) -> str:
    """Return the least that can be said of what to do: an example."""
    example = next(_examples(path), None)
    shown_so = json.dumps(example, ensure_ascii=False)
    return "Correct this field" if example is None else f"Write it as in {shown_so}"


def _examples(path: Path) -> Iterator[Any]:
    """Yield examples of what may stand at a path, those of a list's or object's entry among
    them.
    """
    yield from (at(path) or {}).get("examples", [])
    if not path:
        return
    for example in (at(path[:-1]) or {}).get("examples", []):
        if isinstance(path[-1], int) and isinstance(example, list):
            yield from example
        elif isinstance(example, dict) and example and "properties" not in (at(path[:-1]) or {}):
            yield next(iter(example.values()))


def example_at(path: Path) -> Any:
    """Return a value that may stand at a path. Raises KeyError where the schema shows none."""
    for example in _examples(path):
        return example
    raise KeyError(path)
