"""Readings of single values: numbers and names."""

from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.labelled.answers.inference.ambiguity import Ambiguous, as_rules
from canary.labelled.answers.inference.given import Given, in_unit, is_rounded
from canary.labelled.answers.names import text_of
from canary.labelled.numbers import is_number, number

LONGEST_NAME = 64


def infer_scalars(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    """Return the reading of numbers or names."""
    if given.task == "regression":
        return _number(values, given, path)
    if all(isinstance(value, bool) for value in values):
        return infer_names(values, given, path)
    numbers = [value for value in values if is_number(value)]
    if len(numbers) * 2 > len(values) and given.rules.extract is None:
        return _numbers(numbers, given, path)
    return infer_names(values, given, path)


def _number(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    return given.base.but(score=path) if any(map(is_number, values)) else None


def infer_names(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    """Return the reading of names as labels; None for text that is no name, raise Ambiguous for
    names of something else.
    """
    labels = [value for value in values if given.label_of(value) is not None]
    others = {
        text for value in values if (text := text_of(value)) and given.label_of(value) is None
    }
    if len(labels) * 2 >= len(values):
        return given.base.but(label=path, decides="label")
    if len(others) >= 2 and all(len(text) <= LONGEST_NAME for text in others):
        raise names_refused(values[0], others)
    return given.base.but(label=path, decides="label") if labels else None


def names_refused(value: Any, names: set[str]) -> Ambiguous:
    """Return the refusal of names that are no labels of the set."""
    prefix = _shared_prefix(names)
    readings = (
        "the set's labels under other names",
        "labels of another set",
        "text that holds the label, or an error's text",
    )
    if prefix:
        remedy = f"Say how names become labels: {as_rules(labels_from=f'prefix:{prefix}')}"
        remedy += ', "index" for numbers that count classes, or answer {"label_map": ...}'
    else:
        remedy = 'Say which label each is: answer {"label_map": {"name": "label"}} (on the '
        remedy += "command line --label-map name=label); or extract, labels_from, classes"
    return Ambiguous(value, readings, remedy)


def _shared_prefix(names: set[str]) -> str:
    """Return a marker that all names begin with, as LABEL_ or __label__; nothing else is told."""
    known = ("__label__", "LABEL_", "label_", "class_", "CLASS_")
    return next((one for one in known if all(name.startswith(one) for name in names)), "")


def _numbers(values: Sequence[Any], given: Given, path: str) -> Reading:
    """Return the reading of numbers in a classification."""
    are_labels = all(given.label_of(value) is not None for value in values)
    if given.task == "multiclass":
        if are_labels:
            return given.base.but(label=path, decides="label")
        raise numbers_refused(values[0])
    if given.takes_any_number:
        return given.base.but(
            score=path, score_of=given.rules.score_of or "positive", decides="score"
        )
    inside = in_unit(values)
    if inside and given.rules.score_of == "positive":
        return given.base.but(score=path, score_of="positive", decides="score")
    if are_labels and not inside:
        return given.base.but(label=path, decides="label")
    if not inside:
        raise outside_refused(values[0], path)
    if not given.known.number_is_of_positive:
        raise _whose_refused(values[0], given, path)
    whole = all(number(value) in (0.0, 1.0) for value in values)
    if are_labels and not (whole and given.known.decision("1") == "1"):
        raise _whose_refused(values[0], given, path)
    return given.base.but(
        score=path, score_of="positive", decides="score", rounded=is_rounded(values)
    )


def outside_refused(value: Any, path: str) -> Ambiguous:
    """Return the refusal of numbers that are no probabilities."""
    readings = (
        "a logit, of which sigmoid makes a probability",
        "a score that only orders, as an anomaly score does",
        "a label of another set, or a value of another task",
    )
    remedy = "Say which: " + as_rules(score=path, activation="sigmoid")
    return Ambiguous(value, readings, f"{remedy}, or {as_rules(score=path, ranks_only=True)}")


def numbers_refused(value: Any) -> Ambiguous:
    """Return the refusal of numbers that are no labels of several classes."""
    readings = (
        "the index of a class, counted from 0",
        "the probability of the predicted class, without the class",
        "a label of another set",
    )
    remedy = f"Say which: {as_rules(labels_from='index')} with classes in order"
    return Ambiguous(
        value, readings, remedy + ", or the place of the label: answer.label (--label)"
    )


def _whose_refused(value: Any, given: Given, path: str) -> Ambiguous:
    positive = given.known.positive
    readings = (
        f"P(label {positive}), the positive label's probability",
        "P(the other label), as models tell that of their class 1",
        "the predicted label itself",
    )
    remedy = "Say which: " + as_rules(score=path, score_of="positive")
    return Ambiguous(
        value, readings, f"{remedy}, another positive_label, or {as_rules(label=path)}"
    )
