"""The evidence of one run of the command, in a file too when one is named, beside what was asked.

Rules: a file answers the question it was written for and no other: whatever differs is refused by
name. It is written whole or not at all.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, JsonValue, ValidationError

from canary.domain.errors import Conflict, Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.model import Frozen

MOST_LOOKS = 1_000
"""Points of the drawn evidence; of more, every other one is dropped, so that memory does not grow
with the set.
"""
LONGEST_SHOWN = 80
BEHIND = "what serves "
"""What a part of the question is called that may be unknown, and is then not compared."""
OPTION = "--state"
ELSE = "Name another file, or ask what was asked"


class StateFile(Frozen):
    """What a file holds: the question, by the name of each of its parts, and its evidence."""

    asked: dict[str, JsonValue] = Field(min_length=1)
    evidence: QualityEvidence


@dataclass
class KeptEvidence:
    """The newest evidence of this run, in a file too when one is named; `looks` is its way
    there. `asked` is this run's question.
    """

    path: Path | None = None
    asked: Mapping[str, JsonValue] = field(default_factory=dict)
    newest: QualityEvidence | None = None
    looks: list[QualityEvidence] = field(default_factory=list)

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return what an interrupted run of the same question left in the file; raise Refused where
        it is of another one, is no such file, or cannot be written.
        """
        if self.path is None:
            return None
        if self.path.is_dir() or not self.path.absolute().parent.is_dir():
            raise Refused(OPTION, f"no file can be written at {self.path}", "Name another one")
        if not self.path.exists():
            return None
        stored = _read(self.path)
        asked = {**stored.asked, "--seed": stored.evidence.rollout}
        for name, before, now in _differences(asked, {**self.asked, "--seed": rollout}):
            problem = f"{self.path} is of another question: {name} was {before} and is {now}"
            raise Refused(OPTION, problem, ELSE)
        self.newest = stored.evidence
        return self.newest

    def save(self, evidence: QualityEvidence, expected_revision: int | None) -> None:
        """Keep evidence."""
        if expected_revision != (None if self.newest is None else self.newest.revision):
            raise Conflict("another evaluation writes the same state")
        if self.newest is None or evidence.position != self.newest.position:
            self.looks.append(evidence)
            if len(self.looks) > MOST_LOOKS:
                del self.looks[1::2]
        self.newest = evidence
        if self.path is not None:
            self._write(self.path, evidence)

    def _write(self, path: Path, evidence: QualityEvidence) -> None:
        whole = path.with_name(f"{path.name}.new")
        state = {"asked": dict(self.asked), "evidence": evidence.model_dump(mode="json")}
        try:
            whole.write_text(json.dumps(state), "utf-8")
            whole.replace(path)
        except OSError as error:
            problem = f"{path} cannot be written ({error.strerror})"
            raise Refused(OPTION, problem, "Name another one") from error


def _read(path: Path) -> StateFile:
    try:
        text = path.read_text("utf-8")
        return StateFile.model_validate_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(OPTION, f"{path} cannot be read ({type(error).__name__})", ELSE) from error
    except ValidationError as error:
        if '"rollout"' in text[:1_000] and '"asked"' not in text[:1_000]:
            problem = f"{path} does not say what was asked: an earlier version wrote it"
            raise Refused(OPTION, problem, "Name another file") from error
        raise Refused(OPTION, f"{path} holds no evidence", "Name another file") from error


def _differences(
    before: Mapping[str, JsonValue], now: Mapping[str, JsonValue]
) -> Iterator[tuple[str, str, str]]:
    """Return each part of the question that is known both times and differs, shortly."""
    for name in sorted(before.keys() | now.keys()):
        one, other = before.get(name), now.get(name)
        unknown = name.startswith(BEHIND) and (one is None or other is None)
        if one != other and not unknown:
            yield name, _shown(one), _shown(other)


def _shown(value: JsonValue) -> str:
    text = "not given" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
