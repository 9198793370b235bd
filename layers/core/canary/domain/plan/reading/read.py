"""From a document to the spec it describes, or to every mistake in it.

Rules: pure. What cannot be read is told, and an example of its key stands in for it meanwhile, so
that the rest is read as well; nothing that an example was made to say is ever told.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from canary.domain.model import flags_for_numbers
from canary.domain.plan.reading.checks import found_together
from canary.domain.plan.reading.mistake import Mistake, Path
from canary.domain.plan.spec import LARGEST_SPEC_CHARACTERS, Spec

SCHEMA_KEY = "$schema"
"""What editors look for; it says nothing of the rollout."""
MOST_ROUNDS = 12


def read_whole(document: object) -> Spec | tuple[Mistake, ...]:
    """Return the spec a document describes, or every mistake that was found in it."""
    text = _as_json(document)
    if isinstance(text, Mistake):
        return (text,)
    kept: dict[str, Any] = json.loads(text)
    given: dict[str, Any] = json.loads(text)
    kept.pop(SCHEMA_KEY, None)
    found: list[Mistake] = list(_inner_names(kept))
    spec, doubtful = _read(kept, found)
    if spec is not None:
        for path in flags_for_numbers(kept, spec):
            doubtful.append(path)
            found.append(_flag(path))
        found.extend(found_together(spec, doubtful))
    if spec is None or found:
        return tuple(sorted(found, key=lambda one: _place(given, one.path)))
    return spec


def _place(document: Any, path: Path) -> tuple[int, ...]:
    """Return what sorts paths as the document has them; what is missing follows what is there."""
    place: list[int] = []
    for part in path:
        if isinstance(part, str) and isinstance(document, dict):
            place.append(list(document).index(part) if part in document else len(document))
        else:
            place.append(part if isinstance(part, int) else 0)
        document = document[part] if there(document, (part,)) else None
    return tuple(place)


def _as_json(document: object) -> str | Mistake:
    """Return a document as JSON text, or why it is none that could be kept."""
    if not isinstance(document, dict):
        kind = {list: "a list", str: "text", type(None): "nothing"}.get(type(document), "a value")
        return Mistake(
            (),
            f"expected a JSON object, got {kind}",
            'Write an object such as {"endpoint": "churn-prod", "canary": "Variant2"}',
        )
    try:
        text = json.dumps(document, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        remedy = "Use JSON numbers, strings, lists and objects"
        return Mistake((), f"not plain JSON ({error})", remedy)
    if len(text) > LARGEST_SPEC_CHARACTERS:
        return Mistake(
            (),
            f"{len(text)} characters of JSON, more than {LARGEST_SPEC_CHARACTERS}",
            "Leave out what is not needed; drop_columns may be indices",
        )
    return text


def _inner_names(kept: dict[str, Any]) -> Iterator[Mistake]:
    """Take out keys by which the program alone knows a field, and tell them as unknown."""
    from canary.domain.plan.reading.errors import unknown  # noqa: PLC0415 - for mistakes alone

    inner = {name for name, field in Spec.model_fields.items() if field.alias}
    for name in sorted(inner & kept.keys()):
        yield unknown((name,), kept.pop(name))


def _read(kept: dict[str, Any], found: list[Mistake]) -> tuple[Spec | None, list[Path]]:
    """Return the spec and the paths at which an example stands in; None where no example helps.
    What is wrong goes into `found`, the example into `kept`.
    """
    doubtful: list[Path] = []
    for _ in range(MOST_ROUNDS):
        try:
            return Spec.model_validate_json(json.dumps(kept)), doubtful
        except ValidationError as error:
            from canary.domain.plan.reading.errors import mistakes_in  # noqa: PLC0415 - see above

            for mistake in mistakes_in(kept, error.errors(include_url=False)):
                if not _made_up(mistake, doubtful):
                    found.append(mistake)
                if not _mend(kept, mistake, doubtful):
                    return None, doubtful
    return None, doubtful


def _made_up(mistake: Mistake, doubtful: Sequence[Path]) -> bool:
    """Return whether a mistake is one of an example: it stands there, or speaks of its key."""
    length, words = len(mistake.path), set(re.findall(r"\w+", mistake.problem))
    inside = [path[length:] for path in doubtful if path[:length] == mistake.path]
    return any(not rest or words & set(rest) for rest in inside)


def _mend(kept: dict[str, Any], mistake: Mistake, doubtful: list[Path]) -> bool:
    """Take an unknown key out, or put an example where a mistake is; return whether it could be
    done.
    """
    from canary.domain.plan.reading.errors import example_at  # noqa: PLC0415 - see above

    path = mistake.path
    if not path:
        return False
    if mistake.at_key:
        meant = (*path[:-1], mistake.instead)
        if mistake.instead and not there(kept, meant):  # what was meant is told by what was written
            doubtful.append(meant)
            _put(kept, meant, example_at(meant))
        return _put(kept, path, None, out=True)
    again = path in doubtful
    doubtful.append(path)
    if again:  # its own example does not fit beside the rest
        return _mend(kept, Mistake(path[:-1], "", ""), doubtful)
    try:
        return _put(kept, path, example_at(path))
    except KeyError:
        return _mend(kept, Mistake(path[:-1], "", ""), doubtful)


def there(document: Any, path: Path) -> bool:
    """Return whether something stands at a path."""
    for part in path:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _put(kept: Any, path: Path, value: Any, *, out: bool = False) -> bool:
    """Put a value at a path, or take out what is there; return whether the path leads there."""
    *parents, last = path
    for part in parents:
        try:
            kept = kept[part]
        except (KeyError, IndexError, TypeError):
            return False
    if out and isinstance(kept, dict):
        return kept.pop(last, kept) is not kept
    try:
        kept[last] = value
    except (IndexError, TypeError):
        return False
    return True


def _flag(path: Path) -> Mistake:
    from canary.domain.plan.reading.keys import anchor_of, wanted  # noqa: PLC0415 - see above

    may = wanted(path)
    problem = f"true and false are no numbers; wanted {may}"
    return Mistake(path, problem, "Write the number", wanted=may, see=anchor_of(path))
