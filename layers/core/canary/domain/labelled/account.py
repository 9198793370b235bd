"""Where every record of a labelled set went: compared, left out, unusable or not asked.

Rules: nothing vanishes. The four make up the records of the file, at the end of every evaluation.
"""

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.model import Frozen


class RecordsUnaccounted(RuntimeError):
    """A fault of this program: records that are neither compared nor told."""


class RecordAccount(Frozen):
    """The records of a set's file, blank lines and a header apart.

    `left_out`: asked, and both variants failed. `unusable`: no request could be made of it, or it
    has no label. `not_asked`: the evaluation had decided, or ran out of time.
    """

    records: int
    compared: int
    left_out: int
    unusable: int
    not_asked: int

    def checked(self) -> "RecordAccount":
        """Return the account; raise RecordsUnaccounted where it does not add up."""
        told = self.compared + self.left_out + self.unusable + self.not_asked
        if told != self.records:
            raise RecordsUnaccounted(f"{self.records} records in the file: {self.in_words()}")
        return self

    def in_words(self) -> str:
        """Return the sum for a person."""
        return (
            f"{self.records:,} records = {self.compared:,} compared + {self.left_out:,} left out "
            f"(both failed) + {self.unusable:,} unusable + {self.not_asked:,} not asked"
        )


def account_of(evidence: QualityEvidence) -> RecordAccount:
    """Return where the records went so far."""
    counts = evidence.counts
    left = evidence.round_records - evidence.position
    return RecordAccount(
        records=evidence.records_total,
        compared=counts.used,
        left_out=counts.failed_on_both,
        unusable=counts.unusable_rows,
        not_asked=evidence.not_asked_before + left,
    )
