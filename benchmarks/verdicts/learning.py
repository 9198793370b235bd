"""What history teaches, for many runs at once (see canary.stats.history): p, k, D from (R, 1440)
counts.
"""

from dataclasses import dataclass

import numpy as np

from canary.stats.history import DROPPED_HOURS, HOUR, LAG_CORRELATION, LONGEST_LAG

Array = np.ndarray


@dataclass(frozen=True)
class Histories:
    """One row a run; see canary.stats.history.History."""

    minutes: float
    rate: Array
    burstiness: Array
    burst_lags: Array
    requests_per_minute: float


def nothing_known(runs: int, requests_per_minute: float = 0.0) -> Histories:
    """Return the histories of runs that have none."""
    zero = np.zeros(runs)
    return Histories(0, zero, zero, np.zeros(runs, dtype=int), requests_per_minute)


def known_calm(runs: int, rate: float, requests_per_minute: float) -> Histories:
    """Return histories that know the rate and no bursts."""
    return Histories(
        1440, np.full(runs, rate), np.zeros(runs), np.zeros(runs, dtype=int), requests_per_minute
    )


def learn(bad: Array, requests: int) -> Histories:
    """Return p, k, D of each run from (R, minutes) bad counts at a constant number of requests a
    minute.
    """
    runs, minutes = bad.shape
    rate = bad.sum(axis=1) / (requests * minutes)
    hours = bad.reshape(runs, minutes // HOUR, HOUR).astype(float)
    expected = np.broadcast_to(hours.mean(axis=2, keepdims=True), hours.shape)
    excess = ((hours - expected) ** 2 * HOUR / (HOUR - 1) - expected).sum(axis=2)
    scale = (expected**2).sum(axis=2)
    k = _burstiness(excess, scale)
    return Histories(
        minutes,
        rate,
        k,
        _lags(hours.reshape(runs, -1), expected.reshape(runs, -1), k),
        float(requests),
    )


def _burstiness(excess: Array, scale: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        order = np.argsort(np.where(scale > 0, excess / scale, -np.inf), axis=1)
    kept = order[:, :-DROPPED_HOURS]
    kept_scale = np.take_along_axis(scale, kept, axis=1).sum(axis=1)
    total = np.take_along_axis(excess, kept, axis=1).sum(axis=1)
    return np.where(kept_scale > 0, np.maximum(0.0, total / np.maximum(kept_scale, 1e-300)), 0.0)


def _lags(bad: Array, expected: Array, burstiness: Array) -> Array:
    minutes = bad.shape[1]
    served = expected > 0
    middle = np.array(
        [
            np.sort(row[keep])[keep.sum() // 2] if keep.any() else 0.0
            for row, keep in zip(expected, served, strict=True)
        ]
    )
    bursty = burstiness * middle > 6 * np.sqrt(2 / minutes)
    safe = np.where(served, expected, 1.0)
    error = np.where(served, (bad - expected) / safe, 0.0)
    count = np.maximum(served.sum(axis=1), 1)
    variance = (error**2).sum(axis=1) / count - np.where(served, 1 / safe, 0).sum(axis=1) / count
    lags, going = np.zeros(len(bad), dtype=int), bursty & (variance > 0)
    for lag in range(1, LONGEST_LAG + 1):
        both = (served[:, lag:] & served[:, :-lag]).sum(axis=1)
        mean = (error[:, lag:] * error[:, :-lag]).sum(axis=1) / np.maximum(both, 1)
        going = going & (mean / np.where(variance > 0, variance, 1.0) > LAG_CORRELATION)
        lags += going
    return lags
