"""The request bet alone at "no worse at all": the form in which it is compared with peers and with
the bound.
"""

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts.processes import roll_back_blocks
from canary.domain.plan.standard_guards import ERRORS_GRID
from canary.stats.counts import Bound

Array = np.ndarray
NEVER = np.inf


def request_bet(counts: Array, alpha: float, grid: tuple[float, ...] = ERRORS_GRID) -> Array:
    """Return when the request bet (ratio 1, difference 0, no cap) reaches 1/alpha; (minutes, 4, R)
    counts.
    """
    minutes, _, runs = counts.shape
    flat = counts.transpose(1, 0, 2).reshape(4, -1)
    one, zero = np.ones(flat.shape[1]), np.zeros(flat.shape[1])
    blocks = roll_back_blocks(flat, (one, zero), grid, one, np.inf * one).reshape(
        len(grid), minutes, runs
    )
    evidence = logsumexp(np.cumsum(blocks, axis=1), axis=0) - np.log(len(grid))
    hits = evidence >= -np.log(alpha)
    return np.where(hits.any(axis=0), hits.argmax(axis=0) + 1.0, NEVER)


def information_minutes(
    requests: int, share: float, base: float, ratio: float, alpha: float
) -> float:
    """Return ln(1/alpha) over the information of a minute: no valid test is faster on average."""
    n_c, n_b = requests * share, requests * (1 - share)
    x_c, x_b = n_c * base * ratio, n_b * base
    pooled = (x_c + x_b) / (n_c + n_b)
    # Poisson counts given the rates: only whose each bad event was carries information about the
    # ratio.
    gain = x_c * np.log(base * ratio / pooled) + x_b * np.log(base / pooled)
    return float(-np.log(alpha) / gain)


def edge_minutes(
    requests: int, share: float, base: float, ratio: float, edge: Bound, alpha: float
) -> float:
    """Return the bound where the null allows a margin: the information against the nearest rates on
    its edge.
    """
    n_c, n_b = requests * share, requests * (1 - share)
    baseline = base * np.linspace(0.2, 5.0, 4000) * max(1.0, ratio / 2)
    gain = _poisson(n_c * base * ratio, n_c * (edge.ratio * baseline + edge.difference))
    gain = gain + _poisson(n_b * base, n_b * baseline)
    return float(-np.log(alpha) / gain.min())


def _poisson(mean: float, other: Array) -> Array:
    """Return the divergence of a Poisson count from one of another mean."""
    return mean * np.log(mean / other) - mean + other
