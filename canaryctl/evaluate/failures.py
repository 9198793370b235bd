"""What failed, by variant and cause, with what the model said: the operator's own view."""

from collections.abc import Iterator
from typing import Any

from canary.domain.labelled.evidence import QualityEvidence


def failure_rows(evidence: QualityEvidence) -> Iterator[dict[str, Any]]:
    """Return one row a variant and cause: records on which it alone failed, on which both did, and
    the model's words.
    """
    names = {"baseline": evidence.baseline, "canary": evidence.canary}
    for failure in evidence.failures:
        yield {
            "variant": names[failure.variant],
            "cause": failure.cause,
            "alone": failure.alone,
            "both": failure.both,
            "words": failure.words,
        }


def failure_lines(evidence: QualityEvidence) -> Iterator[str]:
    """Return one line a variant and cause."""
    for row in failure_rows(evidence):
        said = f"; it said: {row['words']}" if row["words"] else ""
        counts = f"{row['alone']:,} alone, {row['both']:,} with the other variant"
        yield f"{row['variant']}: {row['cause']} ({counts}){said}"
