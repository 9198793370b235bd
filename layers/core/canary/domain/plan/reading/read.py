"""From a document to the spec it describes, or to every mistake in it.

Rules: pure. What cannot be read is told, and an example of its key stands in for it meanwhile, so
that the rest is read as well; a key that was meant by another name is read under its own. Nothing
that an example was made to say is ever told.
"""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from canary.domain.model import flags_for_numbers
from canary.domain.plan.reading.checks import found_together
from canary.domain.plan.reading.mistake import Mistake, Path
from canary.domain.plan.spec import LARGEST_SPEC_CHARACTERS, Spec

SCHEMA_KEY = "$schema"
"""What editors look for; it says nothing of the rollout."""
MOST_ROUNDS = 20


def read_whole(document: object) -> Spec | tuple[Mistake, ...]:
    """Return the spec a document describes, or every mistake that was found in it."""
    text = _as_json(document)
    if isinstance(text, Mistake):
        return (text,)
    given: dict[str, Any] = json.loads(text)
    reading = _Reading({key: value for key, value in given.items() if key != SCHEMA_KEY})
    spec = reading.spec()
    if spec is not None and not reading.found:
        return spec
    return tuple(sorted(reading.found, key=lambda one: _place(json.loads(text), one.path)))


def _as_json(document: object) -> str | Mistake:
    """Return a document as JSON text, or why it is none that could be kept."""
    if not isinstance(document, dict):
        kind = {list: "a list", str: "text", type(None): "nothing"}.get(type(document), "a value")
        return Mistake(
            (),
            f"expected an object, got {kind}",
            'Write one such as {"endpoint": "churn-prod", "canary": "Variant2"}',
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


@dataclass
class _Reading:
    """A document on its way to a spec: what it holds by now, what was found, the paths at which an
    example stands in, and from where what stands at a path was moved.
    """

    kept: dict[str, Any]
    found: list[Mistake] = field(default_factory=list)
    doubtful: list[Path] = field(default_factory=list)
    moved: dict[Path, Path] = field(default_factory=dict)

    def spec(self) -> Spec | None:
        """Return the spec, examples in place of what is wrong; None where no example helps."""
        self._inner_names()
        for _ in range(MOST_ROUNDS):
            try:
                spec = Spec.model_validate_json(json.dumps(self.kept))
            except ValidationError as error:
                if not self._mended(error):
                    return None
            else:
                self._together(spec)
                return spec
        return None

    def _inner_names(self) -> None:
        """Take out keys by which the program alone knows a field, and tell them as unknown."""
        inner = {name for name, field_ in Spec.model_fields.items() if field_.alias}
        for name in sorted(inner & self.kept.keys()):
            from canary.domain.plan.reading.errors import unknown  # noqa: PLC0415 - for mistakes

            self._tell(unknown((name,), self.kept.pop(name)))

    def _mended(self, error: ValidationError) -> bool:
        """Tell what pydantic found and mend it; return whether it could be."""
        from canary.domain.plan.reading.errors import mistakes_in  # noqa: PLC0415 - for mistakes

        for mistake in mistakes_in(self.kept, error.errors(include_url=False)):
            if not self._made_up(mistake):
                self._tell(mistake)
            if not self._mend(mistake):
                return False
        return True

    def _together(self, spec: Spec) -> None:
        """Tell what keys refuse together, and flags that were read as numbers."""
        for path in flags_for_numbers(self.kept, spec):
            self.doubtful.append(path)
            self._tell(_flag(path))
        for mistake in found_together(spec, self.doubtful):
            self._tell(mistake)

    def _tell(self, mistake: Mistake) -> None:
        """Keep a mistake at the place where it was written."""
        path = mistake.path
        while (length := _longest_prefix(path, self.moved)) is not None:
            path = (*self.moved[path[:length]], *path[length:])
        self.found.append(replace(mistake, path=path))

    def _made_up(self, mistake: Mistake) -> bool:
        """Return whether a mistake is one of an example: it stands there, or speaks of its key."""
        length, words = len(mistake.path), set(re.findall(r"\w+", mistake.problem))
        inside = [path[length:] for path in self.doubtful if path[:length] == mistake.path]
        return any(not rest or words & set(rest) for rest in inside)

    def _mend(self, mistake: Mistake) -> bool:
        """Take an unknown key out, or put an example where a mistake is; return whether it could
        be done.
        """
        if not mistake.path:
            return False
        if mistake.at_key:
            return self._take_out(mistake)
        return self._stand_in(mistake.path)

    def _take_out(self, mistake: Mistake) -> bool:
        meant = (*mistake.path[:-1], mistake.instead)
        if mistake.instead and not _there(self.kept, meant):
            if mistake.moves:
                self.moved[meant] = mistake.path
                _put(self.kept, meant, _at(self.kept, mistake.path))
            else:
                self._stand_in(meant)
        parent = _at(self.kept, mistake.path[:-1])
        return isinstance(parent, dict) and parent.pop(mistake.path[-1], parent) is not parent

    def _stand_in(self, path: Path) -> bool:
        """Put an example at a path; around it, where its own does not fit beside the rest."""
        from canary.domain.plan.reading.errors import example_at  # noqa: PLC0415 - for mistakes

        if not path:
            return False
        again = path in self.doubtful
        self.doubtful.append(path)
        try:
            return self._stand_in(path[:-1]) if again else _put(self.kept, path, example_at(path))
        except KeyError:
            return self._stand_in(path[:-1])


def _longest_prefix(path: Path, moved: dict[Path, Path]) -> int | None:
    lengths = (len(meant) for meant in moved if path[: len(meant)] == meant)
    return max(lengths, default=None)


def _at(document: Any, path: Path) -> Any:
    """Return what stands at a path; None where it leads nowhere."""
    for part in path:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _there(document: Any, path: Path) -> bool:
    """Return whether something stands at a path."""
    parent = _at(document, path[:-1])
    return isinstance(parent, dict) and path[-1] in parent


def _put(document: Any, path: Path, value: Any) -> bool:
    """Put a value at a path; return whether it leads there."""
    parent = _at(document, path[:-1])
    try:
        parent[path[-1]] = value
    except (IndexError, TypeError):
        return False
    return True


def _place(document: Any, path: Path) -> tuple[int, ...]:
    """Return what sorts paths as the document has them; what is missing follows what is there."""
    place: list[int] = []
    for part in path:
        if isinstance(part, str) and isinstance(document, dict):
            place.append(list(document).index(part) if part in document else len(document))
        else:
            place.append(part if isinstance(part, int) else 0)
        document = _at(document, (part,))
    return tuple(place)


def _flag(path: Path) -> Mistake:
    from canary.domain.plan.reading.keys import anchor_of, wanted  # noqa: PLC0415 - for mistakes

    may = wanted(path)
    problem = f"true and false are no numbers; wanted {may}"
    return Mistake(path, problem, "Write the number", wanted=may, see=anchor_of(path))
