"""Expected bounded reward over thinned counts, for many runs at once (see
canary.stats.thinning).
"""

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln, ndtri

from canary.stats.thinning import EXACT_UP_TO_SD, QUANTILES

Array = np.ndarray
NORMAL = ndtri((np.arange(QUANTILES) + 0.5) / QUANTILES)
# Rows are worked off in groups of like spread, so that a narrow law does not pay for the widest
# one.
SPREADS = (0.0, 0.3, 1.5, 6.0, 15.0, EXACT_UP_TO_SD**2)


def expected_tanh(counts: Array, ratio: Array, difference: Array, slopes: Array) -> Array:
    """Return E[tanh(slope x difference / 2)]: counts (4, R) as x_c, n_c, x_b, n_b; slopes and
    result (2, R).
    """
    x_c, n_c, x_b, n_b = counts
    q = ratio * n_c / n_b
    few = q <= 1
    chance = np.where(few, q, 1 / np.maximum(q, 1e-300))
    trials = np.where(few, x_b, x_c).astype(float)
    shift = np.where(few, x_c, -x_b).astype(float)
    sign = np.where(few, -1.0, 1.0)
    poisson = difference * n_c * np.where(few, 1.0, chance)
    variance = trials * chance * (1 - chance) + poisson
    result = np.empty_like(slopes)
    law = (shift, sign, trials, chance, poisson, variance)
    for low, high in zip((-1.0, *SPREADS), (*SPREADS, np.inf), strict=True):
        rows = (variance > low) & (variance <= high)
        if rows.any():
            part = tuple(v[rows] for v in law)
            solve = _quantiles if high == np.inf else _exact
            result[:, rows] = solve(part, slopes[:, rows])
    return result


def _quantiles(law: tuple[Array, ...], slopes: Array) -> Array:
    shift, sign, trials, chance, poisson, variance = law
    mean = shift + sign * trials * chance - poisson
    third = sign * trials * chance * (1 - chance) * (1 - 2 * chance) - poisson
    sd = np.sqrt(variance)
    points = (
        mean[:, None] + sd[:, None] * NORMAL + (third / (6 * variance))[:, None] * (NORMAL**2 - 1)
    )
    return np.stack([np.tanh(s[:, None] * points / 2).mean(axis=1) for s in slopes])


def _exact(law: tuple[Array, ...], slopes: Array) -> Array:
    shift, sign, trials, chance, poisson, _ = law
    binomial_sd = np.sqrt((trials * chance * (1 - chance)).max())
    first, masses = _around(
        trials * chance, binomial_sd, lambda k: _binomial_log(k, trials, chance)
    )
    points = shift[:, None] + sign[:, None] * first
    if poisson.max() > 0:
        points, masses = _less_poisson(points, masses, sign, poisson)
    return np.stack([(masses * np.tanh(s[:, None] * points / 2)).sum(axis=1) for s in slopes])


def _less_poisson(points: Array, masses: Array, sign: Array, poisson: Array) -> tuple[Array, Array]:
    """Return the law of a grid of consecutive points minus an independent Poisson."""
    descending = np.where((sign > 0)[:, None], points[:, ::-1], points)
    ordered = np.where((sign > 0)[:, None], masses[:, ::-1], masses)
    first, law = _around(poisson, np.sqrt(poisson.max()), lambda k: _poisson_log(k, poisson))
    width, extra = ordered.shape[1], law.shape[1]
    total = np.zeros((len(ordered), width + extra - 1))
    for j in range(extra):
        total[:, j : j + width] += law[:, j : j + 1] * ordered
    start = descending[:, 0] - first[:, 0]
    return start[:, None] - np.arange(width + extra - 1), total


def _around(mean: Array, sd: float, log_mass: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Return consecutive values around each mean and their probabilities, both (R, W)."""
    below, above = int(7 * sd) + 2, int(7.5 * sd) + 12
    values = np.floor(mean)[:, None] + np.arange(-below, above)
    logs = log_mass(values)
    masses = np.exp(logs)
    return values, masses / masses.sum(axis=1, keepdims=True)


def _binomial_log(values: Array, trials: Array, chance: Array) -> Array:
    n, q = trials[:, None], np.clip(chance[:, None], 1e-300, 1.0)
    inside = (values >= 0) & (values <= n)
    k = np.where(inside, values, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(n - k > 0, (n - k) * np.log1p(-q), 0.0)
    logs = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + k * np.log(q) + rest
    return np.where(inside, logs, -np.inf)


def _poisson_log(values: Array, mean: Array) -> Array:
    inside = values >= 0
    k, mu = np.where(inside, values, 0), np.maximum(mean[:, None], 1e-300)
    return np.where(inside, k * np.log(mu) - mu - gammaln(k + 1), -np.inf)
