"""The request bet: given a bad event, whose was it?

Both variants serve the same minute, so drift they share cancels. One block is the logarithm of a
bet whose expected pay-off is at most 1 under the null in every minute: 1 + z <= e^z and n_b * w =
n_c give E[block] <= exp(+-n_c * lambda * (p_c - r * p_b - d)) <= 1. A cap only lowers it; dividing
by a predictable phi >= 1 keeps it (Jensen). Source: betting e-processes, Waudby-Smith and Ramdas
2023; 2x2 e-variables, Turner, Ly and Grunwald.
"""

import math
from collections.abc import Sequence

from canary.stats.counts import Bound, MinuteCounts
from canary.stats.setting import ADVANCE_CAP, LARGEST_STAKE

ADVANCE_GRID = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.88)


def roll_back_blocks(
    counts: MinuteCounts, bound: Bound, grid: Sequence[float], phi: float, cap: float
) -> tuple[float, ...]:
    """Return ln of each grid bet against "p_c <= ratio x p_b + difference", one value a grid point.

    `phi` >= 1 is the predictable overdispersion, `cap` the largest log pay-off of one minute
    (math.inf for none).
    """
    return tuple(_roll_back_block(counts, bound, g, phi, cap) for g in grid)


def _roll_back_block(counts: MinuteCounts, bound: Bound, g: float, phi: float, cap: float) -> float:
    tilt = counts.traffic_ratio * bound.ratio
    stake = (g - 1) / (1 + tilt * g)
    # 1 - tilt * stake in a form that cannot cancel: (1 + tilt) / (1 + tilt * g).
    gain = counts.canary_bad * math.log1p(stake) + counts.baseline_bad * math.log(
        (1 + tilt) / (1 + tilt * g)
    )
    return min((gain - bound.difference * counts.canary_requests * stake) / phi, cap)


def advance_blocks(
    counts: MinuteCounts,
    bound: Bound,
    phi: float,
    grid: Sequence[float] = ADVANCE_GRID,
    cap: float = ADVANCE_CAP,
) -> tuple[float, ...]:
    """Return ln of each grid bet against "p_c >= ratio x p_b + difference", one value a grid
    point.
    """
    return tuple(_advance_block(counts, bound, g, phi, cap) for g in grid)


def _advance_block(counts: MinuteCounts, bound: Bound, g: float, phi: float, cap: float) -> float:
    tilt = counts.traffic_ratio * bound.ratio
    stake = min(LARGEST_STAKE, (1 - g) / (1 + tilt * g))
    gain = counts.canary_bad * math.log1p(-stake) + counts.baseline_bad * math.log1p(tilt * stake)
    return min((gain + bound.difference * counts.canary_requests * stake) / phi, cap)
