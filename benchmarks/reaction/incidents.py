"""The demonstration's three laws, and when an alarm and Flagger's loop act on them.

A share is reached at a second of minute 0 and seen by a poll up to 20 s later. A minute of a
variant appears 30 to 120 s after its end, one in ten half of it first.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.verdicts.course import ERRORS, SLOW, GuardPlan

Array = np.ndarray
PER_MINUTE, MINUTES = 6000, 14


@dataclass(frozen=True)
class Law:
    """What goes wrong."""

    guard: GuardPlan
    base: float
    bad: float
    share: float
    share_before: float
    judged_before: tuple[tuple[float, int], ...] = ()
    """Good judged minutes at earlier shares."""


LAWS = {
    "failing": Law(ERRORS, 0.002, 0.18, 0.05, 0.0),
    "slow": Law(SLOW, 0.05, 0.48, 0.5, 0.25, ((0.05, 8), (0.25, 6))),
    "late": Law(ERRORS, 0.002, 0.17, 1.0, 0.5),
}


@dataclass(frozen=True)
class Course:
    """Counts and times of many runs; minute 0 is the one in which the share is reached."""

    reached: Array
    """(R,) second of minute 0 in which the first bad request comes."""
    first: Array
    """(R,) first whole minute that may be judged."""
    halves: Array
    """(MINUTES, 2, 4, R) counts of the halves."""
    seen: Array
    """(MINUTES, 2 variants, 2, R) when half and whole can be read."""
    tick: Array
    look: Array


def play(law: Law, rng: np.random.Generator, runs: int) -> Course:
    """Draw the minutes, and when each can be read."""
    reached = rng.uniform(0, 60, runs)
    polled = reached + rng.uniform(2, 20, runs)
    halves = np.zeros((MINUTES, 2, 4, runs))
    for t in range(MINUTES):
        for h in range(2):
            begin = 60 * t + 30 * h
            late = np.clip((begin + 30 - reached) / 30, 0, 1)
            n = rng.poisson(PER_MINUTE / 2, runs)
            after = rng.binomial(n, late)
            bad_n = rng.binomial(after, law.share)
            good_n = rng.binomial(n - after, law.share_before)
            x = rng.binomial(bad_n, law.bad) + rng.binomial(good_n, law.base)
            m = n - bad_n - good_n
            halves[t, h] = x, bad_n + good_n, rng.binomial(m, law.base), m
    shown = 60.0 * (np.arange(MINUTES)[:, None, None] + 1) + rng.uniform(
        30, 120, (MINUTES, 2, runs)
    )
    half = rng.random(shown.shape) < 0.1
    whole = shown + np.where(half, rng.uniform(30, 90, shown.shape), 0)
    return Course(
        reached,
        np.floor(polled / 60).astype(int) + 1,
        halves,
        np.stack([shown, whole], axis=2),
        rng.uniform(0, 60, runs),
        rng.uniform(0, 60, runs),
    )


def read(course: Course, now: Array) -> tuple[Array, Array]:
    """Return (counts (MINUTES, 4, R), there (MINUTES, 2, R)) as they can be read at a time."""
    halves, seen = course.halves, course.seen
    counts = np.zeros(halves[:, 0].shape)
    there = now >= seen[:, :, 0]
    for side in range(2):
        all_of_it = now >= seen[:, side, 1]
        for i in (2 * side, 2 * side + 1):
            both = halves[:, 0, i] + np.where(all_of_it, halves[:, 1, i], 0)
            counts[:, i] = np.where(there[:, side], both, 0)
    return counts, there


def alarm(course: Course, law: Law) -> Array:
    """Return when 3 of 5 points breach: over 5% errors, or the 90th percentile too slow."""
    limit = 0.1 if law.guard is SLOW else 0.05
    ends = np.full(len(course.reached), np.inf)
    for k in range(1, 20):
        now = course.look + 60 * k
        counts, there = read(course, now)
        use = there[:, 0] & (counts[:, 1] > 0)
        breach = use & (counts[:, 0] > limit * np.maximum(counts[:, 1], 1))
        newest_first = np.cumsum(use[::-1], axis=0)[::-1]
        hit = (breach & (newest_first <= 5)).sum(axis=0) >= 3
        ends = np.where(hit & (ends == np.inf), now, ends)
    return ends - course.reached


def flagger(course: Course, law: Law, checks: int) -> Array:
    """Return when the newest readable point was over 1% (errors) or 10% (slow) `checks` times."""
    limit = 0.1 if law.guard is SLOW else 0.01
    ends, failed = np.full(len(course.reached), np.inf), np.zeros(len(course.reached))
    begin = course.reached + 10
    for k in range(1, 20):
        now = begin + 60 * k
        counts, there = read(course, now)
        use = there[:, 0] & (counts[:, 1] > 0)
        newest = np.where(use.any(axis=0), MINUTES - 1 - use[::-1].argmax(axis=0), 0)
        rows = np.arange(len(ends))
        x, n = counts[newest, 0, rows], counts[newest, 1, rows]
        failed += use.any(axis=0) & (x > limit * np.maximum(n, 1))
        ends = np.where((failed >= checks) & (ends == np.inf), now, ends)
    return ends - course.reached
