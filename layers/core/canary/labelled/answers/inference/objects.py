"""Readings of objects: the probability by class, a label with its score, lists of both side by
side, or a value under a key of no meaning of its own.
"""

from collections.abc import Callable, Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.labelled.answers.inference.ambiguity import Ambiguous, as_rules, shown_key
from canary.labelled.answers.inference.beside import with_score
from canary.labelled.answers.inference.given import Given, finite, in_unit, is_rounded
from canary.labelled.answers.inference.scalars import LONGEST_NAME, infer_names, names_refused
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
    # A key that is no Unicode (half a surrogate) can be no place in a reading that is stored.
    common = [
        key
        for key in values[0]
        if all(key in value for value in values) and key.encode("utf-8", "replace").decode() == key
    ]
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
    return _foreign(values, given, path, held)


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
    labels, label_lists = _told_apart(keys[0], held)
    scores, score_lists = _told_apart(keys[1], held)
    if len(labels) > 1 or len(label_lists) > 1 or len(score_lists) > 1:
        raise _several(values[0], path, (*keys[0], *keys[1]))
    if labels:
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


def _told_apart(keys: list[str], held: dict[str, list[Any]]) -> tuple[list[str], list[str]]:
    """Return the keys of single values, and those of lists."""
    lists = [key for key in keys if any(isinstance(value, list) for value in held[key])]
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
    width = len(rows[0]) if isinstance(rows[0], list) else 0
    if any(not isinstance(row, list) or len(row) != width for row in rows):
        return reading
    if not all(in_unit(row) and sums_to_one(finite(row)) for row in rows):
        return reading
    place = joined(path, scores[0])
    if labels:
        return reading.but(scores=place, labels_from=joined(path, labels[0]))
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
        raise names_refused(values[0], other)
    part = given.task == "multiclass"
    for row in rows:
        whole = in_unit(row) and (sums_to_one(finite(row)) or (part and sum(finite(row)) <= 1))
        if not whole and not given.takes_any_number:
            raise _several(values[0], path, keys)
    places = (joined(path, key) for key in keys)
    labels_from, scores = places
    return given.base.but(scores=scores, labels_from=labels_from, decides="score")


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


def _foreign(
    values: Sequence[Any], given: Given, path: str, held: dict[str, list[Any]]
) -> Reading | None:
    """Return the reading of objects without a known key: one key that allows one reading alone."""
    if len(held) == 1 and all(len(value) == 1 for value in values):
        ((key, cells),) = held.items()
        if given.task == "regression" and all(is_number(cell) for cell in cells):
            return given.base.but(score=joined(path, key))
        if given.task != "regression" and _are_names(cells, given):
            return given.base.but(label=joined(path, key), decides="label")
    if all(_says_nothing(cell, given) for cells in held.values() for cell in cells):
        texts = {str(cell) for cells in held.values() for cell in cells}
        if len(held) == 1 and len(texts) > 1 and max(map(len, texts)) <= LONGEST_NAME:
            raise names_refused(values[0], texts)
        return None
    raise _foreign_refused(values[0], given, path)


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


def _foreign_refused(value: Any, given: Given, path: str) -> Ambiguous:
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
    readings = (
        f"`{name}` is P(label {given.known.positive}), the positive label's probability",
        f"`{name}` is P(predicted label), and the label is elsewhere",
        f"`{name}` is P(another label) or no probability at all",
    )
    remedy = "Say which: " + as_rules(score=place, score_of="positive")
    return Ambiguous(value, readings, f"{remedy}, or {as_rules(label=place)}")
