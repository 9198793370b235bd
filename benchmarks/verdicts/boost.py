"""An experiment, not part of the judge: the request bet with each minute boosted to its exact
price.

Given how many bad events a minute had, whose they were is binomial under the null "no worse at
all", so the block may be truncated at the threshold and multiplied by the b >= 1 that brings its
expectation back to 1. It needs ratio 1, no additive margin and no overdispersion.
"""

import numpy as np
from scipy.special import gammaln, logsumexp

Array = np.ndarray
NEVER = np.inf
LARGEST_COUNT = 120


def boosted_request_bet(counts: Array, alpha: float, grid: tuple[float, ...]) -> Array:
    """Return when the boosted request bet reaches 1/alpha; (minutes, 4, R) counts."""
    runs, limit = counts.shape[2], -np.log(alpha)
    logs, minute = np.full((len(grid), runs), -np.log(len(grid))), np.full(runs, NEVER)
    for t, (x_c, n_c, x_b, n_b) in enumerate(counts):
        gain = gains(n_c / n_b, grid)
        before = logsumexp(logs, axis=0)
        more = boost(logs, before, gain, n_c / n_b, x_c + x_b, limit)
        logs = logs + x_c * gain[0] + x_b * gain[1] + more
        crossed = logsumexp(logs, axis=0) >= limit
        minute[crossed & (minute == NEVER)] = t + 1
        logs = np.where(crossed, logs - logsumexp(logs, axis=0) + limit, logs)
    return minute


def gains(w: Array, grid: tuple[float, ...]) -> tuple[Array, Array]:
    """Return (G, R) log pay-offs of one bad event of the canary and of the baseline."""
    g = np.array(grid)[:, None]
    return np.log1p((g - 1) / (1 + w * g)), np.log((1 + w) / (1 + w * g))


def boost(
    logs: Array, before: Array, gain: tuple[Array, Array], w: Array, total: Array, limit: float
) -> Array:
    """Return ln b of each run."""
    x = np.arange(int(min(total.max(), LARGEST_COUNT)) + 1)[:, None]
    inside = (x <= total) & (total <= LARGEST_COUNT)
    rest = np.maximum(total - x, 0)
    chance = w / (1 + w)
    log_p = (
        gammaln(total + 1)
        - gammaln(x + 1)
        - gammaln(rest + 1)
        + x * np.log(chance)
        + rest * np.log1p(-chance)
    )
    p = np.where(inside, np.exp(log_p), 0.0)
    grown = (
        logsumexp(logs[:, None] + x * gain[0][:, None] + rest * gain[1][:, None], axis=0) - before
    )
    pay = np.where(inside, np.exp(np.minimum(grown, 600)), 0.0)
    room = np.exp(limit - before)
    tail = np.cumsum(p[::-1], axis=0)[::-1]
    head = np.cumsum(p * pay, axis=0) - p * pay
    with np.errstate(divide="ignore", invalid="ignore"):
        b = (1 - room * tail) / head
    fits = inside & (b * pay >= room) & (b >= 1) & np.isfinite(b)
    found = fits.any(axis=0)
    chosen = np.take_along_axis(b, fits.argmax(axis=0)[None], axis=0)[0]
    return np.where(found, np.log(np.where(found, chosen, 1.0)), 0.0)
