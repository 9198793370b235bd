"""Readings of objects without a key of known meaning."""

from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.labelled.answers.inference.ambiguity import Ambiguous, as_rules, shown_key
from canary.labelled.answers.inference.given import Given
from canary.labelled.answers.inference.scalars import LONGEST_NAME, names_refused
from canary.labelled.answers.places import joined
from canary.labelled.numbers import is_number


def infer_foreign(
    values: Sequence[Any], given: Given, path: str, held: dict[str, list[Any]]
) -> Reading | None:
    """Return the reading of objects without a known key: one key that allows one reading alone."""
    if len(held) == 1 and all(len(value) == 1 for value in values):
        ((key, cells),) = held.items()
        if given.task == "regression" and all(is_number(cell) for cell in cells):
            return given.base.but(score=joined(path, key))
        if given.task != "regression" and _are_names(cells, given):
            return given.base.but(label=joined(path, key), decides="label")
    if len(held) > 1 and all(given.known.spelled(key) is not None for key in held):
        raise names_refused(values[0], held, given)
    if all(_says_nothing(cell, given) for cells in held.values() for cell in cells):
        texts = {str(cell) for cells in held.values() for cell in cells}
        if len(held) == 1 and len(texts) > 1 and max(map(len, texts)) <= LONGEST_NAME:
            raise names_refused(values[0], texts, given)
        return None
    raise _refused(values[0], given, path)


def _says_nothing(cell: Any, given: Given) -> bool:
    """Return whether a value is neither a number nor a label, nor may hold one."""
    text = cell is None or isinstance(cell, str)
    return text and not is_number(cell) and given.label_of(cell) is None


def _are_names(cells: Sequence[Any], given: Given) -> bool:
    """Return whether every value names a label and is no number a model may mean otherwise."""
    scalar = all(isinstance(cell, str | int | float) for cell in cells)
    if not scalar or any(given.label_of(cell) is None for cell in cells):
        return False
    numbers = [cell for cell in cells if is_number(cell)]
    return not numbers or (given.task == "multiclass" and len({str(cell) for cell in cells}) > 1)


def _refused(value: Any, given: Given, path: str) -> Ambiguous:
    key = next(iter(value))
    place, name = joined(path, key), shown_key(key)
    if given.task == "regression":
        readings = tuple(f"`{shown_key(one)}` is the answer" for one in list(value)[:3])
        return Ambiguous(value, readings, "Say which: " + as_rules(score=place))
    if given.task == "multiclass":
        readings = (
            f"`{name}` is the predicted label",
            f"`{name}` is the predicted label's probability",
            "something else is the answer",
        )
        return Ambiguous(value, readings, "Say which: " + as_rules(label=place))
    if isinstance(value[key], bool):
        positive = given.known.positive
        readings = (
            f"true in `{name}` is label {positive}, false the other label",
            f"false in `{name}` is label {positive}, true the other label",
            f"`{name}` says something else, and the answer is elsewhere",
        )
        return Ambiguous(value, readings, "Say that it is the label: " + as_rules(label=place))
    readings = (
        f"`{name}` is P(label {given.known.positive}), the positive label's probability",
        f"`{name}` is P(predicted label), and the label is elsewhere",
        f"`{name}` is P(another label) or no probability at all",
    )
    remedy = "Say which: " + as_rules(score=place, score_of="positive")
    return Ambiguous(value, readings, f"{remedy}, or {as_rules(label=place)}")
