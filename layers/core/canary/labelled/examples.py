"""A row as an example: its label read for the task, its features ready to send."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from canary.domain.labelled.prediction import Label
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.layout import MISSING, Layout, Value
from canary.labelled.numbers import kind_of
from canary.labelled.records import Row, UnusableRow
from canary.labelled.tasks.labels import WANTED, is_of_parts, read_parts

LONGEST_CLASS_NAME = 64
_TRUTH = {"0": 0, "1": 1, "-1": 0, "true": 1, "false": 0, "yes": 1, "no": 0}


@dataclass(frozen=True)
class Example:
    """One labelled record: what to send and what the right answer is."""

    row: int
    record_id: str
    label: Label
    slice: str | None
    features: tuple[Value, ...]
    weight: float = 1.0


def read_example(row: Row, layout: Layout, spec: QualityGuardSpec) -> Example:
    """Return the row as an example; raise UnusableRow when its label is missing or of another
    type.
    """
    return Example(
        row=row.number,
        record_id=str(row.number if layout.record_id is None else row.values[layout.record_id]),
        label=read_label(row.values[layout.label], spec, layout.missing),
        slice=None if layout.slice is None else _text(row.values[layout.slice]),
        features=tuple(row.values[i] for i in layout.features),
        weight=1.0 if layout.weight is None else _weight(row.values[layout.weight], spec),
    )


def _weight(value: Value, spec: QualityGuardSpec) -> float:
    """Return a record's weight; raise UnusableRow when it is no finite number of 0 or more."""
    try:
        weight = float(_text(value))
    except ValueError:
        weight = math.nan
    if not 0 <= weight < math.inf:
        found = f"has {kind_of(value)} as its weight (column {spec.weight_column!r})"
        raise UnusableRow(f"{found}, where a weight is a number of 0 or more")
    return weight


def read_label(value: Value, spec: QualityGuardSpec, missing: frozenset[str] = MISSING) -> Label:
    """Return a label in the task's type; raise UnusableRow saying what kind of value was found
    instead. A label that is `missing` in lower case is none.
    """
    text = _text(value)
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


def class_name(value: object) -> str:
    """Return a class's name with 2, 2.0 and "2.0" all written "2"."""
    text = _text(value)
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if math.isfinite(number) and number == int(number) else text


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _binary(text: str, spec: QualityGuardSpec) -> int:
    value = binary_value(text, spec)
    if value is None:
        given = "positive_label" in spec.model_fields_set
        wanted = "positive_label or another class" if given else "0 or 1 (or set positive_label)"
        raise _other_label(text, spec, f"where a binary task needs {wanted}")
    return value


def binary_value(text: str, spec: QualityGuardSpec) -> int | None:
    """Return a label or answer as 0 or 1; None for text that is neither.

    With a `positive_label` of the user's own every other class name (of `classes`, where given)
    means 0.
    """
    name = class_name(text)
    if name == class_name(spec.positive_label):
        return 1
    if "positive_label" not in spec.model_fields_set:
        return _TRUTH.get(name.lower())
    known = spec.classes is None or name in map(class_name, spec.classes)
    return 0 if known and len(name) <= LONGEST_CLASS_NAME else None


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
    return number


def _other_label(text: Value, spec: QualityGuardSpec, why: str) -> UnusableRow:
    return UnusableRow(f"has {kind_of(text)} as its label (column {spec.label_column!r}), {why}")
