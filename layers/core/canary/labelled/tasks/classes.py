"""Names of classes: one written in several ways is one name, and 0 or 1 in a binary task."""

import math
import unicodedata

from canary.domain.plan.quality import QualityGuardSpec

LONGEST_CLASS_NAME = 64
_TRUTH = {"0": 0, "1": 1, "-1": 0, "true": 1, "false": 0, "yes": 1, "no": 0}


def text_in(value: object) -> str:
    """Return a cell's text, nothing for none."""
    return "" if value is None else str(value).strip()


def weight_in(value: object) -> float | None:
    """Return the weight in a cell, a finite number of 0 or more; None where it is none."""
    try:
        weight = float(text_in(value))
    except ValueError:
        return None
    return weight if 0 <= weight < math.inf else None


def class_name(value: object) -> str:
    """Return a class's name with 2, 2.0 and "2.0" all written "2", letters in Unicode's composed
    form (NFC).
    """
    text = text_in(value)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if math.isfinite(number) and number == int(number) else text


def binary_value(text: str, spec: QualityGuardSpec) -> int | None:
    """Return a label or answer as 0 or 1; None for text that is neither.

    With a `positive_label` of the user's own every other class name (of `classes`, where given)
    means 0.
    """
    name = class_name(text)
    positive = class_name(spec.positive_label)
    if name == positive or (_is_truth(positive) and name.lower() == positive.lower()):
        return 1
    if not spec.names_positive:
        return _TRUTH.get(name.lower())
    known = spec.classes is None or name in map(class_name, spec.classes)
    return 0 if known and len(name) <= LONGEST_CLASS_NAME else None


def _is_truth(name: str) -> bool:
    """Return whether a name is true or false, which every library spells its own way."""
    return name.lower() in {"true", "false"}
