"""The pair bet: which variant had the worse minute?

Exact under bursts of any size that are independent from minute to minute and alike in both
variants: at the edge of the null thinning makes the two counts exchangeable and the reward h is
antisymmetric, so E[block] = 1; h grows with the canary's count, so E[block] <= 1 inside it; |h| <=
1, and averaging over thinnings is a conditional expectation. Two bets a direction: one fitted to
the expected burstiness, one to large differences.
"""

import math

from canary.stats.counts import Bound, MinuteCounts
from canary.stats.thinning import expected_tanh, thin

STAKE = 0.95
RATE_TOLL = 0.11
ROLL_BACK_WEIGHTS = (0.5, 0.5)
ADVANCE_WEIGHTS = (0.7, 0.3)
LARGEST_RATIO = 1000.0
SMALLEST_RATIO = 1.1
SMALLEST_BURSTINESS = 1e-6


def overall_ratio(bound: Bound, rate: float) -> float:
    """Return R: the bound as one ratio at the history's rate; 1000 when the rate is zero."""
    if rate <= 0:
        return LARGEST_RATIO
    return min(max(bound.ratio + bound.difference / rate, SMALLEST_RATIO), LARGEST_RATIO)


def roll_back_pair(
    counts: MinuteCounts, bound: Bound, rate: float, burstiness: float, rate_now: float
) -> tuple[float, float]:
    """Return ln of the two bets that the canary is beyond the bound.

    `rate` and `burstiness` are the history's p and k; `rate_now` is the recent rate the toll is
    taken on.
    """
    expected, shape = _expected(counts, bound, rate), _shape(burstiness)
    slopes = (math.log(2.5 * (expected + shape) / (2.5 * expected + shape)), math.log(3))
    first, second = expected_tanh(thin(counts, bound), slopes)
    toll = RATE_TOLL * rate_now
    return math.log1p(STAKE * first) - toll, math.log1p(STAKE * second) - toll


def advance_pair(
    counts: MinuteCounts, bound: Bound, rate: float, burstiness: float
) -> tuple[float, float]:
    """Return ln of the two bets that the canary is within the bound."""
    expected, shape, ratio = (
        _expected(counts, bound, rate),
        _shape(burstiness),
        overall_ratio(bound, rate),
    )
    slopes = (math.log((expected + ratio * shape) / (expected + shape)), math.log(ratio))
    first, second = expected_tanh(thin(counts, bound), slopes)
    return math.log1p(-STAKE * first), math.log1p(-STAKE * second)


def _expected(counts: MinuteCounts, bound: Bound, rate: float) -> float:
    """Return m: the bad events expected on the bound in the smaller exposure."""
    return min(counts.canary_requests, counts.baseline_requests / bound.ratio) * bound.rate(rate)


def _shape(burstiness: float) -> float:
    return 1 / max(burstiness, SMALLEST_BURSTINESS)
