"""What one variant predicted for one record, and how good that was."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from canary.domain.plan.quality import QualityGuardSpec
from canary.stats.paired import LOG_LOSS_SCALE, PROBABILITY_FLOOR

Label = str | int | float
"""Binary: 0 or 1. Multiclass: the class name. Regression: the number."""


@dataclass(frozen=True)
class Prediction:
    """A decision and what it rests on.

    `decision`: "0" or "1" for binary, the class for multiclass, the number for regression. `score`:
    the probability of the positive class, or the regression value; None when the model answers with
    a label alone. `probabilities`: by class, multiclass only.
    """

    decision: str
    score: float | None = None
    probabilities: Mapping[str, float] | None = None

    def score_of(self, label: Label) -> float | None:
        """Return the kept score: of the true label in a multiclass task, else the prediction's
        own.
        """
        return self.score if self.probabilities is None else self.probabilities.get(str(label), 0.0)


def goodness(
    metric: str, label: Label, prediction: Prediction | None, spec: QualityGuardSpec
) -> float | None:
    """Return how good a prediction is for one record, 0 to 1; None where the metric does not speak
    of the record.

    An error (no prediction) is as bad as an answer can be. Log loss is scaled so that 1 is ln 99
    nats.
    """
    return _GOODNESS[metric](label, prediction, spec)


def unit_of(metric: str) -> float:
    """Return what a step of 1 in goodness is in the metric's own unit: ln 99 nats for log loss, 1
    for shares.
    """
    return LOG_LOSS_SCALE if metric == "log_loss" else 1.0


def is_right(label: Label, prediction: Prediction | None, spec: QualityGuardSpec) -> bool:
    """Return whether the decision is right; within `right_within` for a regression."""
    if prediction is None:
        return False
    if spec.task == "regression":
        return abs(float(prediction.decision) - float(label)) <= (spec.right_within or 0.0)
    return prediction.decision == str(label)


def _accuracy(label: Label, prediction: Prediction | None, spec: QualityGuardSpec) -> float | None:
    return float(is_right(label, prediction, spec))


def _recall(label: Label, prediction: Prediction | None, spec: QualityGuardSpec) -> float | None:
    return float(is_right(label, prediction, spec)) if label == 1 else None


def _log_loss(label: Label, prediction: Prediction | None, spec: QualityGuardSpec) -> float | None:
    if prediction is None:
        return 0.0
    score = prediction.score_of(label)
    if score is None:
        return None
    likelihood = 1 - score if spec.task == "binary" and label == 0 else score
    clipped = min(max(likelihood, PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR)
    return 1 - math.log((1 - PROBABILITY_FLOOR) / clipped) / LOG_LOSS_SCALE


_GOODNESS: dict[str, Callable[[Label, Prediction | None, QualityGuardSpec], float | None]] = {
    "accuracy": _accuracy,
    "recall": _recall,
    "log_loss": _log_loss,
}
