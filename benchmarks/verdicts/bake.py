"""One guard at a fixed share, minute after minute: when does each direction's evidence reach its
threshold?
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.verdicts.processes import AdvanceRuns, RollBackRuns, Terms
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.stats import fuse
from canary.stats.setting import RECENT_MINUTES

Array = np.ndarray
NEVER = np.inf


@dataclass(frozen=True)
class Crossings:
    """Minutes (from 1) at which each run's evidence first reached its threshold; inf where it never
    did.
    """

    roll_back: Array
    advance: Array


def usable(counts: Array) -> Array:
    """Return which runs served on both sides."""
    return (counts[1] > 0) & (counts[3] > 0)


def served(counts: Array) -> Array:
    """Return counts with at least one request a side, so that unusable rows compute harmlessly."""
    safe = counts.copy()
    safe[1], safe[3] = np.maximum(counts[1], 1), np.maximum(counts[3], 1)
    return safe


def disaster(counts: Array) -> Array:
    """Return which runs had a minute that looks like a disaster of the canary alone."""
    return (
        (counts[1] >= fuse.LEAST_REQUESTS)
        & (counts[0] >= fuse.CANARY_RATE * counts[1])
        & (counts[3] > 0)
        & (counts[2] < fuse.BASELINE_RATE * counts[3])
    )


def cross(
    counts: Array,
    terms: Terms,
    alpha: float,
    beta: float,
    *,
    advance: bool = True,
    with_fuse: bool = True,
    roll_back: bool = True,
    requests_alone: bool = False,
) -> Crossings:
    """Return when each run's evidence crosses; counts (minutes, 4, R), every minute judged.

    `requests_alone` reads the request bet without the pair bet, as a comparison.
    """
    runs = counts.shape[2]
    against, within = RollBackRuns(runs, terms.grid), AdvanceRuns(runs)
    first = Crossings(np.full(runs, NEVER), np.full(runs, NEVER))
    rates: list[Array] = []
    burning = np.zeros(runs, dtype=bool)
    for t, minute in enumerate(counts):
        use, safe = usable(minute), served(minute)
        rate_now = recent(terms, rates[-RECENT_MINUTES:])
        if roll_back:
            if t and t % RESTART_EVERY_MINUTES == 0:
                against.restart(np.ones(runs, dtype=bool))
            against.step(safe, terms, rate_now, use)
            crossed = against.log_evidence(terms, requests_alone=requests_alone) >= -np.log(alpha)
            now = disaster(minute)
            crossed |= now & burning & with_fuse
            burning = now
            first.roll_back[crossed & (first.roll_back == NEVER)] = t + 1
        if advance:
            within.step(safe, terms, rate_now, use)
            shown = within.log_evidence(terms, requests_alone=requests_alone) >= -np.log(beta)
            first.advance[shown & (first.advance == NEVER)] = t + 1
        rates.append(np.where(minute[3] > 0, minute[2] / safe[3], np.nan))
    return first


def recent(terms: Terms, rates: list[Array]) -> Array:
    """Return p~ of every run."""
    if not rates:
        return terms.history.rate
    stacked = np.stack(rates)
    known = ~np.isnan(stacked)
    mean = np.where(known, stacked, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.maximum(terms.history.rate, mean)
