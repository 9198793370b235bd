"""Quantiles of positive figures from counts by logarithmic bin, to 1%, in bounded memory.

A value lies in bin ceil(log_g v) with g = 1.02; a bin's middle is within 1% of all in it. Source:
Masson, Rim and Lee 2019, "DDSketch", without its limit on bins (a float has no more than 72,000).
"""

import math
from collections.abc import Mapping

GROWTH = 1.02
_LOG = math.log(GROWTH)


def bin_of(value: float) -> int:
    """Return the bin of a positive value."""
    return math.ceil(math.log(value) / _LOG)


def value_in(place: int) -> float:
    """Return the middle of a bin, from which nothing in it is further than 1%."""
    return 2 * math.exp(place * _LOG) / (1 + GROWTH)


def at_rank(counts: Mapping[int, int], rank: int) -> float:
    """Return the value of a rank from 1, of a count that reaches it."""
    seen = 0
    for place in sorted(counts):
        seen += counts[place]
        if seen >= rank:
            return value_in(place)
    raise ValueError(f"there are only {seen} values")


def quantile(counts: Mapping[int, int], share: float) -> float:
    """Return the value that so many lie at or below, of at least one."""
    return at_rank(counts, max(1, math.ceil(share * sum(counts.values()))))
