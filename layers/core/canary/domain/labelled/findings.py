"""Findings of the labelled set: the paired states put into one of four answers, with a reason a
person can read.
"""

import math
from collections.abc import Sequence

from canary.domain.finding import FindingLabel
from canary.domain.labelled.evidence import Answer, CallCounts, PairedState, QualityFinding
from canary.domain.labelled.paired import GateLevels
from canary.domain.labelled.prediction import unit_of
from canary.domain.plan.quality import QualityGuardSpec, QualityMargin
from canary.stats.auc import LEAST_DISCORDANT, LEAST_RECORDS
from canary.stats.paired import PairedBets
from canary.stats.paired_power import records_to_pass, smallest_drop_shown

COUNTED = ("accuracy", "recall")
"""Metrics of right and wrong, for which a discordance says how many records would do."""

ADVICE: dict[FindingLabel, str] = {
    "PASS": "go on",
    "FAIL": "retrain, or look at the records that only the baseline gets right",
    "INCONCLUSIVE": "collect more labels, or widen max_worse",
    "NO_DATA": "correct the labelled set or how answers are read",
}


def findings(
    states: Sequence[PairedState], counts: CallCounts, spec: QualityGuardSpec, levels: GateLevels
) -> tuple[QualityFinding, ...]:
    """Return one finding for each deciding metric; FAIL wins over PASS, no record at all is
    NO_DATA.
    """
    return tuple(
        _finding(state, counts, spec.metrics[state.metric], levels, len(states)) for state in states
    )


def _finding(
    state: PairedState, counts: CallCounts, margin: QualityMargin, levels: GateLevels, metrics: int
) -> QualityFinding:
    bets, unit = PairedBets(state.roll_back, state.advance), unit_of(state.metric)
    label = _label(state)
    discordant = state.baseline_only + state.canary_only if state.moved is None else state.moved
    baseline, canary = (
        _shown_metric(state, state.baseline_sum),
        _shown_metric(state, state.canary_sum),
    )
    finding = QualityFinding(
        metric=state.metric,
        label=label,
        answer=_answer(state),
        reason="",
        records=state.records,
        discordant=discordant,
        baseline=baseline,
        canary=canary,
        drop=(state.baseline_sum - state.canary_sum) / state.records * unit
        if state.records
        else None,
        max_worse=margin.max_worse,
        log_roll_back=bets.log_roll_back,
        log_roll_back_threshold=levels.log_roll_back_threshold(metrics),
        log_advance=bets.log_advance,
        log_advance_threshold=levels.log_advance_threshold(),
    )
    if label == "INCONCLUSIVE" and state.metric in COUNTED:
        finding = finding.but(**_reach(state, margin, finding))
    return finding.but(reason=_reason(finding, state, counts))


def _label(state: PairedState) -> FindingLabel:
    if state.worse:
        return "FAIL"
    if not state.records:
        return "NO_DATA"
    return "PASS" if state.passed else "INCONCLUSIVE"


def _answer(state: PairedState) -> Answer:
    if state.worse:
        return "worse"
    if state.better:
        return "better"
    return "not worse" if state.passed else "not enough evidence"


def _shown_metric(state: PairedState, total: float) -> float | None:
    """Return the metric as people know it: a share, or for log loss nats (clipped) where less is
    better.
    """
    if not state.records:
        return None
    mean = total / state.records
    return mean if state.metric != "log_loss" else (1 - mean) * unit_of("log_loss") - math.log(0.99)


def _reach(state: PairedState, margin: QualityMargin, finding: QualityFinding) -> dict[str, object]:
    """Return what this set could show and what would be enough, at the discordance seen (one more,
    to be careful).
    """
    discordant = state.baseline_only + state.canary_only
    discordance = (discordant + 1) / (state.records + 2)
    alpha, beta = (
        math.exp(-finding.log_roll_back_threshold),
        math.exp(-finding.log_advance_threshold),
    )
    return {
        "records_needed": records_to_pass(0.0, discordance, margin.max_worse, beta),
        "smallest_drop_shown": smallest_drop_shown(
            state.records, discordance, margin.stop_beyond, alpha
        ),
    }


def _reason(finding: QualityFinding, state: PairedState, counts: CallCounts) -> str:
    """Return what was seen, how strong it is, what it means and what to do."""
    if finding.label == "NO_DATA":
        return _no_data(finding.metric, counts)
    seen = (
        f"{finding.metric}: canary {finding.canary:.4f} against baseline "
        f"{finding.baseline:.4f} on {finding.records} "
        f"records ({_discordant(state)}"
    )
    if counts.errors_canary or counts.errors_baseline:
        seen += f"; errors {counts.errors_canary} canary, {counts.errors_baseline} baseline"
    tail = {"PASS": _passed, "FAIL": _failed, "INCONCLUSIVE": _open}[finding.label](finding)
    return f"{seen}): {finding.answer}. {tail} Next: {ADVICE[finding.label]}."


def _discordant(state: PairedState) -> str:
    if state.moved is not None:
        return f"{state.moved} placed differently"
    if state.metric not in COUNTED:
        return "compared record by record"
    total = state.baseline_only + state.canary_only
    return (
        f"{total} discordant: {state.baseline_only} only the baseline has right, "
        f"{state.canary_only} only the canary"
    )


def _no_data(metric: str, counts: CallCounts) -> str:
    scores = "" if metric in COUNTED else ", or answers carry no score"
    return (
        f"{metric}: no record could be compared ({counts.used} answered, "
        f"{counts.failed_on_both} failed on both, "
        f"{counts.unusable_rows} rows were unusable{scores}); nothing passes on no data. Next: "
        f"{ADVICE['NO_DATA']}."
    )


def _passed(finding: QualityFinding) -> str:
    size = _size(finding, finding.max_worse)
    return (
        f"A drop of {size} or more is ruled out "
        f"({_against(finding.log_advance, finding.log_advance_threshold)})."
    )


def _failed(finding: QualityFinding) -> str:
    odds = _against(finding.log_roll_back, finding.log_roll_back_threshold)
    return f"The canary is worse by more than the tolerance ({odds})."


def _open(finding: QualityFinding) -> str:
    worse = _against(finding.log_roll_back, finding.log_roll_back_threshold)
    not_worse = _against(finding.log_advance, finding.log_advance_threshold)
    parts = [f"Evidence for worse: {worse}; for not worse: {not_worse}."]
    if finding.metric == "roc_auc":
        parts.append(
            f"It decides from {LEAST_RECORDS} records, {LEAST_DISCORDANT} of them placed "
            "differently."
        )
    if finding.smallest_drop_shown is not None:
        shown, asked = (
            _size(finding, finding.smallest_drop_shown),
            _size(finding, finding.max_worse),
        )
        parts.append(
            f"{finding.records} records can show a drop of {shown}; you asked for {asked}."
        )
    if finding.records_needed is not None:
        parts.append(f"About {finding.records_needed} records would pass a canary that is as good.")
    return " ".join(parts)


def _against(log_evidence: float, log_threshold: float) -> str:
    return f"{_odds(log_evidence)} of the {_odds(log_threshold)} needed"


def _size(finding: QualityFinding, value: float) -> str:
    return f"{value:.3g} nats" if finding.metric == "log_loss" else f"{value * 100:.3g} points"


def _odds(log_evidence: float) -> str:
    """Return evidence as odds, 40:1, capped where more digits say nothing."""
    if log_evidence > math.log(1e6):
        return "over 1000000:1"
    return f"{math.exp(log_evidence):.3g}:1"
