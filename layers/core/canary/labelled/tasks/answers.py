"""One record's value of a JSON answer read as a prediction of several parts.

Rules: a shape is read where it can mean one thing alone; anything else is an UnreadableAnswer that
names the key which says what is meant.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from canary.domain.labelled.prediction import Prediction
from canary.domain.labelled.scorers.values import labels_text, spans_text, text_of
from canary.domain.plan.quality import QualityGuardSpec, Task
from canary.labelled.numbers import (
    UnreadableAnswer,
    is_number,
    kind_of,
    number,
    probability,
    sigmoid,
)
from canary.labelled.tasks.classes import class_name
from canary.labelled.tasks.order import as_scores
from canary.labelled.tasks.parts import by_name, finite, names, numbers, parsed, parts_of, span

_TEXT_KEYS = (
    "generated_text",
    "summary_text",
    "translation_text",
    "answer",
    "text",
    "output",
    "prediction",
)


def read_answer_of_parts(value: Any, spec: QualityGuardSpec) -> Prediction:
    """Return the prediction in one record's value; raise UnreadableAnswer when there is none."""
    found = _READERS[spec.task](value, spec)
    if found is None:
        raise UnreadableAnswer(f"{kind_of(value)} is not {_WANTED[spec.task]}")
    return Prediction(found)


def _text(value: Any, spec: QualityGuardSpec) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        return _text(value[0], spec)
    if isinstance(value, Mapping):
        chosen = value.get("choices")
        if isinstance(chosen, list) and len(chosen) == 1 and isinstance(chosen[0], Mapping):
            message = chosen[0].get("message")
            return _text(
                message.get("content") if isinstance(message, Mapping) else chosen[0], spec
            )
        found = [value[key] for key in _TEXT_KEYS if key in value]
        return _as_text(found[0]) if len(found) == 1 else None
    return _as_text(value)


def _of_one(value: Any, kinds: Any) -> Any:
    """Return what is inside a list of one record, where that is a value of these kinds."""
    one = isinstance(value, list) and len(value) == 1 and isinstance(value[0], kinds)
    return value[0] if one else value


def _as_text(value: Any) -> str | None:
    """Return a text, and a number as the text it is written as."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _spans(value: Any, spec: QualityGuardSpec) -> str | None:
    inside = _of_one(value, list)
    value = inside if span(inside) is None else value
    found = [span(one) for one in value] if isinstance(value, list) else [None]
    if None in found:
        return None
    spans = [one for one in found if one is not None]
    if any(kind.startswith(("B-", "I-")) for _, _, kind in spans):
        raise UnreadableAnswer(
            "the entities are tokens tagged B- and I-: have the model join them "
            '("aggregation_strategy": "simple")'
        )
    return spans_text((start, end, _named(kind, spec)) for start, end, kind in spans)


def _named(name: str, spec: QualityGuardSpec) -> str:
    """Return the set's name for an answer's, by `label_map`."""
    mapped = spec.answer_rules.label_map
    return name if mapped is None else mapped.get(name, mapped.get(class_name(name), name))


def _labels(value: Any, spec: QualityGuardSpec) -> str | None:
    told = _listed(value, spec)
    if told is not None:
        return labels_text(class_name(_named(name, spec)) for name in told)
    scores = label_scores(value, spec)
    if scores is None:
        return None
    return labels_text(name for name, score in scores.items() if score > spec.threshold)


def _listed(value: Any, spec: QualityGuardSpec) -> list[str] | None:
    """Return the labels that an answer lists: in a list, in a text between separators or as JSON,
    or true in an object; None where it lists none.
    """
    one = _of_one(value, str | list | Mapping)
    if isinstance(one, str):
        return _in_text(one, whole=one is value, spec=spec)
    if isinstance(one, Mapping) and one and all(isinstance(held, bool) for held in one.values()):
        return [str(name) for name, held in one.items() if held]
    told = names(one if isinstance(one, list) else value)
    separator = spec.label_separator
    if told and separator is not None and any(separator in name for name in told):
        raise UnreadableAnswer(
            "a list of several labels, of which one holds label_separator: it may be one label or "
            "two"
        )
    return told


def _in_text(text: str, *, whole: bool, spec: QualityGuardSpec) -> list[str] | None:
    """Return the labels in a text: that of a list of one, as a CSV's only cell is, is a label by
    itself; a text that stands alone needs a separator to be a list.
    """
    listed = parsed(text)
    if isinstance(listed, list | Mapping):
        return names(listed)
    if spec.label_separator is not None:
        return parts_of(text, spec.label_separator)
    return None if whole else [text]


def tells_scores(value: Any, spec: QualityGuardSpec) -> bool:
    """Return whether a value is probabilities by label, of which nothing given says above which a
    label applies.
    """
    if spec.task != "multilabel" or "threshold" in spec.model_fields_set:
        return False
    return _listed(value, spec) is None and label_scores(value, spec) is not None


def label_scores(value: Any, spec: QualityGuardSpec) -> dict[str, float] | None:
    """Return probabilities by label from an object, a list of label and score, or a row; None where
    the value holds none.
    """
    value = parsed(_of_one(value, list))
    one = _of_one(value, Mapping)
    if isinstance(one, Mapping) and not {"label", "score"} <= one.keys():
        value = one
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        if not all({"label", "score"} <= one.keys() for one in value):
            return None
        value = {str(one["label"]): one["score"] for one in value}
    if isinstance(value, Mapping) and {"labels", "scores"} <= value.keys():
        value = _side_by_side(value["labels"], value["scores"])
    row = numbers(value)
    if row is not None and spec.classes is not None:
        if len(row) != len(spec.classes):
            raise UnreadableAnswer(f"{len(row)} probabilities for {len(spec.classes)} classes")
        value = dict(zip(spec.classes, row, strict=True))
    scores = by_name(value)
    if scores is None:
        return None
    return {class_name(_named(name, spec)): _likely(score, spec) for name, score in scores.items()}


def _side_by_side(listed: Any, scores: Any) -> dict[str, Any] | None:
    """Return scores by label from a list of each; None where they are not as many."""
    told, row = names(listed), numbers(scores)
    if told is None or row is None or len(told) != len(row):
        return None
    return dict(zip(told, row, strict=True))


def _likely(score: float, spec: QualityGuardSpec) -> float:
    return sigmoid(score) if spec.answer_rules.activation == "sigmoid" else probability(score)


def _ranking(value: Any, spec: QualityGuardSpec) -> str | None:
    value = _of_one(value, list | Mapping)
    order = names(value)
    if order and len(set(order)) < len(order):
        raise UnreadableAnswer("the ranking names an item twice")
    if order:
        return text_of(order)
    found = numbers(value) or by_name(value)
    return None if not found else text_of(as_scores(found, spec.ranked_by))


def _quantiles(value: Any, spec: QualityGuardSpec) -> str | None:
    if spec.quantiles is None or len(spec.quantiles) > 1:
        value = _of_one(value, list | Mapping)
    if isinstance(value, Mapping) and isinstance(value.get("quantiles"), Mapping):
        value = value["quantiles"]
    if isinstance(value, list) and spec.quantiles is not None:
        if len(value) != len(spec.quantiles):
            raise UnreadableAnswer(f"{len(value)} values for {len(spec.quantiles)} quantiles")
        value = {str(q): row for q, row in zip(spec.quantiles, value, strict=True)}
    if not isinstance(value, Mapping) or not value:
        return None
    rows = {_share(name): _row(row) for name, row in value.items()}
    known = {name: row for name, row in rows.items() if name is not None and row is not None}
    if len(known) != len(value):
        return None
    return text_of(known if spec.quantiles is None else _wanted(known, spec.quantiles))


def _row(value: Any) -> list[float] | float | None:
    """Return a step's number, or each step's; numbers may be written as text."""
    if isinstance(value, list):
        return numbers([_told(one) for one in value])
    return finite(_told(value))


def _told(value: Any) -> Any:
    return number(value) if isinstance(value, str) and is_number(value) else value


def _wanted(rows: Mapping[str, Any], quantiles: Sequence[float]) -> dict[str, Any]:
    """Return the rows of the quantiles that the spec names."""
    found = {float(name): (name, row) for name, row in rows.items()}
    lacking = [quantile for quantile in quantiles if quantile not in found]
    if lacking:
        raise UnreadableAnswer(f"the answer has no quantile {lacking[0]:g}")
    return dict(found[quantile] for quantile in quantiles)


def _share(name: object) -> str | None:
    """Return a quantile's name where it is one."""
    try:
        return str(name) if 0 < float(str(name)) < 1 else None
    except ValueError:
        return None


def _anything(value: Any, _: QualityGuardSpec) -> str | None:
    return text_of(value)


_WANTED: dict[Task, str] = {
    "text": "a text (name it with answer)",
    "entities": "a list of entities with start, end and type (name it with answer)",
    "multilabel": "a list of labels (label_separator splits a text), or their probabilities "
    "(classes names a row's)",
    "ranking": "a list of scores, scores by item, or the items in order (name it with answer)",
    "quantiles": "numbers by quantile (quantiles names a list's)",
    "custom": "a value",
}
_READERS: dict[Task, Callable[[Any, QualityGuardSpec], str | None]] = {
    "text": _text,
    "entities": _spans,
    "multilabel": _labels,
    "ranking": _ranking,
    "quantiles": _quantiles,
    "custom": _anything,
}
