"""The evidence of one run of the command, in a file too when one is named."""

from dataclasses import dataclass, field
from pathlib import Path

from canary.domain.errors import Conflict, Refused
from canary.domain.labelled.evidence import QualityEvidence

MOST_LOOKS = 1_000
"""Points of the drawn evidence; of more, every other one is dropped, so that memory does not grow
with the set.
"""


@dataclass
class KeptEvidence:
    """The newest evidence of this run, in a file too when one is named; `looks` is its way
    there.
    """

    path: Path | None = None
    newest: QualityEvidence | None = None
    looks: list[QualityEvidence] = field(default_factory=list)

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return what an interrupted run with the same seed left in the file."""
        if self.path is None or not self.path.exists():
            return None
        stored = QualityEvidence.model_validate_json(self.path.read_text("utf-8"))
        if stored.rollout != rollout:
            raise Refused(
                "--state", f"{self.path} belongs to seed {stored.rollout!r}", "Name another file"
            )
        self.newest = stored
        return stored

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
            self.path.write_text(evidence.model_dump_json(), "utf-8")
