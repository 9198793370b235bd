"""Which metric a name means: its value for one record, whether that is a share or a loss, its unit.

Rules: what decides is a score of 0 to 1, better is more. A share is that already; a loss is divided
by its cap, beyond which nothing is worse still. An error (no prediction) is as bad as an answer can
be. None: the metric does not speak of the record.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.labelled.scorers import cost, errors, probabilities, ranking, sets, text, values
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.margins import QualityMargin
from canary.domain.plan.quality.metric_keys import SCORER

Value = Callable[[Label, Prediction, QualityGuardSpec], float | None]
Score = Callable[[Label, Prediction | None], float | None]


@dataclass(frozen=True)
class Metric:
    """One metric: `value` of a record; `unit` of a loss, "" for a share, which is told in points;
    `counted` where a record is right or wrong.
    """

    value: Value
    unit: str = ""
    counted: bool = False

    @property
    def is_loss(self) -> bool:
        """Return whether less is better."""
        return bool(self.unit)


def is_right(label: Label, prediction: Prediction | None, spec: QualityGuardSpec) -> bool:
    """Return whether the decision is right; within `right_within` for a regression."""
    if prediction is None:
        return False
    if spec.task == "regression":
        error = errors.absolute_error(float(label), float(prediction.decision))
        return error <= (spec.right_within or 0.0)
    return prediction.decision == str(label)


def _right(label: Label, prediction: Prediction, spec: QualityGuardSpec) -> float:
    return float(is_right(label, prediction, spec))


def _right_if(wanted: int) -> Value:
    return lambda label, prediction, spec: (
        _right(label, prediction, spec) if label == wanted else None
    )


def _log_loss(label: Label, prediction: Prediction, spec: QualityGuardSpec) -> float | None:
    score = prediction.score_of(label)
    if score is None:
        return None
    return probabilities.log_loss(1 - score if spec.task == "binary" and label == 0 else score)


def _brier(label: Label, prediction: Prediction, _: QualityGuardSpec) -> float | None:
    if prediction.score is None:
        return None
    return 1 - probabilities.brier(prediction.score, happened=label == 1)


def _cost(label: Label, prediction: Prediction, spec: QualityGuardSpec) -> float | None:
    names = _names_in_costs(spec)
    decision = names.get(prediction.decision, prediction.decision)
    return cost.cost(spec.costs or {}, names.get(str(label), str(label)), decision)


def _names_in_costs(spec: QualityGuardSpec) -> dict[str, str]:
    """Return what 1 and 0 of a binary task are called in `costs`."""
    if spec.task != "binary":
        return {}
    others = [name for name in spec.costs or {} if name != spec.positive_label]
    return {"1": spec.positive_label, "0": others[0]} if len(others) == 1 else {}


def _number(loss: Callable[[float, float], float]) -> Value:
    return lambda label, prediction, _: loss(float(label), float(prediction.decision))


def _text(share: Callable[[tuple[str, ...], str], float]) -> Value:
    return lambda label, prediction, _: share(values.references(str(label)), prediction.decision)


def _sets(read: Callable[[str], frozenset[object]]) -> Value:
    return lambda label, prediction, _: sets.f1_of_sets(read(str(label)), read(prediction.decision))


def _ndcg(label: Label, prediction: Prediction, spec: QualityGuardSpec) -> float:
    ranked = values.ranking(str(label), prediction.decision)
    return 0.0 if ranked is None else ranking.ndcg(*ranked, spec.ndcg_at)


def _pinball(label: Label, prediction: Prediction, _: QualityGuardSpec) -> float:
    steps, quantiles = values.steps(str(label)), values.quantiles(prediction.decision)
    if any(len(row) != len(steps) for row in quantiles.values()):
        return math.inf
    return errors.pinball(steps, quantiles)


def _not_from_a_record(*_: object) -> float | None:
    raise TypeError("a scorer's scores come with the records, not from them")


LABEL_UNIT = "in the label's unit"

METRICS: dict[str, Metric] = {
    "accuracy": Metric(_right, counted=True),
    "recall": Metric(_right_if(1), counted=True),
    "specificity": Metric(_right_if(0), counted=True),
    "within": Metric(_right, counted=True),
    "log_loss": Metric(_log_loss, "nats"),
    "brier": Metric(_brier),
    "cost": Metric(_cost, "of cost"),
    "absolute_error": Metric(_number(errors.absolute_error), LABEL_UNIT),
    "relative_error": Metric(_number(errors.relative_error), "of the label"),
    "squared_error": Metric(_number(errors.squared_error), f"{LABEL_UNIT} squared"),
    "exact": Metric(_text(text.exact), counted=True),
    "token_f1": Metric(_text(text.token_f1)),
    "rouge_l": Metric(_text(text.rouge_l)),
    "entity_f1": Metric(_sets(values.spans)),
    "multilabel_f1": Metric(_sets(values.labels)),
    "ndcg": Metric(_ndcg),
    "pinball": Metric(_pinball, LABEL_UNIT),
    SCORER: Metric(_not_from_a_record),
}
ROC_AUC = Metric(_not_from_a_record)
"""Ranks, no mean over records: it has a test of its own (`paired_auc`)."""


LEARNT_CAPS = ("absolute_error", "relative_error", "squared_error", "pinball")
"""Losses without a bound of their own."""


def metric_of(name: str) -> Metric:
    """Return the metric of a name."""
    return METRICS.get(name, ROC_AUC)


def known_cap(name: str, margin: QualityMargin, spec: QualityGuardSpec) -> float | None:
    """Return the cap of a metric's loss, 1 for a share; None where the baseline's errors set it."""
    if not metric_of(name).is_loss:
        return 1.0
    if margin.cap is not None:
        return margin.cap
    if name == "log_loss":
        return probabilities.MOST_LOG_LOSS
    return cost.dearest(spec.costs) if name == "cost" and spec.costs else None


def value_of(
    name: str, label: Label, prediction: Prediction, spec: QualityGuardSpec
) -> float | None:
    """Return one record's value: a share, or a loss without a cap."""
    return metric_of(name).value(label, prediction, spec)


def scorer_of(name: str, spec: QualityGuardSpec, cap: float = 1.0) -> Score:
    """Return what scores one prediction after the other by a metric: how good it is, 0 to 1; None
    where the metric does not speak of the record.
    """
    metric = metric_of(name)
    value_in, is_loss = metric.value, metric.is_loss

    def score(label: Label, prediction: Prediction | None) -> float | None:
        if prediction is None:
            return 0.0 if _speaks_of(name, label, spec) else None
        value = value_in(label, prediction, spec)
        return value if value is None or not is_loss else 1 - min(value, cap) / cap

    return score


def incomparable(name: str, pairs: Iterable[tuple[Prediction | None, Prediction | None]]) -> str:
    """Return why a loss of two variants' answers cannot be compared; empty where it can."""
    if name != "pinball":
        return ""
    for one, other in pairs:
        if one is None or other is None or one.decision == other.decision:
            continue
        if values.quantiles(one.decision).keys() != values.quantiles(other.decision).keys():
            return (
                "the two answers to a record have different quantiles, whose means are not "
                "comparable: name those that are compared in quantiles"
            )
    return ""


def _speaks_of(name: str, label: Label, spec: QualityGuardSpec) -> bool:
    """Return whether a metric speaks of a record by its label."""
    if name in {"recall", "specificity"}:
        return label == (1 if name == "recall" else 0)
    known = spec.costs or {}
    return name != "cost" or _names_in_costs(spec).get(str(label), str(label)) in known
