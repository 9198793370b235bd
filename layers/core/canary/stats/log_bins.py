"""Quantiles of positive figures from counts by logarithmic bin, to 1%, in bounded memory.

A value lies in the bin of the nearest power of g = 1.02, which is within 1% of all in it, and 1 is
one of them: equal figures have the ratio 1. Source: Masson, Rim and Lee 2019, "DDSketch", without
its limit on bins (a float has no more than 72,000).
"""

import math
from collections.abc import Mapping

GROWTH = 1.02
_LOG = math.log(GROWTH)


def bin_of(value: float) -> int:
    """Return the bin of a positive value."""
    return round(math.log(value) / _LOG)


def value_in(place: int) -> float:
    """Return the power a bin stands for, from which nothing in it is further than 1%."""
    return math.exp(place * _LOG)


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
