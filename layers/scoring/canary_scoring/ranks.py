"""ROC AUC and its curve from a sample's scores."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

MOST_CURVE_POINTS = 200


def roc(labels: NDArray[np.float64], scores: NDArray[np.float64]) -> dict[str, Any]:
    """Return {"roc_auc", "roc_curve"}; None where a score is missing or one class is. labels: 0 or
    1.
    """
    if not scores.size or np.isnan(scores).any() or labels.min() == labels.max():
        return {"roc_auc": None, "roc_curve": None}
    return {
        "roc_auc": float(metrics.roc_auc_score(labels, scores)),
        "roc_curve": _curve(labels, scores),
    }


def _curve(labels: NDArray[np.float64], scores: NDArray[np.float64]) -> dict[str, list[float]]:
    """Return at most 200 points of the curve, its ends among them."""
    fpr, tpr, _ = metrics.roc_curve(labels, scores)
    kept = np.unique(
        np.linspace(0, fpr.size - 1, min(fpr.size, MOST_CURVE_POINTS)).round().astype(int)
    )
    return {
        "fpr": [round(float(v), 6) for v in fpr[kept]],
        "tpr": [round(float(v), 6) for v in tpr[kept]],
    }
