"""A minute made of slices, so that a look can have its beginning alone.

A first read has the first slices of each variant, how many is drawn for each variant apart. The
first minute of a step may begin at the weights before: it is judged when its split is as planned.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.verdicts.worlds import Guarded

Array = np.ndarray
SLICES = 10
SIGMAS = 4.0


@dataclass(frozen=True)
class Reading:
    """How minutes are read: `late_seconds` is the longest time a step's first minute keeps the
    weights before.
    """

    late_seconds: float = 0.0
    halves: bool = False
    """One minute in ten first half of it, as CloudWatch often shows; otherwise anything."""


def minute_in_slices(
    reading: Reading,
    rng: np.random.Generator,
    worlds: tuple[Guarded, ...],
    minute: int,
    shares: tuple[Array, Array],
    requests: int,
    factors: list[tuple[Array, Array]],
) -> list[Array]:
    """Return each guard's counts (SLICES, 4, R); `shares` of the canary before and after a move."""
    before, after = shares
    late = rng.uniform(0, 1, len(after)) * reading.late_seconds / 60 * SLICES
    old = np.clip(late - np.arange(SLICES)[:, None], 0, 1)
    share = old * before + (1 - old) * after
    n_c = rng.binomial(requests // SLICES, share)
    n_b = requests // SLICES - n_c
    found = []
    for world, (canary, baseline) in zip(worlds, factors, strict=True):
        at = minute + np.arange(SLICES) / SLICES
        rate = np.array([world.shared.rate(world.base, t) for t in at])[:, None]
        worse = np.stack([world.canary_rate(r, minute, after) for r in rate])
        x_c = rng.binomial(n_c, np.minimum(worse * canary, 1.0))
        x_b = rng.binomial(n_b, np.minimum(rate * baseline, 1.0))
        found.append(np.stack([x_c, n_c, x_b, n_b], axis=1).astype(float))
    return found


def whole(slices: Array) -> Array:
    """Return the minute's counts (4, R)."""
    total: Array = slices.sum(axis=0)
    return total


def first_read(reading: Reading, rng: np.random.Generator, slices: list[Array]) -> list[Array]:
    """Return each guard's counts (4, R) of the slices that can be read first."""
    runs = slices[0].shape[2]
    if reading.halves:
        some = np.where(rng.random((2, runs)) < 0.1, SLICES // 2, SLICES)
    else:
        some = rng.integers(0, SLICES + 1, (2, runs))
    there = np.arange(SLICES)[:, None, None] < np.repeat(some, 2, axis=0)
    return [(found * there).sum(axis=0) for found in slices]


def as_planned(counts: Array, share: Array | float) -> Array:
    """Return which runs' split is within four standard deviations of the planned one."""
    total = counts[1] + counts[3]
    fits: Array = np.abs(counts[1] - share * total) <= SIGMAS * np.sqrt(total * share * (1 - share))
    return fits
