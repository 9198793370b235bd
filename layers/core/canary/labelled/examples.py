"""A row as an example: its label read for the task, its features ready to send."""

import math
from collections.abc import Callable
from typing import NamedTuple

from canary.domain.labelled.prediction import Label
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.files.survey import MOST_LABELS
from canary.labelled.layout import MISSING, Layout, Value
from canary.labelled.numbers import LARGEST, kind_of
from canary.labelled.records import Row, UnusableRow
from canary.labelled.tasks.classes import binary_value, class_name, text_in, weight_in
from canary.labelled.tasks.labels import WANTED, is_of_parts, read_parts


class Example(NamedTuple):
    """One labelled record: what to send and what the right answer is."""

    row: int
    record_id: str
    label: Label
    slice: str | None
    features: tuple[Value, ...]
    weight: float = 1.0


class ExampleReader:
    """Reads the rows of one set as examples; a class's name, which repeats, is read once."""

    def __init__(self, layout: Layout, spec: QualityGuardSpec) -> None:
        """Take the set's columns and what its labels mean."""
        self._layout, self._spec = layout, spec
        self._classes: dict[str, Label] = {}
        self._few = spec.task in {"binary", "multiclass"}

    def read(self, row: Row) -> Example:
        """Return the row as an example; raise UnusableRow when its label is missing or of another
        type.
        """
        layout, (number, values) = self._layout, row
        return Example(
            number,
            str(number if layout.record_id is None else values[layout.record_id]),
            self._label(values[layout.label]),
            None if layout.slice is None else text_in(values[layout.slice]),
            tuple([values[i] for i in layout.features]),
            1.0 if layout.weight is None else _weight(values[layout.weight], self._spec),
        )

    def _label(self, value: Value) -> Label:
        if not self._few or not isinstance(value, str):
            return read_label(value, self._spec, self._layout.missing)
        known = self._classes.get(value)
        if known is None:
            known = read_label(value, self._spec, self._layout.missing)
            if len(self._classes) < MOST_LABELS:
                self._classes[value] = known
        return known


def read_example(row: Row, layout: Layout, spec: QualityGuardSpec) -> Example:
    """Return one row as an example, as `ExampleReader` does."""
    return ExampleReader(layout, spec).read(row)


def _weight(value: Value, spec: QualityGuardSpec) -> float:
    """Return a record's weight; raise UnusableRow when it is no finite number of 0 or more."""
    weight = weight_in(value)
    if weight is None:
        found = f"has {kind_of(value)} as its weight (column {spec.weight_column!r})"
        raise UnusableRow(f"{found}, where a weight is a number of 0 or more")
    return weight


def read_label(value: Value, spec: QualityGuardSpec, missing: frozenset[str] = MISSING) -> Label:
    """Return a label in the task's type; raise UnusableRow saying what kind of value was found
    instead. A label that is `missing` in lower case is none.
    """
    text = text_in(value)
    if value is None or text.lower() in missing:
        raise UnusableRow(f"has no label (column {spec.label_column!r})")
    if is_of_parts(spec.task):
        parts = read_parts(value, spec)
        if parts is None:
            wanted = f"where task {spec.task} needs {WANTED[spec.task]}"
            raise _other_label(value, spec, wanted)
        return parts
    readers: dict[str, Callable[[str, QualityGuardSpec], Label]] = {
        "binary": _binary,
        "multiclass": _multiclass,
        "regression": _number,
    }
    return readers[spec.task](text, spec)


def _binary(text: str, spec: QualityGuardSpec) -> int:
    value = binary_value(text, spec)
    if value is None:
        given = spec.names_positive
        wanted = "positive_label or another class" if given else "0 or 1 (or set positive_label)"
        raise _other_label(text, spec, f"where a binary task needs {wanted}")
    return value


def _multiclass(text: str, spec: QualityGuardSpec) -> str:
    name = class_name(text)
    if spec.classes is not None and name not in map(class_name, spec.classes):
        raise _other_label(
            text, spec, f"which is not one of the {len(spec.classes)} classes of the spec"
        )
    return name


def _number(text: str, spec: QualityGuardSpec) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _other_label(text, spec, f"where a {spec.task} needs a number") from None
    if not math.isfinite(number):
        raise _other_label(text, spec, f"where a {spec.task} needs a finite number")
    if abs(number) > LARGEST:
        raise _other_label(text, spec, f"beyond {LARGEST:g}, where squares can no longer be summed")
    return number


def _other_label(text: Value, spec: QualityGuardSpec, why: str) -> UnusableRow:
    return UnusableRow(f"has {kind_of(text)} as its label (column {spec.label_column!r}), {why}")
