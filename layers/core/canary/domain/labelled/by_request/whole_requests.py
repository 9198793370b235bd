"""Requests of several records that a variant fails as a whole, though it answers each record alone.

Rules: as users send it such a request fails, whatever its records say alone. So it is a test of its
own, one observation a request: its records share one fate and count once, and record by record a
single failure would speak many times over. The test can stop a canary and is nothing to pass: it
holds a pass back while the canary fails more requests than the baseline, beyond a floor. A request
of which a record fails alone too is explained by that record, and is whole.
"""

from collections.abc import Sequence

from canary.domain.labelled.evidence import PairedState, QualityFinding
from canary.domain.labelled.outcome import answer_of, label_of, odds_against
from canary.domain.plan.quality import QualityGuardSpec
from canary.stats.paired import PairedBets, bet

METRIC = "whole_requests"
TOLERANCE = 0.01
"""The share of requests that the canary may fail beyond the baseline's; a single one always may."""

Whole = tuple[bool, bool]
"""Whether baseline and canary answered one request whole."""


def first_states(spec: QualityGuardSpec) -> tuple[PairedState, ...]:
    """Return the test's state before the first request; none where requests have one record."""
    if spec.records_per_request == 1:
        return ()
    return (PairedState(metric=METRIC, passed=True),)


def with_requests(state: PairedState, requests: Sequence[Whole], log_stop: float) -> PairedState:
    """Return the state after more requests; `log_stop` is ln of the evidence that stops."""
    drops = [float(baseline) - float(canary) for baseline, canary in requests]
    bets = bet(PairedBets(state.roll_back, state.advance), drops, TOLERANCE, TOLERANCE)
    records = state.records + len(requests)
    baseline_only = state.baseline_only + sum(drop > 0 for drop in drops)
    canary_only = state.canary_only + sum(drop < 0 for drop in drops)
    return state.but(
        records=records,
        baseline_only=baseline_only,
        canary_only=canary_only,
        baseline_sum=state.baseline_sum + sum(baseline for baseline, _ in requests),
        canary_sum=state.canary_sum + sum(canary for _, canary in requests),
        roll_back=bets.roll_back,
        worse=state.worse or bets.log_roll_back >= log_stop,
        passed=baseline_only - canary_only <= max(1.0, TOLERANCE * records),
    )


def whole_findings(
    state: PairedState, spec: QualityGuardSpec, log_stop: float, log_pass: float
) -> tuple[QualityFinding, ...]:
    """Return the finding; none while both variants answered every request whole."""
    if state.baseline_sum == state.canary_sum == state.records:
        return ()
    log_roll_back = PairedBets(state.roll_back).log_roll_back
    finding = QualityFinding(
        metric=METRIC,
        label=label_of(state),
        answer=answer_of(state),
        reason="",
        records=state.records,
        discordant=state.baseline_only + state.canary_only,
        baseline=state.baseline_sum / state.records,
        canary=state.canary_sum / state.records,
        drop=(state.baseline_sum - state.canary_sum) / state.records,
        max_worse=TOLERANCE,
        log_roll_back=log_roll_back,
        log_roll_back_threshold=log_stop,
        log_advance_threshold=log_pass,
    )
    return (finding.but(reason=_reason(finding, state, spec.records_per_request)),)


def _reason(finding: QualityFinding, state: PairedState, size: int) -> str:
    failed = [
        f"{name} {state.records - round(answered):,}"
        for name, answered in (("canary", state.canary_sum), ("baseline", state.baseline_sum))
    ]
    odds = odds_against(finding.log_roll_back, finding.log_roll_back_threshold)
    return (
        f"{METRIC}: of {state.records:,} requests of up to {size} records these failed whole and "
        f"were answered record by record: {', '.join(failed)}: {finding.answer}. Evidence for "
        f"worse: {odds}. Next: let the container take {size} records a request, or set "
        "records_per_request to 1 where users send one at a time."
    )
