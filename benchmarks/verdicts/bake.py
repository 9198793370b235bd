"""One guard at a fixed share, minute after minute: when does each direction's evidence reach its
threshold?
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.verdicts.counts import disaster, recent, served, usable
from benchmarks.verdicts.course import GuardPlan
from benchmarks.verdicts.guard_bets import AS_JUDGED, TWO_BETS, Bets, Guard
from benchmarks.verdicts.history_bet import Reference
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import AdvanceRuns, RollBackRuns, Terms, settle
from benchmarks.verdicts.worlds import Guarded
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.stats.setting import RECENT_MINUTES

Array = np.ndarray
NEVER = np.inf
RUNS_A_HISTORY = 4


@dataclass(frozen=True)
class Crossings:
    """Minutes (from 1) at which each run's evidence first reached its threshold; inf where it never
    did.
    """

    roll_back: Array
    advance: Array


@dataclass(frozen=True)
class Place:
    """One guard's terms at a share, and the day it learnt from; None where nothing is known."""

    terms: Terms
    day: Reference | None
    share: float
    beside: float | None = None
    """The share of what the canary is compared with; None: all the rest."""


def placed(
    world: Guarded,
    rng: np.random.Generator,
    guard: GuardPlan,
    runs: int,
    requests: int,
    share: float,
    runs_a_history: int = RUNS_A_HISTORY,
    beside: float | None = None,
) -> Place:
    """Return a guard's place, its history drawn from a world; some runs share a day."""
    rows = np.arange(runs) // runs_a_history
    past = world.history(rng, rows[-1] + 1, requests)
    known = learn(past[rows], requests)
    shares = np.full(runs, share)
    terms = settle(known, guard.roll_back, guard.last_gate, shares, guard.grid, beside)
    return Place(terms, Reference(past, float(requests), rng, rows), share, beside)


def cross(
    counts: Array,
    place: Place,
    alpha: float,
    beta: float,
    *,
    advance: bool = True,
    roll_back: bool = True,
    bets: Bets = AS_JUDGED,
) -> Crossings:
    """Return when each run's evidence crosses; counts (minutes, 4, R), every minute judged."""
    runs, terms = counts.shape[2], place.terms
    against = Guard(place.day, [terms], [terms], [place.share], bets, beside=place.beside)
    within = AdvanceRuns(runs)
    first = Crossings(np.full(runs, NEVER), np.full(runs, NEVER))
    burning, everywhere = np.zeros(runs, dtype=bool), np.ones(runs, dtype=bool)
    nowhere, here = ~everywhere, np.zeros(runs, dtype=int)
    for t, minute in enumerate(counts):
        use, safe = usable(minute), served(minute)
        rate_now = recent(terms, against.rates[-RECENT_MINUTES:])
        if roll_back:
            if t and t % RESTART_EVERY_MINUTES == 0:
                against.restart(everywhere)
            against.step(minute, here, use, nowhere, everywhere & (t < bets.lifted_minutes))
            crossed = against.log_evidence() >= -np.log(alpha)
            now = disaster(minute)
            crossed |= now & burning
            burning = now
            first.roll_back[crossed & (first.roll_back == NEVER)] = t + 1
        if advance:
            within.step(safe, terms, rate_now, use)
            shown = within.log_evidence(terms) >= -np.log(beta)
            first.advance[shown & (first.advance == NEVER)] = t + 1
        against.rates.append(np.where(minute[3] > 0, minute[2] / safe[3], np.nan))
    return first


def cross_requests_alone(counts: Array, terms: Terms, alpha: float, beta: float) -> Crossings:
    """Return when the request bet alone would cross, without fuse, as a comparison."""
    runs = counts.shape[2]
    against, within = RollBackRuns(runs, terms.grid), AdvanceRuns(runs)
    first = Crossings(np.full(runs, NEVER), np.full(runs, NEVER))
    rates: list[Array] = []
    for t, minute in enumerate(counts):
        use, safe = usable(minute), served(minute)
        rate_now = recent(terms, rates[-RECENT_MINUTES:])
        if t and t % RESTART_EVERY_MINUTES == 0:
            against.restart(np.ones(runs, dtype=bool))
        against.step(safe, terms, rate_now, use)
        within.step(safe, terms, rate_now, use)
        crossed = against.log_evidence(terms, requests_alone=True) >= -np.log(alpha)
        shown = within.log_evidence(terms, requests_alone=True) >= -np.log(beta)
        first.roll_back[crossed & (first.roll_back == NEVER)] = t + 1
        first.advance[shown & (first.advance == NEVER)] = t + 1
        rates.append(np.where(minute[3] > 0, minute[2] / safe[3], np.nan))
    return first


__all__ = ["TWO_BETS", "Crossings", "Place", "cross", "cross_requests_alone", "placed"]
