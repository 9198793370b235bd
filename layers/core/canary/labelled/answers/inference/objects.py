"""Readings of objects: the probability by class, a label with its score, lists of both side by
side, or a value under a key of no meaning of its own.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.labelled.answers.inference.ambiguity import (
    Ambiguous,
    as_rules,
    shape_of,
    shown_key,
)
from canary.labelled.answers.inference.beside import with_score
from canary.labelled.answers.inference.foreign import infer_foreign
from canary.labelled.answers.inference.given import Given, finite, in_unit, is_rounded
from canary.labelled.answers.inference.scalars import MOST_UNKNOWN, infer_names, names_refused
from canary.labelled.answers.places import find, joined, unwrapped
from canary.labelled.answers.scores import LABEL_KEYS, SCORE_KEYS, sums_to_one
from canary.labelled.numbers import is_number

VALUE_KEYS = (
    "prediction",
    "predictions",
    "predicted_value",
    "output",
    "outputs",
    "value",
    "result",
    "results",
)
_MEANINGFUL = {*LABEL_KEYS, *SCORE_KEYS, *VALUE_KEYS}
"""Keys that are names of classes only where the set has such classes."""
TEXT_PLACES = (
    "generated_text",
    "choices[0].message.content",
    "choices[0].text",
    "outputs[0].text",
)


Infer = Callable[[Sequence[Any], Given, str], Reading | None]
"""What reads the values that an object holds, as any values are read."""


def infer_objects(values: Sequence[Any], given: Given, path: str, infer: Infer) -> Reading | None:
    """Return the reading of objects."""
    if given.task != "regression" and all(_is_by_class(value, given) for value in values):
        return _by_class(values, given, path)
    values, common = _alike(values)
    if path == "@" and (place := _text_place(values)) is not None:
        return _text(values, place, given)
    held = {key: [unwrapped(value[key]) for value in values] for key in common}
    labels = [key for key in common if key in LABEL_KEYS]
    scores = [key for key in common if key in SCORE_KEYS]
    if given.task != "regression" and (labels or scores):
        return _labelled(values, given, path, held, infer)
    known = [key for key in common if key in (*VALUE_KEYS, *scores, *labels)]
    if len(known) == 1:
        return infer(held[known[0]], given, joined(path, known[0]))
    if not known:
        _check_alike(values, common)
    return infer_foreign(values, given, path, held)


def _alike(values: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the objects of one shape, and the keys they have in common: keys that few objects lack
    are theirs, and those few are errors.
    """
    having = Counter(key for value in values for key in value)
    # A key that is no Unicode (half a surrogate) can be no place in a reading that is stored.
    common = [
        key
        for key, count in having.items()
        if count >= (1 - MOST_UNKNOWN) * len(values)
        and key.encode("utf-8", "replace").decode() == key
    ]
    if not common:
        raise _two_shapes(values)
    return [value for value in values if all(key in value for key in common)], common


def _check_alike(values: Sequence[dict[str, Any]], common: Sequence[str]) -> None:
    """Return where no key of a known meaning is in some of the answers alone."""
    if any(key in _MEANINGFUL and key not in common for value in values for key in value):
        raise _two_shapes(values)


def _two_shapes(values: Sequence[dict[str, Any]]) -> Ambiguous:
    shapes = Counter(shape_of(value) for value in values).most_common(2)
    readings = tuple(f"{count} of {len(values)} have the shape {shape}" for shape, count in shapes)
    return Ambiguous(values[0], readings, "Say where the answer is: answer (--answer PATH)")


def _is_by_class(value: dict[str, Any], given: Given) -> bool:
    """Return whether every key is a label of the set and every value a number."""
    return all(
        given.label_of(key) is not None
        and is_number(unwrapped(held))
        and (given.known.names or key not in _MEANINGFUL)
        for key, held in value.items()
    )


def _by_class(values: Sequence[Any], given: Given, path: str) -> Reading:
    scores = [[unwrapped(held) for held in value.values()] for value in values]
    part = given.task == "multiclass"
    fits = all(
        in_unit(one)
        and (len(one) == 1 or sums_to_one(finite(one)) or (part and sum(finite(one)) <= 1))
        for one in scores
    )
    if not fits and not given.takes_any_number:
        readings = (
            "logits by class, of which softmax makes probabilities",
            "probabilities of their own, one a class (several may be right)",
            "numbers that are no scores of classes",
        )
        raise Ambiguous(
            values[0], readings, "Say which: " + as_rules(scores=path, activation="softmax")
        )
    rounded = any(map(is_rounded, scores)) and not given.takes_any_number
    return given.base.but(scores=path, decides="score", rounded=rounded)


def _text_place(values: Sequence[Any]) -> str | None:
    """Return where a generated text is, in the shapes that text generation answers in."""
    for place in TEXT_PLACES:
        if all(isinstance(find(value, place), str) for value in values):
            return place
    return None


def _text(values: Sequence[Any], place: str, given: Given) -> Reading | None:
    texts = [find(value, place) for value in values]
    if all(given.label_of(text) is not None for text in texts):
        return given.base.but(label=place, decides="label")
    if given.rules.extract is not None:
        return infer_names(texts, given, place)
    readings = ("the label with words around it", "the label under another name", "free text")
    remedy = "Say what in it is the label: " + as_rules(label=place, extract="(yes|no)")
    raise Ambiguous(values[0], readings, remedy)


def _labelled(
    values: Sequence[Any],
    given: Given,
    path: str,
    held: dict[str, list[Any]],
    infer: Infer,
) -> Reading | None:
    """Return the reading of objects with keys that say label or score."""
    keys = [key for key in held if key in LABEL_KEYS], [key for key in held if key in SCORE_KEYS]
    keys[0].extend(_values_that_are_labels(held, given) if keys[1] and not keys[0] else ())
    labels, label_lists = _told_apart(keys[0], held)
    scores, score_lists = _told_apart(keys[1], held)
    if len(labels) > 1 or len(label_lists) > 1 or len(score_lists) > 1:
        raise _several(values[0], path, (*keys[0], *keys[1]))
    if labels:
        _check_second_label(values, given, path, held, labels[0])
        reading = infer_names(held[labels[0]], given, joined(path, labels[0]))
        if reading is None:
            return None
        if score_lists:
            return _with_row(reading, held, (label_lists, score_lists), given, path)
        if len(scores) == 1:
            place = joined(path, scores[0])
            return with_score(reading, place, held[labels[0]], held[scores[0]], given)
        return reading
    if label_lists and score_lists and not scores:
        return _side_by_side(values, given, path, (label_lists[0], score_lists[0]))
    if label_lists or len(scores) + len(score_lists) != 1:
        raise _several(values[0], path, (*keys[0], *keys[1]))
    (key,) = scores or score_lists
    _check_company(values, given, path, held, key)
    return infer(held[key], given, joined(path, key))


def _values_that_are_labels(held: dict[str, list[Any]], given: Given) -> list[str]:
    """Return the key of a prediction beside scores where it can only be the label: a label in every
    answer, and the scores are not.
    """
    found = [key for key in held if key in VALUE_KEYS and _all_labels(held[key], given)]
    rest = [cell for key in held if key in SCORE_KEYS for cell in held[key]]
    scores = any(isinstance(cell, list | dict) for cell in rest) or not _all_labels(rest, given)
    return found if len(found) == 1 and scores else []


def _all_labels(cells: Sequence[Any], given: Given) -> bool:
    return all(given.label_of(cell) is not None for cell in cells)


def _check_second_label(
    values: Sequence[Any], given: Given, path: str, held: dict[str, list[Any]], key: str
) -> None:
    """Return where no other key may be the label as well; a constant under a key of no meaning is
    none.
    """
    for other, cells in held.items():
        if other == key or other in SCORE_KEYS or not _all_labels(cells, given):
            continue
        if other in VALUE_KEYS or len({given.label_of(cell) for cell in cells}) > 1:
            raise _several(values[0], path, (key, other))


def _told_apart(keys: list[str], held: dict[str, list[Any]]) -> tuple[list[str], list[str]]:
    """Return the keys of single values, and those of lists."""
    lists = [key for key in keys if any(isinstance(value, list | dict) for value in held[key])]
    return [key for key in keys if key not in lists], lists


def _with_row(
    reading: Reading,
    held: dict[str, list[Any]],
    lists: tuple[list[str], list[str]],
    given: Given,
    path: str,
) -> Reading:
    """Return a label's reading with the probabilities beside it, where their order is known."""
    labels, scores = lists
    rows = held[scores[0]]
    if all(isinstance(row, dict) and row and _is_by_class(row, given) for row in rows):
        whole = all(in_unit([*row.values()]) for row in rows)
        return reading.but(scores=joined(path, scores[0])) if whole else reading
    width = len(rows[0]) if isinstance(rows[0], list) else 0
    if any(not isinstance(row, list) or len(row) != width for row in rows):
        return reading
    if not all(in_unit(row) and sums_to_one(finite(row)) for row in rows):
        return reading
    place = joined(path, scores[0])
    if labels:
        return _in_order_of(reading.but(scores=place), joined(path, labels[0]))
    order = given.known.order(width)
    return reading.but(scores=place, order=order) if order else reading


def _side_by_side(values: Sequence[Any], given: Given, path: str, keys: tuple[str, str]) -> Reading:
    """Return the reading of a list of labels and the list of their scores."""
    names, rows = ([value[key] for value in values] for key in keys)
    if any(
        not isinstance(one, list) or not isinstance(row, list) or len(one) != len(row)
        for one, row in zip(names, rows, strict=True)
    ):
        raise _several(values[0], path, keys)
    other = {str(name) for one in names for name in one if given.label_of(name) is None}
    if other:
        raise names_refused(values[0], other, given)
    part = given.task == "multiclass"
    for row in rows:
        whole = in_unit(row) and (sums_to_one(finite(row)) or (part and sum(finite(row)) <= 1))
        if not whole and not given.takes_any_number:
            raise _several(values[0], path, keys)
    labels_from, scores = (joined(path, key) for key in keys)
    return _in_order_of(given.base.but(scores=scores, decides="score"), labels_from)


def _in_order_of(reading: Reading, place: str) -> Reading:
    """Return the reading with the place of the class order, beside a rule for the names in it."""
    if reading.labels_from is None:
        return reading.but(labels_from=place)
    return reading.but(order_at=place)


def _check_company(
    values: Sequence[Any], given: Given, path: str, held: dict[str, list[Any]], key: str
) -> None:
    """Return where nothing beside a lone score may be the answer instead; raise Ambiguous
    otherwise.
    """
    for other, cells in held.items():
        if other == key or any(isinstance(cell, dict | list) for cell in cells):
            continue
        names = all(given.label_of(cell) is not None for cell in cells)
        numbers = all(is_number(cell) for cell in cells) and in_unit(cells)
        if names or numbers:
            raise _several(values[0], path, (key, other))


def _several(value: Any, path: str, keys: Sequence[str]) -> Ambiguous:
    readings = tuple(f"`{shown_key(key)}` is the answer" for key in keys[:4])
    remedy = "Say which: " + as_rules(label=joined(path, keys[0]))
    return Ambiguous(value, readings, f"{remedy}, or score or scores with their place likewise")
