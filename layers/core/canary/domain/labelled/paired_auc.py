"""ROC AUC as a deciding metric: its confidence sequence read into the same state as the bets.

Rules: it needs every score so far, so it is looked at when the records have grown by a tenth, not
at every batch; a look may come at any time, for the sequence holds at all of them. Below its floors
it says nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from canary.domain.labelled.evidence import PairedState
from canary.domain.labelled.paired import AUC, GateLevels, margin_of
from canary.domain.plan.quality import QualityGuardSpec
from canary.stats.auc import LEAST_RECORDS, auc_drop, log_alike
from canary.stats.logsum import log_mix

METRIC = AUC
GROWTH = 1.1


def is_due(state: PairedState, records: int) -> bool:
    """Return whether enough records came since the last look."""
    return records >= max(LEAST_RECORDS, math.ceil(state.records * GROWTH))


@dataclass(frozen=True)
class Ranked:
    """The scores so far, made when asked for: labels, baseline's and canary's; of how many
    `records`, and `at_most` how many they will ever be of.
    """

    scores: Callable[[], tuple[Sequence[int], Sequence[float], Sequence[float]]]
    records: int
    at_most: int


def all_looked_at(
    states: Sequence[PairedState],
    ranked: Ranked,
    spec: QualityGuardSpec,
    levels: GateLevels,
    *,
    last: bool,
) -> tuple[PairedState, ...]:
    """Return the states with the AUC's own looked at where it is due, or this is the last look."""
    return tuple(
        looked_at(state, ranked.scores(), spec, levels, len(states))
        if state.metric == METRIC
        and state.records < ranked.at_most
        and (last or is_due(state, ranked.records))
        else state
        for state in states
    )


def looked_at(
    state: PairedState,
    ranked: tuple[Sequence[int], Sequence[float], Sequence[float]],
    spec: QualityGuardSpec,
    levels: GateLevels,
    tests: int,
) -> PairedState:
    """Return the state after a look at all scores so far; unchanged where answers carry no scores
    or one class. `tests`: the deciding tests that share the level to stop at.
    """
    positive, baseline, canary = ranked
    if any(math.isnan(score) for scores in (baseline, canary) for score in scores):
        return state
    flags = [bool(flag) for flag in positive]
    found = auc_drop(flags, baseline, canary)
    if found is None:
        return state
    margin = margin_of(state, spec)
    worse, not_worse = found.log_roll_back(margin.stop_beyond), found.log_advance(margin.max_worse)
    if found.records >= LEAST_RECORDS:
        # The mean of two bets is a bet, whichever of them has something to say.
        alike = log_alike(flags, baseline, canary, margin.max_worse)
        not_worse = log_mix([(0.5, not_worse), (0.5, alike)])
    better, passing = found.log_advance(0.0), levels.log_advance_threshold()
    worse, not_worse, better = (one / state.copies for one in (worse, not_worse, better))
    return state.but(
        records=found.records,
        baseline_sum=found.baseline * found.records,
        canary_sum=found.canary * found.records,
        moved=found.discordant,
        roll_back=(worse,),
        advance=(not_worse,),
        improve=(better,),
        worse=state.worse or worse >= levels.log_roll_back_threshold(tests),
        passed=state.passed or not_worse >= passing,
        better=state.better or better >= passing,
    )
