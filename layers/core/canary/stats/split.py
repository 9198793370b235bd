"""Split fidelity: does the traffic arrive as the weights say?

A Bayes factor of a Dirichlet around the planned shares against exactly those shares; it may be read
at every minute (Lindon and Malek, anytime-valid multinomial). Beyond 1000:1 the split is not what
was asked for.
"""

import math
from collections.abc import Sequence

CONCENTRATION = 1000.0
LOG_THRESHOLD = math.log(1000)
AS_PLANNED_SIGMAS = 4.0


def log_bayes_factor(requests: Sequence[int], shares: Sequence[float]) -> float:
    """Return ln of the evidence that requests are not split as `shares` (positive, summing to
    1).
    """
    total = sum(requests)
    value = math.lgamma(CONCENTRATION) - math.lgamma(CONCENTRATION + total)
    for count, share in zip(requests, shares, strict=True):
        prior = CONCENTRATION * share
        value += math.lgamma(prior + count) - math.lgamma(prior) - count * math.log(share)
    return value


def as_planned(canary: int, baseline: int, share: float) -> bool:
    """Return whether a minute's requests are split as planned, within four standard deviations.

    What one side has of a minute while the other lacks it cannot be told from a difference between
    them, so that a part of a minute is evidence only where both sides have as much of it.
    """
    total = canary + baseline
    allowed = AS_PLANNED_SIGMAS * math.sqrt(total * share * (1 - share))
    return total > 0 and abs(canary - share * total) <= allowed
