"""Metrics of one variant's answers in a binary or multiclass task."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

Floats = NDArray[np.float64]
MOST_CURVE_POINTS = 200
SMALLEST_PROBABILITY = 1e-15


def binary_metrics(labels: NDArray[np.int_], decisions: NDArray[np.int_], scores: Floats) -> dict[str, Any]:
    """Return the metrics of thresholded answers, and of the scores where every record has one.

    labels, decisions: 0 or 1; scores: P(1), NaN where the model answers with a label alone. A metric that is undefined
    on these records (one class, nothing predicted positive) is None, never 0.
    """
    tn, fp, fn, tp = (int(n) for n in metrics.confusion_matrix(labels, decisions, labels=[0, 1]).ravel())
    precision, recall = _share(tp, tp + fp), _share(tp, tp + fn)
    found: dict[str, Any] = {
        "records": int(labels.size),
        "confusion": {"tp": tp, "fp": fp, "fn": fn, "tn": tn},
        "accuracy": _share(tp + tn, labels.size),
        "precision": precision,
        "recall": recall,
        "f1": _share(2 * tp, 2 * tp + fp + fn),
        "false_positive_rate": _share(fp, fp + tn),
        "roc_auc_thresholded": _roc_auc(labels, decisions.astype(float)),
    }
    return found | _of_scores(labels, scores)


def _of_scores(labels: NDArray[np.int_], scores: Floats) -> dict[str, Any]:
    if not scores.size or np.isnan(scores).any():
        return {"roc_auc": None, "log_loss": None, "brier": None, "roc_curve": None}
    kept = np.clip(scores, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return {
        "roc_auc": _roc_auc(labels, scores),
        "log_loss": float(metrics.log_loss(labels, kept, labels=[0, 1])),
        "brier": float(metrics.brier_score_loss(labels, scores, pos_label=1)),
        "roc_curve": _roc_curve(labels, scores),
    }


def _roc_auc(labels: NDArray[np.int_], scores: Floats) -> float | None:
    return None if len(set(labels.tolist())) < 2 else float(metrics.roc_auc_score(labels, scores))


def _roc_curve(labels: NDArray[np.int_], scores: Floats) -> dict[str, list[float]] | None:
    """Return at most 200 points of the curve, its ends among them."""
    if len(set(labels.tolist())) < 2:
        return None
    fpr, tpr, _ = metrics.roc_curve(labels, scores)
    kept = np.unique(np.linspace(0, fpr.size - 1, min(fpr.size, MOST_CURVE_POINTS)).round().astype(int))
    return {"fpr": [round(float(v), 6) for v in fpr[kept]], "tpr": [round(float(v), 6) for v in tpr[kept]]}


def multiclass_metrics(labels: NDArray[Any], decisions: NDArray[Any], likelihoods: Floats) -> dict[str, Any]:
    """Return the metrics of class answers; likelihoods: the probability given to the true class, NaN without one."""
    classes = sorted(set(labels.tolist()) | set(decisions.tolist()))
    averaged = metrics.precision_recall_fscore_support(labels, decisions, average="macro", zero_division=0)
    known = likelihoods.size > 0 and not np.isnan(likelihoods).any()
    loss = -np.log(np.clip(likelihoods, SMALLEST_PROBABILITY, 1)).mean() if known else None
    return {
        "records": int(labels.size),
        "accuracy": float(np.mean(labels == decisions)) if labels.size else None,
        "precision_macro": float(averaged[0]),
        "recall_macro": float(averaged[1]),
        "f1_macro": float(averaged[2]),
        "log_loss": None if loss is None else float(loss),
        "confusion": _confusion(labels, decisions, classes),
    }


def _confusion(labels: NDArray[Any], decisions: NDArray[Any], classes: list[str]) -> dict[str, Any] | None:
    """Return the matrix (rows: true class) for up to 50 classes; a larger one is nothing to read."""
    if not classes or len(classes) > 50:
        return None
    return {"classes": classes, "matrix": metrics.confusion_matrix(labels, decisions, labels=classes).tolist()}


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
