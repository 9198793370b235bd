"""What a test's state means: one of four findings, one of four answers, what to do next."""

import math

from canary.domain.finding import FindingLabel
from canary.domain.labelled.evidence import Answer, PairedState, hides_a_drop

ADVICE: dict[FindingLabel, str] = {
    "PASS": "go on",
    "FAIL": "retrain, or look at the records that only the baseline gets right",
    "INCONCLUSIVE": "collect more labels, or widen max_worse",
    "NO_DATA": "correct the labelled set or how answers are read",
}


def label_of(state: PairedState) -> FindingLabel:
    """Return a test's finding: nothing passes on no data, or with a problem."""
    if state.worse:
        return "FAIL"
    if not state.total_weight or state.problem:
        return "NO_DATA"
    return "PASS" if state.passed and not hides_a_drop(state) else "INCONCLUSIVE"


def answer_of(state: PairedState) -> Answer:
    """Return a test's answer to "is the canary better?"."""
    if state.worse:
        return "worse"
    if state.problem or hides_a_drop(state):
        return "not enough evidence"
    if state.better:
        return "better"
    return "not worse" if state.passed else "not enough evidence"


def odds_against(log_evidence: float, log_threshold: float) -> str:
    """Return evidence beside what is needed."""
    return f"{_odds(log_evidence)} of the {_odds(log_threshold)} needed"


def _odds(log_evidence: float) -> str:
    """Return evidence as odds, 40:1, capped where more digits say nothing."""
    if log_evidence > math.log(1e6):
        return "over 1000000:1"
    return f"{math.exp(log_evidence):.3g}:1"
