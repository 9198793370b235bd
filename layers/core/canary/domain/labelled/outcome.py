"""What a test's state means: one of four findings, one of four answers, what to do next."""

from canary.domain.finding import FindingLabel
from canary.domain.labelled.evidence import Answer, PairedState, hides_a_drop
from canary.domain.words import strength

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
    return f"{strength(log_evidence)}:1 of the {strength(log_threshold)}:1 needed"
