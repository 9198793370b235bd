"""Values and how often they came: what every CloudWatch statistic is computed from.

A bin is (lower, upper] with a count; a single value is a bin with lower == upper. Within a bin
values are taken to be spread evenly, so counts between bounds may be fractional, as CloudWatch's TC
may be.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """Bins in ascending order, and the exact sum, minimum and maximum of the values in them."""

    lower: Floats
    upper: Floats
    counts: Floats
    total: float
    minimum: float
    maximum: float

    @property
    def sample_count(self) -> float:
        """Return how many values there are."""
        return float(self.counts.sum())

    @property
    def middles(self) -> Floats:
        """Return what a value in each bin is taken to be, kept inside the exact minimum and
        maximum.
        """
        return np.clip((self.lower + self.upper) / 2, self.minimum, self.maximum)

    def within(self, minimum: float, maximum: float) -> Self:
        """Return the distribution with another exact minimum and maximum, for values known only by
        their summary.
        """
        return replace(self, minimum=minimum, maximum=maximum)

    def between(self, above: float, up_to: float) -> Floats:
        """Return how many values of each bin lie in (above, up_to]: the lower bound excluded, the
        upper included.
        """
        width = self.upper - self.lower
        wide = width > 0
        overlap = np.minimum(self.upper, up_to) - np.maximum(self.lower, above)
        fraction = np.clip(
            np.divide(overlap, width, out=np.zeros_like(width), where=wide), 0.0, 1.0
        )
        inside = (self.lower > above) & (self.upper <= up_to)
        kept: Floats = np.multiply(self.counts, np.where(wide, fraction, inside))
        return kept

    def between_ranks(self, low: float, high: float) -> Floats:
        """Return how many values of each bin lie between two fractions (0-1) of the sorted
        values.
        """
        ends = np.cumsum(self.counts)
        starts = ends - self.counts
        total = self.sample_count
        kept: Floats = np.clip(
            np.minimum(ends, high * total) - np.maximum(starts, low * total), 0.0, None
        )
        return kept

    def percentile(self, fraction: float) -> float:
        """Return the value below which `fraction` (0-1) of the values lie, interpolated inside its
        bin.
        """
        ends = np.cumsum(self.counts)
        rank = fraction * ends[-1]
        at = min(int(np.searchsorted(ends, rank)), len(ends) - 1)
        into = (rank - (ends[at] - self.counts[at])) / self.counts[at]
        value = self.lower[at] + into * (self.upper[at] - self.lower[at])
        return float(np.clip(value, self.minimum, self.maximum))


def of_values(values: Iterable[float], counts: Iterable[float] | None = None) -> Distribution:
    """Return the distribution of single values, each with its count (1 when left out)."""
    points = np.fromiter(values, np.float64)
    weights = np.ones_like(points) if counts is None else np.fromiter(counts, np.float64)
    order = np.argsort(points, kind="stable")
    points, weights = points[order], weights[order]
    return Distribution(
        points, points, weights, float(points @ weights), float(points[0]), float(points[-1])
    )


def merged(parts: Iterable[Distribution]) -> Distribution:
    """Return one distribution of all the values in `parts` (at least one)."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    lower = np.concatenate([part.lower for part in found])
    upper = np.concatenate([part.upper for part in found])
    counts = np.concatenate([part.counts for part in found])
    order = np.lexsort((upper, lower))
    return Distribution(
        lower[order],
        upper[order],
        counts[order],
        sum(part.total for part in found),
        min(part.minimum for part in found),
        max(part.maximum for part in found),
    )
