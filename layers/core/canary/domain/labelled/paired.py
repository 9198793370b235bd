"""The paired tests of a labelled set: outcomes go in, states and findings come out.

Rules: pure; a test that crossed its threshold has decided and stays decided; a metric that no
record spoke of is NO_DATA and never passes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canary.domain.labelled.evidence import PairedState
from canary.domain.labelled.prediction import Label, Prediction, goodness, unit_of
from canary.domain.model import Frozen
from canary.domain.plan.quality import QualityGuardSpec
from canary.stats.paired import PairedBets, bet

AUC = "roc_auc"


@dataclass(frozen=True)
class AnswerPair:
    """One record's label with what both variants predicted; None is an error of that variant
    alone.
    """

    label: Label
    baseline: Prediction | None
    canary: Prediction | None


class GateLevels(Frozen):
    """How often the gate may be wrong: `stop` over all deciding metrics together, `promote` for
    each of them.
    """

    stop: float
    promote: float

    def log_roll_back_threshold(self, metrics: int) -> float:
        """Return ln of the evidence each of the metrics needs to stop the canary."""
        return math.log(metrics / self.stop)

    def log_advance_threshold(self) -> float:
        """Return ln of the evidence a metric needs to pass."""
        return -math.log(self.promote)


def first_states(spec: QualityGuardSpec) -> tuple[PairedState, ...]:
    """Return the states before the first record, one for each deciding metric."""
    return tuple(PairedState(metric=metric) for metric in spec.metrics)


def advanced(
    states: Sequence[PairedState],
    outcomes: Sequence[AnswerPair],
    spec: QualityGuardSpec,
    levels: GateLevels,
) -> tuple[PairedState, ...]:
    """Return the states after one more batch of outcomes, the thresholds looked at once at its end.

    The AUC does not grow record by record; `paired_auc` looks at it.
    """
    return tuple(
        state if state.metric == AUC else _after(state, outcomes, spec, levels) for state in states
    )


def _after(
    state: PairedState, outcomes: Sequence[AnswerPair], spec: QualityGuardSpec, levels: GateLevels
) -> PairedState:
    pairs = [
        pair
        for outcome in outcomes
        if (pair := _goodness_pair(state.metric, outcome, spec)) is not None
    ]
    drops = [baseline - canary for baseline, canary in pairs]
    margin, unit = spec.metrics[state.metric], unit_of(state.metric)
    tolerance, max_worse = margin.stop_beyond / unit, margin.max_worse / unit
    bets = bet(PairedBets(state.roll_back, state.advance), drops, tolerance, max_worse)
    mirrored = bet(PairedBets(state.improve), [-drop for drop in drops], 0.0, max_worse)
    passing = levels.log_advance_threshold()
    return state.but(
        records=state.records + len(pairs),
        baseline_only=state.baseline_only + sum(drop > 0 for drop in drops),
        canary_only=state.canary_only + sum(drop < 0 for drop in drops),
        baseline_sum=state.baseline_sum + math.fsum(baseline for baseline, _ in pairs),
        canary_sum=state.canary_sum + math.fsum(canary for _, canary in pairs),
        roll_back=bets.roll_back,
        advance=bets.advance,
        improve=mirrored.roll_back,
        worse=state.worse
        or bets.log_roll_back >= levels.log_roll_back_threshold(len(spec.metrics)),
        passed=state.passed or bets.log_advance >= passing,
        better=state.better or mirrored.log_roll_back >= passing,
    )


def _goodness_pair(
    metric: str, outcome: AnswerPair, spec: QualityGuardSpec
) -> tuple[float, float] | None:
    baseline = goodness(metric, outcome.label, outcome.baseline, spec)
    canary = goodness(metric, outcome.label, outcome.canary, spec)
    return None if baseline is None or canary is None else (baseline, canary)


def has_decided(states: Sequence[PairedState]) -> bool:
    """Return whether no further record can change the gate: one metric worse, or every metric
    passed.
    """
    return any(state.worse for state in states) or all(state.passed for state in states)
