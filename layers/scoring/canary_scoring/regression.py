"""What adds up over chunks of one variant's answers in a regression, and the metrics of the
sums.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

Floats = NDArray[np.float64]


class RegressionTally:
    """Absolute and squared errors, right answers, and the labels' spread."""

    def __init__(self, right_within: float) -> None:
        """Start with no record; an answer within `right_within` of the label is right."""
        self._right_within = right_within
        self._records = self._right = 0
        self._absolute = self._squared = self._mean = self._spread = 0.0
        self._lowest, self._highest = math.inf, -math.inf

    def add(self, labels: Floats, answers: Floats, scores: Floats) -> None:
        """Take one more chunk, at least one record."""
        del scores
        size = int(labels.size)
        self._right += int((np.abs(labels - answers) <= self._right_within).sum())
        self._absolute += float(metrics.mean_absolute_error(labels, answers)) * size
        self._squared += float(metrics.mean_squared_error(labels, answers)) * size
        # The labels' sum of squares about their mean, chunk by chunk (Chan, Golub and LeVeque,
        # 1983).
        away = float(labels.mean()) - self._mean
        records = self._records + size
        self._spread += (
            float(((labels - labels.mean()) ** 2).sum())
            + away * away * self._records * size / records
        )
        self._mean += away * size / records
        self._records = records
        self._lowest = min(self._lowest, float(labels.min()))
        self._highest = max(self._highest, float(labels.max()))

    def metrics(self, classes: list[str]) -> dict[str, Any]:
        """Return MAE, RMSE, R2 (None for fewer than two records) and the share of answers within
        `right_within`.
        """
        del classes
        records = self._records
        if not records:
            return {"records": 0, "accuracy": None, "mae": None, "rmse": None, "r2": None}
        return {
            "records": records,
            "accuracy": self._right / records,
            "mae": self._absolute / records,
            "rmse": (self._squared / records) ** 0.5,
            "r2": self._explained() if records > 1 else None,
        }

    def _explained(self) -> float | None:
        """Return R2 as scikit-learn has it: where all labels are equal, 1 for exact answers and 0
        for others. None where it is no number: labels that differ by less than can be squared.
        """
        if self._spread > 0:
            explained = 1 - self._squared / self._spread
            return explained if math.isfinite(explained) else None
        if self._lowest < self._highest:
            return None
        return float(self._squared == 0)
