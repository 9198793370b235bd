"""Scores in answers as probabilities: one, a row in the order of the classes, or by name."""

import math
from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.labelled.answers.names import KnownLabels, by_rule, text_of
from canary.labelled.answers.places import unwrapped
from canary.labelled.numbers import (
    UnreadableAnswer,
    is_number,
    kind_of,
    number,
    probability,
    sigmoid,
)

LABEL_KEYS = (
    "label",
    "predicted_label",
    "class",
    "predicted_class",
    "class_name",
    "category",
    "labels",
    "predicted_labels",
    "classes",
    "class_names",
    "output_label",
)
SCORE_KEYS = (
    "score",
    "probability",
    "prob",
    "confidence",
    "scores",
    "probabilities",
    "probs",
    "output_probability",
)


def activated(values: Sequence[float], reading: Reading) -> list[float]:
    """Return scores after the reading's activation, each in 0 to 1 unless they only rank."""
    if reading.ranks_only:
        return list(values)
    if reading.activation == "softmax":
        largest = max(values)
        parts = [math.exp(value - largest) for value in values]
        return [part / math.fsum(parts) for part in parts]
    if reading.activation == "sigmoid":
        return [sigmoid(value) for value in values]
    return [probability(value) for value in values]


def one_score(value: Any, reading: Reading) -> float:
    """Return the score in a value; raise UnreadableAnswer where there is none."""
    found = unwrapped(value)
    if reading.ranks_only or reading.activation != "none":
        return activated([number(found)], reading)[0]
    return probability(found)


def sums_to_one(scores: Sequence[float]) -> bool:
    """Return whether scores are the probabilities of all classes, rounded to two digits or
    better.
    """
    return abs(math.fsum(scores) - 1) <= max(0.01, 0.001 * len(scores)) + 1e-9


def shares_of(value: Any, order: Any, reading: Reading, known: KnownLabels) -> dict[str, float]:
    """Return the probability of each decision named in a row, an object or a list of label and
    score; raise UnreadableAnswer where there is none.

    `order` is what `labels_from` found in the answer, None without one.
    """
    entries = named_scores(value, order, reading)
    scores = activated([score for _, score in entries], reading)
    told = [known.decision(by_rule(name, reading, known.spec)) for name, _ in entries]
    if len({one for one in told if one is not None}) < sum(one is not None for one in told) and (
        known.spec.task != "binary"
    ):
        raise UnreadableAnswer("two scores of an answer have the same class")
    _check_sum(scores, reading, known, several=len(entries) > 1)
    shares: dict[str, float] = {}
    for (name, _), decision, score in zip(entries, told, scores, strict=True):
        key = decision if decision is not None else name
        shares[key] = shares.get(key, 0.0) + score
    return shares


def _check_sum(
    scores: Sequence[float], reading: Reading, known: KnownLabels, *, several: bool
) -> None:
    if not several or reading.activation != "none" or reading.ranks_only or sums_to_one(scores):
        return
    part_of_all = known.spec.task == "multiclass" and not reading.order and math.fsum(scores) <= 1
    if not part_of_all:
        raise UnreadableAnswer(f"{len(scores)} scores do not sum to 1")


def named_scores(value: Any, order: Any, reading: Reading) -> list[tuple[str, float]]:
    """Return (name, score) of every class in a value; raise UnreadableAnswer without one."""
    value = value if is_pairs(value) or _is_row(value) else unwrapped(value)
    if isinstance(value, dict) and pair_keys(value) is None:
        entries = [(str(name), score) for name, score in value.items()]
    elif isinstance(value, dict) or is_pairs(value):
        entries = [_pair(one) for one in (value if isinstance(value, list) else [value])]
    elif isinstance(value, list) or (order is not None and is_number(value)):
        row = value if isinstance(value, list) else [value]
        entries = list(zip(_names(order, reading, len(row)), row, strict=True))
    else:
        raise UnreadableAnswer(f"{kind_of(value)} holds no scores by class")
    if not entries or not all(is_number(unwrapped(score)) for _, score in entries):
        raise UnreadableAnswer(f"{kind_of(value)} holds no scores by class")
    return [(name, number(unwrapped(score))) for name, score in entries]


def _names(order: Any, reading: Reading, width: int) -> list[str]:
    names = [text_of(unwrapped(name)) or "" for name in order] if isinstance(order, list) else None
    if names is None:
        names = [text_of(order) or ""] if order is not None else list(reading.order)
    if len(names) != width:
        raise UnreadableAnswer(f"{width} scores for {len(names)} classes")
    return names


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_number, value))


def is_pairs(value: Any) -> bool:
    """Return whether a value is a list of objects, each a label with its score."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and pair_keys(one) is not None for one in value)
    )


def pair_keys(value: dict[str, Any]) -> tuple[str, str] | None:
    """Return the keys of a label and its score where an object has one of each."""
    labels = [key for key in LABEL_KEYS if key in value]
    scores = [key for key in SCORE_KEYS if key in value]
    return (labels[0], scores[0]) if len(labels) == len(scores) == 1 else None


def _pair(value: dict[str, Any]) -> tuple[str, Any]:
    keys = pair_keys(value)
    name = text_of(unwrapped(value[keys[0]])) if keys else None
    if keys is None or name is None:
        raise UnreadableAnswer(f"{kind_of(value)} is no label with its score")
    return name, value[keys[1]]
