"""Readings of lists: rows of scores, rows of CSV cells, and lists of labels with their scores."""

import contextlib
from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.labelled.answers.inference.ambiguity import Ambiguous, as_rules
from canary.labelled.answers.inference.beside import with_score
from canary.labelled.answers.inference.given import Given, finite, in_unit, is_rounded
from canary.labelled.answers.inference.scalars import names_refused
from canary.labelled.answers.places import unwrapped
from canary.labelled.answers.scores import named_scores, sums_to_one
from canary.labelled.numbers import UnreadableAnswer, is_number, number

SUM_ROUNDING = 1e-6
"""How far the probabilities of all classes may sum from 1 when nobody rounded them."""


def infer_rows(values: Sequence[Any], given: Given, path: str) -> Reading:
    """Return the reading of rows of numbers: the probabilities of the classes in a known order."""
    widths = {len(value) for value in values}
    if given.task == "regression" or len(widths) > 1:
        raise _several_numbers(values[0], path)
    (width,) = widths
    order = given.known.order(width)
    shares = all(in_unit(value) and sums_to_one(finite(value)) for value in values)
    if not shares and given.rules.activation == "none" and not given.rules.ranks_only:
        raise _no_shares(values[0], path)
    if not order and not given.base.labels_from:
        raise _no_order(values[0])
    if given.rules.scores is None and given.rules.activation == "none":
        _check_label_beside(values, given, path)
    rounded = any(map(is_rounded, values)) and not given.takes_any_number
    return given.base.but(scores=path, order=order, decides="score", rounded=rounded)


def _check_label_beside(values: Sequence[Any], given: Given, path: str) -> None:
    """Return where no column of these rows may be the label beside its own probability, or beside
    the probabilities of all classes; raise Ambiguous otherwise.

    A sure model that finds one class alone in the first answers says 0 and 0.99: a label with its
    probability as well as the probabilities of two classes.
    """
    width = len(values[0])
    if given.task == "binary" and width == 2:
        exact = all(abs(sum(finite(value)) - 1) <= SUM_ROUNDING for value in values)
        for label, score in ((0, 1),) if exact else ((0, 1), (1, 0)):
            if _are_labels([value[label] for value in values], given) and all(
                min(finite([value[score]]), default=0.0) >= 0.5 for value in values
            ):
                raise _label_or_shares(values[0], path, label, score)
    classes = len(given.known.spec.classes or given.known.names)
    for label in (0, width - 1):
        if width == classes + 1 and _are_labels([value[label] for value in values], given):
            raise _label_or_shares(values[0], path, label, None)


def _are_labels(cells: Sequence[Any], given: Given) -> bool:
    return all(given.label_of(cell) is not None and number(cell).is_integer() for cell in cells)


def _label_or_shares(value: Any, path: str, label: int, score: int | None) -> Ambiguous:
    readings = (
        "the probabilities of all classes in their order",
        f"a label (place {label}) and " + ("its own probability" if score is not None else "those"),
    )
    more = {} if score is None else {"score": score, "score_of": "predicted"}
    remedy = f"Say which: {as_rules(scores=path)}, or {as_rules(label=label, **more)}"
    return Ambiguous(value, readings, remedy)


def _several_numbers(value: Any, path: str) -> Ambiguous:
    readings = (
        "the answer and numbers that go with it",
        "quantiles or an interval around the answer",
        "the answers of several models or steps",
    )
    place = 0 if path == "@" else f"{path}[0]"
    return Ambiguous(value, readings, f"Say which is the answer: {as_rules(score=place)}")


def _no_shares(value: Any, path: str) -> Ambiguous:
    if len(value) == 2:
        readings = (
            "a label and its own probability",
            "two logits, or two probabilities of their own",
            "the answer and a number that goes with it",
        )
        remedy = "Say which: " + as_rules(label=0, score=1, score_of="predicted")
        return Ambiguous(
            value, readings, f"{remedy}, or {as_rules(scores=path, activation='softmax')}"
        )
    readings = (
        "logits, of which softmax makes probabilities",
        "probabilities of their own, one a class (several may be right)",
        "numbers that are no scores of classes",
    )
    remedy = "Say which: " + as_rules(scores=path, activation="softmax")
    return Ambiguous(value, readings, f"{remedy}, sigmoid, or the place of the label (--label)")


def _no_order(value: Any) -> Ambiguous:
    readings = (
        "the classes in alphabetical order",
        "the classes in the order the model was trained with",
        "the classes by a number of their own",
    )
    remedy = (
        f"Name the class of each of the {len(value)} places in order: classes (--classes a,b), or "
        "labels_from where the answer tells them"
    )
    return Ambiguous(value, readings, remedy)


def infer_columns(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    """Return the reading of rows with text in them: one column of labels, and of one score."""
    width = len(values[0])
    if any(len(value) != width for value in values):
        raise Ambiguous(values[0], _COLUMNS, _which_column())
    columns = [[unwrapped(value[place]) for value in values] for place in range(width)]
    labels = [
        place
        for place, cells in enumerate(columns)
        if all(given.label_of(cell) is not None for cell in cells)
        and not all(is_number(cell) for cell in cells)
    ]
    scores = [
        place
        for place, cells in enumerate(columns)
        if all(is_number(cell) for cell in cells) and in_unit(cells)
    ]
    if given.task == "regression" or len(labels) != 1 or path != "@":
        raise Ambiguous(values[0], _COLUMNS, _which_column())
    reading = given.base.but(label=labels[0], decides="label")
    if len(scores) != 1:
        return reading
    return with_score(reading, scores[0], columns[labels[0]], columns[scores[0]], given)


_COLUMNS = (
    "the predicted label in one of the columns",
    "a score in one of them",
    "columns that repeat the request",
)


def _which_column() -> str:
    return f"Say which column: {as_rules(label=0)}, score, scores or labels_from likewise"


def infer_pairs(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    """Return the reading of lists of labels with their scores."""
    every = []
    for value in values:
        with contextlib.suppress(UnreadableAnswer):
            every.append(named_scores(value, None, given.base))
    if not every:
        return None
    names = {name for entries in every for name, _ in entries}
    other = {name for name in names if given.label_of(name) is None}
    if other:
        raise names_refused(values[0], other if len(other) > 1 else names, given)
    sums = [[score for _, score in entries] for entries in every]
    part = given.task == "multiclass" and all(in_unit(one) and sum(one) <= 1 for one in sums)
    if not (given.takes_any_number or part or all(in_unit(s) and sums_to_one(s) for s in sums)):
        raise _no_shares(sums[0], path)
    return given.base.but(scores=path, decides="score")
