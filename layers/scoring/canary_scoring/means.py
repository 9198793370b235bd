"""Means of metrics that come with the records: a scorer's, costs, texts, rankings."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Values = Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


class Means:
    """Sums by metric and side; records that a metric does not speak of (NaN) are left out of it."""

    def __init__(self) -> None:
        """Start with no record."""
        self._sums: dict[str, NDArray[np.float64]] = {}
        self.baseline_only = self.canary_only = 0

    def add(self, values: Values) -> None:
        """Take one more chunk."""
        for name, sides in values.items():
            spoken = ~(np.isnan(sides[0]) | np.isnan(sides[1]))
            more = np.array([*(side[spoken].sum() for side in sides), spoken.sum()])
            self._sums[name] = self._sums.get(name, np.zeros(3)) + more
        for first, second in list(values.values())[:1]:
            self.baseline_only += int((first > second).sum())
            self.canary_only += int((second > first).sum())

    def means(self, side: int) -> dict[str, float]:
        """Return the means of baseline (0) or canary (1)."""
        return {name: float(s[side] / s[2]) for name, s in self._sums.items() if s[2]}
