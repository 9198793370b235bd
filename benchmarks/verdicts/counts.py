"""What a minute's counts (4, R) say of themselves: x_c, n_c, x_b, n_b."""

import numpy as np

from benchmarks.verdicts.processes import Terms
from canary.stats import fuse

Array = np.ndarray


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


def recent(terms: Terms, rates: list[Array]) -> Array:
    """Return p~ of every run."""
    if not rates:
        return terms.history.rate
    stacked = np.stack(rates)
    known = ~np.isnan(stacked)
    mean = np.where(known, stacked, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.maximum(terms.history.rate, mean)
