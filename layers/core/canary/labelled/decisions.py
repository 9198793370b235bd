"""One record's answer value read into a prediction, by task."""

from collections.abc import Mapping
from typing import Any

from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.examples import binary_value, class_name
from canary.labelled.numbers import UnreadableAnswer, is_number, kind_of, number, probability
from canary.labelled.tasks.answers import read_answer_of_parts
from canary.labelled.tasks.labels import is_of_parts

_INNER = (
    "score",
    "probability",
    "probabilities",
    "scores",
    "prob",
    "prediction",
    "predictions",
    "predicted_label",
    "predicted_value",
    "label",
    "output",
    "outputs",
    "value",
)


def read_value(value: Any, spec: QualityGuardSpec) -> Prediction:
    """Return the prediction in one record's answer value; raise UnreadableAnswer when there is
    none.
    """
    if is_of_parts(spec.task):
        return read_answer_of_parts(value, spec)
    if spec.task == "binary":
        return _binary(value, spec)
    if spec.task == "multiclass":
        return _multiclass(value, spec)
    decided = number(_single(value))
    return Prediction(repr(decided), decided)


def _binary(value: Any, spec: QualityGuardSpec) -> Prediction:
    value = _single(value, keep_lists=True)
    shares = _shares(value)
    positive = class_name(spec.positive_label)
    if shares is not None:
        return _scored(_positive_share(shares, positive), spec)
    if isinstance(value, list) and len(value) == 2 and all(map(is_number, value)):
        return _scored(probability(value[_index_of_positive(spec)]), spec)
    if is_number(value) and not (
        is_number(positive) and positive not in ("0", "1") and float(value).is_integer()
    ):
        return _scored(probability(value), spec)
    if (
        isinstance(value, str | int | float)
        and (decided := binary_value(str(value).strip(), spec)) is not None
    ):
        return Prediction(str(decided))
    raise UnreadableAnswer(f"{kind_of(value)} is neither a score nor a label")


def _index_of_positive(spec: QualityGuardSpec) -> int:
    names = [class_name(name) for name in spec.classes or ()]
    return (
        names.index(class_name(spec.positive_label))
        if class_name(spec.positive_label) in names
        else 1
    )


def _positive_share(shares: Mapping[str, float], positive: str) -> float:
    if positive in shares:
        return shares[positive]
    if len(shares) == 1:
        return 1 - next(iter(shares.values()))
    raise UnreadableAnswer(f"positive_label is not among the {len(shares)} classes of the answer")


def _scored(score: float, spec: QualityGuardSpec) -> Prediction:
    return Prediction("1" if score > spec.threshold else "0", score)


def _multiclass(value: Any, spec: QualityGuardSpec) -> Prediction:
    value = _single(value, keep_lists=True)
    shares = _shares(value)
    if shares is not None and len(shares) == 1:
        return Prediction(next(iter(shares)))
    if isinstance(value, list) and len(value) > 1 and all(map(is_number, value)):
        shares = dict(zip(_classes(len(value), spec), map(probability, value), strict=True))
    if shares is not None:
        return Prediction(max(shares, key=lambda name: shares[name]), probabilities=shares)
    if isinstance(value, str | int | float) and str(value).strip():
        if is_number(value):
            number(value)
        return Prediction(class_name(value))
    raise UnreadableAnswer(f"{kind_of(value)} is neither a class nor a row of probabilities")


def _classes(width: int, spec: QualityGuardSpec) -> list[str]:
    if spec.classes is None:
        return [str(i) for i in range(width)]
    if len(spec.classes) != width:
        raise UnreadableAnswer(f"{width} probabilities for {len(spec.classes)} classes")
    return [class_name(name) for name in spec.classes]


def _shares(value: Any) -> dict[str, float] | None:
    """Return {class: probability} for the label-and-score shapes and for plain mappings, None for
    anything else.
    """
    if isinstance(value, dict) and {"label", "score"} <= value.keys():
        value = [value]
    if (
        isinstance(value, list)
        and value
        and all(isinstance(v, dict) and {"label", "score"} <= v.keys() for v in value)
    ):
        return {class_name(entry["label"]): probability(entry["score"]) for entry in value}
    if (
        isinstance(value, dict)
        and value
        and all(map(is_number, value.values()))
        and not _inner_key(value)
    ):
        return {class_name(name): probability(share) for name, share in value.items()}
    return None


def _single(value: Any, *, keep_lists: bool = False) -> Any:
    """Return the value inside single-element lists and inside the usual wrapper objects."""
    for _ in range(6):
        if (
            isinstance(value, list)
            and len(value) == 1
            and not (keep_lists and _shares(value) is not None)
        ):
            value = value[0]
        elif (
            isinstance(value, dict)
            and _shares(value) is None
            and (key := _inner_key(value)) is not None
        ):
            value = value[key]
        else:
            return value
    return value


def _inner_key(value: dict[str, Any]) -> str | None:
    return next((key for key in _INNER if key in value), None)
