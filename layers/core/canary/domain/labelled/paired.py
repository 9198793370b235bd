"""The paired tests of a labelled set: outcomes go in, states and findings come out.

Rules: pure; a test that crossed its threshold has decided and stays decided; a metric that no
record spoke of is NO_DATA and never passes, and so is one with a problem.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from canary.domain.labelled.by_request.paired_ratio import FIGURE_OF, ratio_margins, with_ratios
from canary.domain.labelled.by_request.whole_requests import METRIC as WHOLE
from canary.domain.labelled.by_request.whole_requests import Whole, with_requests
from canary.domain.labelled.by_request.whole_requests import first_states as of_requests
from canary.domain.labelled.evidence import PairedState, hides_a_drop
from canary.domain.labelled.metrics import (
    LEARNT_CAPS,
    incomparable,
    known_cap,
    scorer_of,
    value_of,
)
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.labelled.scorers.cap import learnt
from canary.domain.labelled.side_by_side import Figure
from canary.domain.model import Frozen
from canary.domain.plan.quality import QualityGuardSpec, QualityMargin
from canary.domain.plan.quality.metric_keys import SCORER, Margins
from canary.stats.paired import PairedBets, bet

AUC = "roc_auc"


class AnswerPair(NamedTuple):
    """One record's label with what both variants predicted; None is an error of that variant
    alone.

    `weight`: how much the record counts, 0 to 1. `scores`: what the scorer of one's own gave
    baseline and canary, where there is one.
    """

    label: Label
    baseline: Prediction | None
    canary: Prediction | None
    slice: str | None = None
    weight: float = 1.0
    scores: tuple[float, float] | None = None


class GateLevels(Frozen):
    """How often the gate may be wrong: `stop` over all deciding tests together, `promote` for
    each of them.
    """

    stop: float
    promote: float

    def log_roll_back_threshold(self, tests: int) -> float:
        """Return ln of the evidence each of the tests needs to stop the canary."""
        return math.log(tests / self.stop)

    def log_advance_threshold(self) -> float:
        """Return ln of the evidence a test needs to pass."""
        return -math.log(self.promote)


def first_states(
    spec: QualityGuardSpec, metrics: Margins | None = None, copies: int = 1
) -> tuple[PairedState, ...]:
    """Return the states before the first record, one for each deciding metric over all records and
    in each named slice, one for each bounded ratio, and one for requests of several records.

    `metrics`: what decides over all records, where the data says so; `copies`: how many times every
    record is there.
    """
    places: list[tuple[str | None, Margins]] = [(None, metrics or spec.chosen_metrics)]
    places += spec.slices.items()
    ratios = tuple(PairedState(metric=name) for name in ratio_margins(spec))
    scores = tuple(
        PairedState(
            metric=name,
            slice=place,
            margin=margin,
            cap=known_cap(name, margin, spec),
            weight=None if spec.weight_column is None else 0.0,
            copies=copies,
        )
        for place, margins in places
        for name, margin in margins.items()
    )
    return scores + ratios + of_requests(spec)


def margin_of(state: PairedState, spec: QualityGuardSpec) -> QualityMargin:
    """Return a test's margin."""
    return state.margin or spec.chosen_metrics[state.metric]


def advanced(
    states: Sequence[PairedState],
    outcomes: Sequence[AnswerPair],
    spec: QualityGuardSpec,
    levels: GateLevels,
    ratios: Mapping[Figure, Sequence[float]] = MappingProxyType({}),
    requests: Sequence[Whole] = (),
) -> tuple[PairedState, ...]:
    """Return the states after one more batch of outcomes, the thresholds looked at once at its end.

    `ratios`: of each request of the batch, by figure; `requests`: who answered it whole. The AUC
    does not grow record by record; `paired_auc` looks at it.
    """
    thresholds = levels.log_roll_back_threshold(len(states)), levels.log_advance_threshold()
    margins = ratio_margins(spec)

    def after(state: PairedState) -> PairedState:
        if state.metric == AUC or state.problem:
            return state
        if state.metric == WHOLE:
            return with_requests(state, requests, thresholds[0])
        if state.metric in margins:
            figures = ratios.get(FIGURE_OF[state.metric], ())
            return with_ratios(state, figures, margins[state.metric], thresholds)
        return _after(state, outcomes, spec, thresholds)

    return tuple(map(after, states))


Scored = tuple[float, float, float]
"""One record's scores of baseline and canary, both 0 to 1, and its weight."""


def _after(
    state: PairedState,
    outcomes: Sequence[AnswerPair],
    spec: QualityGuardSpec,
    thresholds: tuple[float, float],
) -> PairedState:
    judged = outcomes
    if state.slice is not None:
        judged = [one for one in outcomes if one.slice == state.slice]
    margin = margin_of(state, spec)
    if state.cap is None:
        baseline = [(one.label, one.baseline) for one in judged]
        state, taken = learnt(state, baseline, spec, margin)
        judged = judged[taken:]
    if state.cap is None or state.problem:
        return state
    problem = incomparable(state.metric, ((one.baseline, one.canary) for one in judged))
    if problem:
        return state.but(problem=problem)
    if _has_learnt_cap(state, margin):
        state, scored = _cut(state, judged, spec)
    else:
        scored = _scored(state, judged, spec)
    if state.metric == "cost" and len(scored) < len(judged):
        return state.but(
            problem="a label of the set has no row in costs: add it, or correct the set"
        )
    return _decided(_added(state, scored, margin), thresholds)


def _has_learnt_cap(state: PairedState, margin: QualityMargin) -> bool:
    return state.metric in LEARNT_CAPS and margin.cap is None and state.cap is not None


def _cut(
    state: PairedState, outcomes: Sequence[AnswerPair], spec: QualityGuardSpec
) -> tuple[PairedState, list[Scored]]:
    """Return the state with what its learnt cap cuts off the losses of these records, and the
    scores that are left; an error's is 0.
    """
    cap, scored = state.cap or 1.0, list[Scored]()
    beyond, clipped = list(state.beyond), list(state.clipped)
    for one in outcomes:
        scores = [0.0, 0.0]
        for side, told in enumerate((one.baseline, one.canary)):
            loss = None if told is None else value_of(state.metric, one.label, told, spec)
            if loss is None:
                continue
            scores[side] = 1 - min(loss, cap) / cap
            if loss > cap:
                beyond[side] += min(loss - cap, MOST_BEYOND) * one.weight
                clipped[side] += 1
        scored.append((scores[0], scores[1], one.weight))
    return state.but(beyond=tuple(beyond), clipped=tuple(clipped)), scored


MOST_BEYOND = 1e150
"""A loss that is no number counts as this far beyond its cap."""


def _scored(
    state: PairedState, outcomes: Sequence[AnswerPair], spec: QualityGuardSpec
) -> list[Scored]:
    """Return the scores of the records that the metric speaks of."""
    if state.metric == SCORER:
        return [(*one.scores, one.weight) for one in outcomes if one.scores is not None]
    score = scorer_of(state.metric, spec, state.cap or 1.0)
    found = [
        (score(one.label, one.baseline), score(one.label, one.canary), one.weight)
        for one in outcomes
    ]
    return [
        (baseline, canary, weight)
        for baseline, canary, weight in found
        if baseline is not None and canary is not None
    ]


def _added(state: PairedState, scored: Sequence[Scored], margin: QualityMargin) -> PairedState:
    """Return the state with more records in its sums and bets."""
    unit = state.cap or 1.0
    drops = [baseline - canary for baseline, canary, _ in scored]
    weights = [weight for _, _, weight in scored]
    tolerance, max_worse = margin.stop_beyond / unit, margin.max_worse / unit
    own, before = (weights, state.copies), PairedBets(state.roll_back, state.advance)
    bets = bet(before, drops, tolerance, max_worse, *own)
    mirrored = [-drop for drop in drops]
    improved = bet(PairedBets(state.improve), mirrored, 0.0, max_worse, *own)
    return state.but(
        records=state.records + len(scored),
        baseline_only=state.baseline_only + sum(drop > 0 for drop in drops),
        canary_only=state.canary_only + sum(drop < 0 for drop in drops),
        baseline_sum=state.baseline_sum + math.fsum([b * weight for b, _, weight in scored]),
        canary_sum=state.canary_sum + math.fsum([c * weight for _, c, weight in scored]),
        weight=None if state.weight is None else state.weight + math.fsum(weights),
        squares=state.squares + math.fsum([drop * drop for drop in drops]),
        roll_back=bets.roll_back,
        advance=bets.advance,
        improve=improved.roll_back,
    )


def _decided(state: PairedState, thresholds: tuple[float, float]) -> PairedState:
    """Return the state with what its bets have reached; `thresholds`: to stop, to pass."""
    stop, passing = thresholds
    bets = PairedBets(state.roll_back, state.advance)
    better = PairedBets(state.improve).log_roll_back
    return state.but(
        worse=state.worse or bets.log_roll_back >= stop,
        passed=state.passed or bets.log_advance >= passing,
        better=state.better or better >= passing,
    )


def has_decided(states: Sequence[PairedState]) -> bool:
    """Return whether no further record can change the gate: one test worse, or every test passed
    or without a say.
    """
    return any(state.worse for state in states) or all(
        (state.passed and not hides_a_drop(state)) or state.problem for state in states
    )
