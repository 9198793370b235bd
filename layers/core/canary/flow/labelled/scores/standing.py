"""A scorer that failed: its tests say so, and the next evaluation asks it again.

Rules: a record without a score is not taken, so that nothing a scorer fails on is left out of its
test; which records those are follows from the position alone.
"""

from collections.abc import Sequence

from canary.domain.labelled.evidence import PairedState, QualityEvidence
from canary.domain.plan.quality.metric_keys import SCORER


def with_problem(states: Sequence[PairedState], problem: str) -> tuple[PairedState, ...]:
    """Return the states, the scorer's own with what went wrong; nothing where it is cleared."""
    return tuple(
        state.but(problem=problem) if state.metric == SCORER else state for state in states
    )


def has_failed(evidence: QualityEvidence) -> bool:
    """Return whether the scorer failed when it was last asked."""
    return any(state.problem for state in evidence.states if state.metric == SCORER)


def may_be_asked_again(evidence: QualityEvidence) -> bool:
    """Return whether a scorer failed and its scores are of every record compared so far; evidence
    of early versions went on without them.
    """
    over_all = (one for one in evidence.states if one.metric == SCORER and one.slice is None)
    scored = any(state.records == evidence.counts.used for state in over_all)
    return has_failed(evidence) and scored


def asked_again(evidence: QualityEvidence) -> QualityEvidence:
    """Return the evidence ready to go on where the scorer failed."""
    states = with_problem(evidence.states, "")
    return evidence.but(states=states, concluded=False, exhausted=False)
