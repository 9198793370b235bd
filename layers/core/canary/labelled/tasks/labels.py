"""A labelled set's value read as a label of several parts; None where it is none."""

import json
from collections.abc import Callable
from typing import Any

from canary.domain.labelled.scorers.values import labels_text, spans_text, text_of
from canary.domain.plan.quality import QualityGuardSpec, Task
from canary.labelled.files.plain_text import format_of
from canary.labelled.tasks.classes import class_name
from canary.labelled.tasks.parts import by_name, finite, names, numbers, parsed, parts_of, span


def read_parts(value: Any, spec: QualityGuardSpec) -> str | None:
    """Return a label's text for a task of several parts; None where the value is no such label.

    In a CSV the parts are written as JSON in the cell; a text that is no JSON is one reference of
    a text task, and for `label_separator` a list of labels.
    """
    return _READERS[spec.task](value if spec.task == "text" else parsed(value), spec)


def is_of_parts(task: Task) -> bool:
    """Return whether a task's labels and answers have parts."""
    return task in _READERS


WANTED: dict[Task, str] = {
    "text": "a text, or a list of texts",
    "entities": "a list of [start, end, type]",
    "multilabel": "a JSON list of labels, each a text (or set label_separator)",
    "ranking": "a list of relevances, or relevances by item",
    "quantiles": "a number, or a list of numbers",
    "custom": "a value",
}


def is_of_cells(spec: QualityGuardSpec) -> bool:
    """Return whether a set's values are cells of a CSV, which have no types."""
    return format_of(spec) == "csv"


def _references(value: Any, spec: QualityGuardSpec) -> str | None:
    """Return the references; a text is one, letter by letter, but a list of texts in a cell."""
    listed = isinstance(value, str) and value.lstrip()[:1] == "[" and is_of_cells(spec)
    if listed and (texts := names(parsed(value))):
        return text_of(texts)
    if isinstance(value, list):
        return text_of(value) if value and names(value) is not None else None
    # A number here is a text that looks like one: an answer "1999" is compared as a text.
    return None if isinstance(value, dict) or value is None else text_of([_plain(value)])


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _spans(value: Any, spec: QualityGuardSpec) -> str | None:
    del spec
    found = [span(one) for one in value] if isinstance(value, list) else [None]
    return spans_text({one for one in found if one is not None}) if None not in found else None


def _labels(value: Any, spec: QualityGuardSpec) -> str | None:
    if isinstance(value, str) and spec.label_separator is not None:
        value = parts_of(value, spec.label_separator)
    found = names(value)
    return None if found is None else labels_text(map(class_name, found))


def _relevances(value: Any, spec: QualityGuardSpec) -> str | None:
    del spec
    found = numbers(value) or by_name(value)
    if found is None:
        return None
    gains = found.values() if isinstance(found, dict) else found
    return text_of(found) if min(gains) >= 0 else None


def _steps(value: Any, spec: QualityGuardSpec) -> str | None:
    del spec
    found = numbers(value) or finite(value)
    return None if found is None else text_of(found)


def _anything(value: Any, spec: QualityGuardSpec) -> str | None:
    del spec
    return text_of(value)


_READERS: dict[Task, Callable[[Any, QualityGuardSpec], str | None]] = {
    "text": _references,
    "entities": _spans,
    "multilabel": _labels,
    "ranking": _relevances,
    "quantiles": _steps,
    "custom": _anything,
}
