"""Findings of the labelled set: the paired states put into one of four answers, with a reason a
person can read.
"""

import math
from collections.abc import Sequence

from canary.domain.labelled.by_request.paired_ratio import ratio_margins
from canary.domain.labelled.by_request.ratio_findings import ratio_finding
from canary.domain.labelled.by_request.whole_requests import METRIC as WHOLE
from canary.domain.labelled.by_request.whole_requests import whole_findings
from canary.domain.labelled.evidence import CallCounts, PairedState, QualityFinding, hides_a_drop
from canary.domain.labelled.metrics import LEARNT_CAPS, metric_of
from canary.domain.labelled.outcome import ADVICE, answer_of, label_of, odds_against
from canary.domain.labelled.paired import AUC, GateLevels, margin_of
from canary.domain.labelled.side_by_side import Measured
from canary.domain.plan.quality import QualityGuardSpec, QualityMargin
from canary.stats.auc import LEAST_DISCORDANT, LEAST_RECORDS
from canary.stats.paired import PairedBets
from canary.stats.paired_power import records_to_pass, smallest_drop_shown


def findings(
    states: Sequence[PairedState],
    counts: CallCounts,
    spec: QualityGuardSpec,
    levels: GateLevels,
    measured: Sequence[Measured] = (),
) -> tuple[QualityFinding, ...]:
    """Return one finding for each deciding test that has something to say; FAIL wins over PASS, no
    record at all is NO_DATA.
    """
    ratios, tests = ratio_margins(spec), len(states)
    stop, passing = levels.log_roll_back_threshold(tests), levels.log_advance_threshold()
    found = list[QualityFinding]()
    for state in states:
        if state.metric in ratios:
            found += [ratio_finding(state, measured, ratios[state.metric], levels, tests)]
        elif state.metric == WHOLE:
            found += whole_findings(state, spec, stop, passing)
        else:
            found += [_finding(state, counts, margin_of(state, spec), levels, tests)]
    return tuple(found)


def _finding(
    state: PairedState, counts: CallCounts, margin: QualityMargin, levels: GateLevels, tests: int
) -> QualityFinding:
    bets, unit = PairedBets(state.roll_back, state.advance), state.cap or 1.0
    shown = state.total_weight > 0
    finding = QualityFinding(
        metric=state.metric,
        slice=state.slice,
        label=label_of(state),
        answer=answer_of(state),
        reason="",
        records=state.records,
        discordant=_moved(state),
        baseline=_shown_metric(state, state.baseline_sum) if shown else None,
        canary=_shown_metric(state, state.canary_sum) if shown else None,
        drop=(state.baseline_sum - state.canary_sum) / state.total_weight * unit if shown else None,
        max_worse=margin.max_worse,
        log_roll_back=bets.log_roll_back,
        log_roll_back_threshold=levels.log_roll_back_threshold(tests),
        log_advance=bets.log_advance,
        log_advance_threshold=levels.log_advance_threshold(),
    )
    if finding.label == "INCONCLUSIVE" and state.metric != AUC and state.records:
        finding = finding.but(**_reach(state, margin, finding))
    return finding.but(reason=_reason(finding, state, counts))


def _moved(state: PairedState) -> int:
    return state.baseline_only + state.canary_only if state.moved is None else state.moved


def _shown_metric(state: PairedState, total: float) -> float:
    """Return the metric as people know it: a share, or a loss in its unit, of which less is
    better.
    """
    mean = total / state.total_weight
    return (1 - mean) * (state.cap or 1.0) if metric_of(state.metric).is_loss else mean


def _reach(state: PairedState, margin: QualityMargin, finding: QualityFinding) -> dict[str, object]:
    """Return what this set could show and what would be enough, at the mean squared drop seen (of
    right and wrong the share of discordant records, one more added to be careful).
    """
    unit = state.cap or 1.0
    discordance = (
        (_moved(state) + 1) / (state.records + 2)
        if metric_of(state.metric).counted
        else state.squares / state.records
    )
    alpha, beta = (
        math.exp(-finding.log_roll_back_threshold),
        math.exp(-finding.log_advance_threshold),
    )
    smallest = smallest_drop_shown(
        state.records // state.copies, discordance, margin.stop_beyond / unit, alpha
    )
    needed = records_to_pass(0.0, discordance, margin.max_worse / unit, beta)
    return {
        "records_needed": needed and needed * state.copies,
        "smallest_drop_shown": None if smallest is None else smallest * unit,
    }


def _reason(finding: QualityFinding, state: PairedState, counts: CallCounts) -> str:
    """Return what was seen, how strong it is, what it means and what to do."""
    if finding.label == "NO_DATA":
        return _no_data(finding, state, counts)
    seen = (
        f"{_name(finding)}: canary {_shown(finding.canary)} against baseline "
        f"{_shown(finding.baseline)} on {finding.records} "
        f"records ({_discordant(state)}"
    )
    if counts.errors_canary or counts.errors_baseline:
        seen += f"; errors {counts.errors_canary} canary, {counts.errors_baseline} baseline"
    tail = {"PASS": _passed, "FAIL": _failed, "INCONCLUSIVE": _open}[finding.label](finding)
    return f"{seen}): {finding.answer}. {tail} Next: {ADVICE[finding.label]}."


LONGEST = 1e6
"""A mean from here on is told in digits that count."""


def _shown(mean: float | None) -> str:
    if mean is None:
        return "none"
    return f"{mean:.4f}" if abs(mean) < LONGEST else f"{mean:.5g}"


def _discordant(state: PairedState) -> str:
    if state.moved is not None:
        return f"{state.moved} placed differently"
    if not metric_of(state.metric).counted:
        weighted = "" if state.weight is None else ", weighted"
        return f"compared record by record{weighted}{_capped(state)}"
    total = state.baseline_only + state.canary_only
    return (
        f"{total} discordant: {state.baseline_only} only the baseline has right, "
        f"{state.canary_only} only the canary"
    )


def _name(finding: QualityFinding) -> str:
    return finding.metric if finding.slice is None else f"{finding.metric} in {finding.slice!r}"


def _capped(state: PairedState) -> str:
    """Return the cap that was learnt, and what it cut off; one that was given needs no telling."""
    given = state.margin is None or state.margin.cap is not None
    if given or state.metric not in LEARNT_CAPS:
        return ""
    told = f", cap {state.cap:.4g} from the baseline's first records"
    if state.clipped == (0, 0):
        return told
    baseline, canary = (
        _shown_metric(state, total) + beyond / state.total_weight
        for total, beyond in zip((state.baseline_sum, state.canary_sum), state.beyond, strict=True)
    )
    hidden = "; that is beyond max_worse: set cap" if hides_a_drop(state) else ""
    return (
        f"{told}, which cuts {state.clipped[1]} losses of the canary and {state.clipped[0]} of the "
        f"baseline: without it {canary:.4g} against {baseline:.4g}{hidden}"
    )


def _no_data(finding: QualityFinding, state: PairedState, counts: CallCounts) -> str:
    name, remedy = _name(finding), f"Next: {ADVICE['NO_DATA']}."
    if state.problem:
        return f"{name}: {state.problem}; nothing passes on no data. {remedy}"
    if state.learning:
        return (
            f"{name}: all {len(state.learning)} records went into the baseline's cap, none is left "
            f"to judge; set cap. {remedy}"
        )
    scores = "" if metric_of(finding.metric).counted else ", or answers carry no score"
    return (
        f"{name}: no record could be compared ({counts.used} answered, "
        f"{counts.failed_on_both} failed on both, "
        f"{counts.unusable_rows} rows were unusable{scores}); nothing passes on no data. {remedy}"
    )


def _passed(finding: QualityFinding) -> str:
    size = _size(finding, finding.max_worse)
    return (
        f"A drop of {size} or more is ruled out "
        f"({odds_against(finding.log_advance, finding.log_advance_threshold)})."
    )


def _failed(finding: QualityFinding) -> str:
    odds = odds_against(finding.log_roll_back, finding.log_roll_back_threshold)
    return f"The canary is worse by more than the tolerance ({odds})."


def _open(finding: QualityFinding) -> str:
    worse = odds_against(finding.log_roll_back, finding.log_roll_back_threshold)
    not_worse = odds_against(finding.log_advance, finding.log_advance_threshold)
    parts = [f"Evidence for worse: {worse}; for not worse: {not_worse}."]
    if finding.metric == "roc_auc":
        parts.append(
            f"It decides from {LEAST_RECORDS} records, {LEAST_DISCORDANT} of them placed "
            "differently; less difference passes once enough pairs are ordered alike."
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


def _size(finding: QualityFinding, value: float) -> str:
    unit = metric_of(finding.metric).unit
    return f"{value:.3g} {unit}" if unit else f"{value * 100:.3g} points"
