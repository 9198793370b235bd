"""What adds up over chunks of one variant's answers in a binary or multiclass task, and the metrics
of the sums.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

Floats = NDArray[np.float64]
Codes = NDArray[np.int_]
SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)
"""Where scikit-learn's `log_loss` clips."""
MOST_CLASSES_SHOWN = 50


class BinaryTally:
    """Confusion, log loss and Brier of a binary task; labels and decisions 0 or 1, scores P(1) or
    NaN.
    """

    def __init__(self) -> None:
        """Start with no record."""
        self._confusion = np.zeros(4, dtype=np.int64)
        self._log_loss = self._brier = 0.0
        self._scored = True

    def add(self, labels: Codes, decisions: Codes, scores: Floats) -> None:
        """Take one more chunk, at least one record."""
        self._confusion += metrics.confusion_matrix(labels, decisions, labels=[0, 1]).ravel()
        # Scores that only rank are no probabilities, and NaN is none either.
        self._scored = self._scored and bool(((scores >= 0) & (scores <= 1)).all())
        if self._scored:
            self._log_loss += float(
                metrics.log_loss(labels, scores, labels=[0, 1], normalize=False)
            )
            self._brier += (
                float(metrics.brier_score_loss(labels, scores, pos_label=1)) * labels.size
            )

    def metrics(self, classes: list[str]) -> dict[str, Any]:
        """Return the metrics of all chunks. One that is undefined on these records is None, never
        0.
        """
        del classes
        tn, fp, fn, tp = (int(n) for n in self._confusion)
        records, recall, false_alarms = tn + fp + fn + tp, _share(tp, tp + fn), _share(fp, fp + tn)
        both = recall is not None and false_alarms is not None
        return {
            "records": records,
            "confusion": {"tp": tp, "fp": fp, "fn": fn, "tn": tn},
            "accuracy": _share(tp + tn, records),
            "precision": _share(tp, tp + fp),
            "recall": recall,
            "f1": _share(2 * tp, 2 * tp + fp + fn),
            "false_positive_rate": false_alarms,
            # The area under the two straight lines of a curve with one threshold.
            "roc_auc_thresholded": (1 + (recall or 0.0) - (false_alarms or 0.0)) / 2
            if both
            else None,
            "log_loss": _share(self._log_loss, records) if self._scored else None,
            "brier": _share(self._brier, records) if self._scored else None,
        }


class MulticlassTally:
    """Right answers by class, their log loss, and the confusion of up to fifty classes; labels and
    decisions coded.
    """

    def __init__(self) -> None:
        """Start with no record."""
        self._right, self._told, self._true = (np.zeros(0, dtype=np.int64) for _ in range(3))
        self._confusion: NDArray[np.int64] | None = np.zeros((0, 0), dtype=np.int64)
        self._log_loss, self._scored = 0.0, True

    def add(self, labels: Codes, decisions: Codes, likelihoods: Floats) -> None:
        """Take one more chunk, at least one record; likelihoods: of the true class, NaN without
        one.
        """
        # Two at least: of one class alone, a slice's for one, scikit-learn asks whether that is
        # meant.
        codes = list(range(max(2, int(max(labels.max(), decisions.max())) + 1, self._true.size)))
        by_class = metrics.multilabel_confusion_matrix(labels, decisions, labels=codes)
        right, wrong, missed = by_class[:, 1, 1], by_class[:, 0, 1], by_class[:, 1, 0]
        self._right = _grown(self._right, len(codes)) + right
        self._told = _grown(self._told, len(codes)) + right + wrong
        self._true = _grown(self._true, len(codes)) + right + missed
        self._confuse(labels, decisions, codes)
        self._scored = self._scored and not np.isnan(likelihoods).any()
        if self._scored:
            clipped = np.clip(likelihoods, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
            self._log_loss -= float(np.log(clipped).sum())

    def _confuse(self, labels: Codes, decisions: Codes, codes: list[int]) -> None:
        """Go on with the matrix; a larger one is nothing to read."""
        if self._confusion is None or len(codes) > MOST_CLASSES_SHOWN:
            self._confusion = None
            return
        grown = np.zeros((len(codes), len(codes)), dtype=np.int64)
        grown[: len(self._confusion), : len(self._confusion)] = self._confusion
        self._confusion = grown + metrics.confusion_matrix(labels, decisions, labels=codes)

    def metrics(self, classes: list[str]) -> dict[str, Any]:
        """Return the metrics of all chunks; averages are over the classes that were there or were
        predicted.
        """
        records, seen = int(self._true.sum()), np.flatnonzero(self._true + self._told)
        right, told, true = self._right[seen], self._told[seen], self._true[seen]
        return {
            "records": records,
            "accuracy": _share(int(right.sum()), records),
            "precision_macro": _mean_share(right, told),
            "recall_macro": _mean_share(right, true),
            "f1_macro": _mean_share(2 * right, told + true),
            "log_loss": _share(self._log_loss, records) if self._scored else None,
            "confusion": self._shown([classes[code] for code in seen], seen),
        }

    def _shown(self, names: list[str], seen: Codes) -> dict[str, Any] | None:
        """Return the matrix (rows: true class) in the order of the names."""
        if self._confusion is None or not names:
            return None
        order = sorted(range(len(names)), key=lambda place: names[place])
        codes = seen[order]
        return {
            "classes": [names[place] for place in order],
            "matrix": self._confusion[np.ix_(codes, codes)].tolist(),
        }


def _grown(counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.pad(counts, (0, size - counts.size))


def _mean_share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> float:
    """Return the mean over classes; a class that was never predicted has a precision of 0."""
    return float(np.mean(part / np.maximum(whole, 1))) if part.size else 0.0


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
