"""What every bet says of every minute, computed once a cell, so that many compositions can be read
off it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.verdicts import history_bet
from benchmarks.verdicts.counts import disaster, recent, served, usable
from benchmarks.verdicts.course import GuardPlan
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import (
    Terms,
    outlier,
    phi,
    roll_back_blocks,
    roll_back_pair,
    settle,
)
from benchmarks.verdicts.worlds import Guarded, Shared, fixed_share, generator
from canary.stats.setting import RECENT_MINUTES

Array = np.ndarray
LEVEL_MINUTES = 10
HISTORIES = 4


@dataclass(frozen=True)
class Material:
    """(minutes, ..., R) arrays of one cell; blocks are 0 where a bet does not speak."""

    requests: Array
    """(T, G, R) request blocks, divided by phi, not capped."""
    pairs: Array
    """(T, 2, R) pair blocks."""
    low: Array
    high: Array
    """(T, R) ends of the rank among the history."""
    usable: Array
    disaster: Array
    bad: Array
    bursty: Array
    burst_lags: Array
    trips: Array
    """(R,) largest ln pay-off of one minute of the request bet over the history's own pairs."""
    burstiness: Array


def gather(
    world: Guarded,
    guard: GuardPlan,
    seed: int,
    runs: int,
    per_minute: int,
    share: float,
    minutes: int,
    *name: object,
    past_outage: bool = False,
    level_by_level: bool = True,
) -> Material:
    """Return one guard's material at a fixed share, its history learnt from each run's own day."""
    rng = generator(seed, "reaction", per_minute, share, minutes, world.base, world.ratio, *name)
    rows = np.arange(runs) // HISTORIES
    past = world.history(rng, rows[-1] + 1, per_minute)
    if past_outage:
        rate = min(1.0, world.base * 20)
        past[:, 700:710] = rng.binomial(per_minute, rate, (len(past), 10))
    history = learn(past[rows], per_minute)
    terms = settle(history, guard.roll_back, guard.last_gate, np.full(runs, share), guard.grid)
    counts = fixed_share(world, rng, runs, per_minute, share, minutes)
    reference = history_bet.Reference(past, float(per_minute), rng, rows)
    return weigh(counts, terms, reference, share, per_minute, level_by_level=level_by_level)


def weigh(
    counts: Array,
    terms: Terms,
    reference: history_bet.Reference,
    share: float,
    per_minute: int,
    *,
    level_by_level: bool = True,
) -> Material:
    """Return the material of counts (minutes, 4, R)."""
    runs, minutes = counts.shape[2], len(counts)
    infinite = np.full(runs, np.inf)
    use = np.stack([usable(c) for c in counts])
    safe = np.stack([served(c) for c in counts])
    requests: list[Array] = []
    pairs: list[Array] = []
    rates: list[Any] = []
    nows: list[Any] = []
    skip = np.zeros(runs, dtype=int)
    for t in range(minutes):
        now = recent(terms, rates[-RECENT_MINUTES:])
        nows.append(np.maximum(now, recent(terms, rates[-LEVEL_MINUTES:])))
        by = phi(safe[t], now, terms.history.burstiness)
        block = roll_back_blocks(safe[t], terms.roll_back, terms.grid, by, infinite)
        requests.append(np.where(use[t], block, 0))
        speaks = use[t] & (skip == 0)
        pairs.append(np.where(speaks, roll_back_pair(safe[t], terms, now), 0))
        skip = np.maximum(skip - use[t], 0)
        burst = speaks & outlier(safe[t][0], safe[t][1], terms.history.rate)
        skip = np.where(burst, terms.history.burst_lags, skip)
        rates.append(np.where(counts[t][3] > 0, counts[t][2] / safe[t][3], np.nan))
    n_c = share * per_minute
    planned = (
        history_bet.exposure(np.full(runs, n_c), *terms.roll_back, reference.rates),
        np.full(runs, per_minute - n_c),
    )
    low, high = history_bet.ranks(
        reference,
        safe,
        np.stack(nows),
        planned,
        terms.roll_back,
        use,
        level_by_level=level_by_level,
    )
    return Material(
        np.stack(requests).astype(np.float32),
        np.stack(pairs).astype(np.float32),
        low,
        high,
        use,
        np.stack([disaster(c) for c in counts]),
        counts[:, 0],
        terms.bursty,
        terms.history.burst_lags,
        reference.most_paid(terms, share),
        terms.history.burstiness,
    )


def cached(path: Path, make: object) -> Material:
    """Return a cell's material from its file, made and written where it is missing."""
    if path.exists():
        with np.load(path) as stored:
            return Material(**{key: stored[key] for key in stored.files})
    made: Material = make()  # type: ignore[operator]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **vars(made))
    return made


__all__ = ["Guarded", "Material", "Shared", "cached", "gather", "weigh"]
