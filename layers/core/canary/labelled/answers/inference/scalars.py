"""Readings of single values: numbers and names."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.labelled.answers.inference.ambiguity import Ambiguous, as_rules
from canary.labelled.answers.inference.given import Given, finite, in_unit, is_rounded
from canary.labelled.answers.names import extracted, named, text_of
from canary.labelled.numbers import UnreadableAnswer, is_number, number

LONGEST_NAME = 64
MOST_UNKNOWN = 0.1
"""The share of the first answers that may be no label of the set: more is refused where they may be
its labels under other names.
"""
NAMES_SHOWN = 3


def infer_scalars(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    """Return the reading of numbers or names."""
    if given.task == "regression":
        return _number(values, given, path)
    if all(isinstance(value, bool) for value in values):
        return infer_names(values, given, path)
    numbers = [value for value in values if is_number(value)]
    if len(numbers) * 2 > len(values) and given.rules.extract is None:
        reading = _numbers(numbers, given, path)
        named = [value for value in values if not is_number(value)]
        if reading.decides == "score" and any(given.label_of(one) is not None for one in named):
            raise _mixed_refused(values[0], path)
        return reading
    return infer_names(values, given, path)


def _mixed_refused(value: Any, path: str) -> Ambiguous:
    readings = ("a score in some answers", "the predicted label in others")
    remedy = f"Say which: {as_rules(score=path, score_of='positive')}"
    return Ambiguous(value, readings, f"{remedy}, or {as_rules(label=path)}")


def _number(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    numbers = [value for value in values if is_number(_taken_out(value, given))]
    return given.base.but(score=path) if numbers else None


def _taken_out(value: Any, given: Given) -> Any:
    if given.rules.extract is None or not isinstance(value, str):
        return value
    try:
        return extracted(value, given.rules.extract)
    except UnreadableAnswer:
        return None


def infer_names(values: Sequence[Any], given: Given, path: str) -> Reading | None:
    """Return the reading of names as labels; None for text that is no name, raise Ambiguous for
    names of something else.
    """
    said = {_name(value, given) for value in values if given.label_of(value) is not None}
    others = Counter(
        text for value in values if (text := text_of(value)) and given.label_of(value) is None
    )
    if others and _are_other_names(others, said, len(values), given, path):
        raise names_refused(values[0], others, given)
    return given.base.but(label=path, decides="label") if said else None


def _name(value: Any, given: Given) -> str:
    return named(value, given.base, given.known)


def _are_other_names(
    others: Counter[str], said: set[str], answers: int, given: Given, path: str
) -> bool:
    """Return whether texts that are no labels of the set may be its labels under other names: too
    many of them, and of few enough kinds that each may stand for a label never said.
    """
    short = [text for text in others if len(text) <= LONGEST_NAME]
    if not said:
        marked = any(_may_be_label(text, given, path) for text in others)
        return marked or (len(others) >= 2 and len(short) == len(others))
    if given.rules.extract is not None or not short:
        return False
    share = sum(others[text] for text in short) / answers
    if share <= MOST_UNKNOWN:
        return False
    spelled = any(given.known.spelled(text) is not None for text in short)
    instead = len(short) <= given.known.unsaid(said)
    return spelled or instead or (share > 0.5 and len(short) == len(others) > 1)


def _may_be_label(text: str, given: Given, path: str) -> bool:
    """Return whether a single text is a label under another name rather than an error: it is
    marked as one, spelled like one, or a word where answers have their label.
    """
    word = path != "@" and re.fullmatch(r"[\w+#.-]+", text) is not None
    return bool(word or _shared_prefix([text]) or given.known.spelled(text))


def names_refused(value: Any, names: Iterable[str], given: Given) -> Ambiguous:
    """Return the refusal of names that are no labels of the set."""
    names = set(names)
    prefix = _shared_prefix(names)
    readings = (
        "the set's labels under other names" + _spelled(names, given),
        "labels of another set",
        "text that holds the label, or an error's text",
    )
    left = {name.removeprefix(prefix) for name in names}
    if prefix and all(given.known.decision(one) is not None for one in left):
        remedy = f"Say how names become labels: {as_rules(labels_from=f'prefix:{prefix}')}"
        remedy += ', "index" for numbers that count classes, or answer {"label_map": ...}'
    elif prefix and all(one.isdecimal() for one in left):
        remedy = f'Say which label each is: answer {{"label_map": {{"{prefix}0": "label"}}}} (on '
        remedy += f"the command line --label-map {prefix}0=label); or, where the numbers count "
        remedy += f"classes in an order, classes and {as_rules(labels_from='index')}"
    else:
        remedy = 'Say which label each is: answer {"label_map": {"name": "label"}} (on the '
        remedy += "command line --label-map name=label); or extract, labels_from, classes"
    return Ambiguous(value, readings, remedy)


def _spelled(names: Iterable[str], given: Given) -> str:
    """Return the names that are labels in another spelling, beside those; other names are an
    answer's text, and not said.
    """
    labels = [(name, given.known.spelled(name)) for name in sorted(names)]
    told = [f"`{name}` for `{label}`" for name, label in labels if label is not None]
    return f" ({', '.join(told[:NAMES_SHOWN])})" if told else ""


def _shared_prefix(names: Iterable[str]) -> str:
    """Return a marker that all names begin with, as LABEL_ or __label__; nothing else is told."""
    known = ("__label__", "LABEL_", "label_", "class_", "CLASS_")
    names = tuple(names)
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
        raise outside_refused(values, path)
    if not given.known.number_is_of_positive:
        raise _whose_refused(values[0], given, path)
    whole = all(number(value) in (0.0, 1.0) for value in values)
    if are_labels and not (whole and given.known.decision("1") == "1"):
        raise _whose_refused(values[0], given, path)
    if are_labels and given.need_probabilities:
        raise _certain_refused(values[0], given, path)
    return given.base.but(
        score=path, score_of="positive", decides="score", rounded=is_rounded(values)
    )


def _certain_refused(value: Any, given: Given, path: str) -> Ambiguous:
    """Return the refusal of numbers that are all 0 or 1 where probabilities decide. The other
    variant's probabilities say nothing of it: it may be the one whose model was changed to labels.
    """
    readings = (
        f"the predicted label itself, which tells no probability for {given.need_probabilities[0]}",
        f"P(label {given.known.positive}), certain in each of the first answers",
    )
    remedy = "Let accuracy, recall or specificity decide, or say which: "
    remedy += as_rules(score=path, score_of="positive")
    return Ambiguous(value, readings, remedy, by_other=False)


def outside_refused(values: Sequence[Any], path: str) -> Ambiguous:
    """Return the refusal of numbers that are no probabilities."""
    found = finite(values)
    whole = bool(found) and all(one.is_integer() for one in found)
    percent = bool(found) and not whole and min(found) >= 0 and max(found) <= 100
    readings = (
        "a logit, of which sigmoid makes a probability",
        *(["a percentage, of which the model has to make a probability"] if percent else []),
        "a score that only orders, as an anomaly score does",
        "a label of another set, or one under another number, or a value of another task",
    )
    remedy = "Say which: " + as_rules(score=path, activation="sigmoid")
    remedy += f", or {as_rules(score=path, ranks_only=True)}"
    if whole:
        remedy += ', or answer {"label_map": {"number": "label"}} (--label-map number=label)'
    return Ambiguous(values[0], readings, remedy)


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
