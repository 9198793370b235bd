"""Metrics of one variant's answers in a regression."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics


def regression_metrics(
    labels: NDArray[np.float64], answers: NDArray[np.float64], right_within: float
) -> dict[str, Any]:
    """Return MAE, RMSE, R2 (None for fewer than two records) and the share of answers within `right_within`."""
    if not labels.size:
        return {"records": 0, "accuracy": None, "mae": None, "rmse": None, "r2": None}
    return {
        "records": int(labels.size),
        "accuracy": float(np.mean(np.abs(labels - answers) <= right_within)),
        "mae": float(metrics.mean_absolute_error(labels, answers)),
        "rmse": float(metrics.root_mean_squared_error(labels, answers)),
        "r2": float(metrics.r2_score(labels, answers)) if labels.size > 1 else None,
    }
