"""Answers read by their contract: bytes in, one prediction a record out."""

from collections.abc import Callable
from typing import Any, NamedTuple

from canary.domain.labelled.contract import WHOLE, Reading
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality.answer_keys import INDEX, PREFIX, AnswerPath
from canary.labelled.answers.bodies.document import exactly, read_document, split
from canary.labelled.answers.errors import ErrorAnswer, is_error
from canary.labelled.answers.names import KnownLabels, decided, extracted
from canary.labelled.answers.places import find, unwrapped
from canary.labelled.answers.scores import one_score, shares_of
from canary.labelled.numbers import UnreadableAnswer, kind_of, measurement
from canary.labelled.tasks.answers import read_answer_of_parts, tells_scores


class Parts(NamedTuple):
    """What the places of a reading hold for one record; None where a reading names no place."""

    label: Any = None
    score: Any = None
    scores: Any = None
    order: Any = None


def read_answers(
    body: bytes, content_type: str, count: int, reading: Reading, known: KnownLabels
) -> list[Prediction | UnreadableAnswer]:
    """Return one prediction for each of the `count` records asked about, in order.

    A record whose own value cannot be read gives its UnreadableAnswer; raise UnreadableAnswer when
    the body as a whole cannot be split into `count` values.
    """
    document = document_of(body, content_type, known)
    return answers_in(document, count, reading, known)


def document_of(body: bytes, content_type: str, known: KnownLabels) -> Any:
    """Return the body as a document; a text of labels between separators may be empty."""
    separated = known.spec.label_separator is not None
    plain = known.spec.task == "text"
    return read_document(body, content_type, plain=plain, nothing=separated)


def answers_in(
    document: Any, count: int, reading: Reading, known: KnownLabels
) -> list[Prediction | UnreadableAnswer]:
    """Return what `read_answers` does, from a document that was read already."""
    try:
        found = _read_all(document, count, reading, known)
    except UnreadableAnswer:
        if is_error(unwrapped(document)):
            raise ErrorAnswer from None
        raise
    if any(isinstance(one, UnreadableAnswer) for one in found):
        return _told_apart(found, document, count, reading)
    return found


def _read_all(
    document: Any, count: int, reading: Reading, known: KnownLabels
) -> list[Prediction | UnreadableAnswer]:
    if _is_lone_score(reading, known):
        return _of_scores(values_of(document, count, reading.at), reading, known)
    read = _READERS.get(known.spec.task, _of_parts)
    return [_read(parts, reading, known, read) for parts in parts_of(document, count, reading)]


def _told_apart(
    found: list[Prediction | UnreadableAnswer], document: Any, count: int, reading: Reading
) -> list[Prediction | UnreadableAnswer]:
    """Return what was read, with error objects told as that."""
    if reading.within == "answer" and count > 1:
        return found
    values = [document] if count == 1 else values_of(document, count, reading.at)
    return [
        ErrorAnswer() if isinstance(one, UnreadableAnswer) and is_error(unwrapped(value)) else one
        for one, value in zip(found, values, strict=True)
    ]


def _is_lone_score(reading: Reading, known: KnownLabels) -> bool:
    """Return whether an answer of a binary task is one score and nothing else: the commonest kind,
    and read without taking anything apart.
    """
    lone = reading.score == WHOLE and reading.score_of is not None and reading.within == "record"
    others = reading.label, reading.scores, _order_place(reading)
    return lone and known.spec.task == "binary" and others == (None, None, None)


def _of_scores(
    values: list[Any], reading: Reading, known: KnownLabels
) -> list[Prediction | UnreadableAnswer]:
    threshold = _threshold(reading, known)
    found: list[Prediction | UnreadableAnswer] = []
    for value in values:
        try:
            score = one_score(value, reading)
        except UnreadableAnswer as error:
            found.append(error)
        else:
            found.append(Prediction("1" if score > threshold else "0", score))
    return found


def parts_of(document: Any, count: int, reading: Reading) -> list[Parts]:
    """Return what the reading's places hold, record by record; raise UnreadableAnswer where an
    answer cannot be split into `count` records.
    """
    places = (reading.label, reading.score, reading.scores, _order_place(reading))
    if reading.within == "answer":
        columns = [_spread(document, path, count) for path in places]
    else:
        values = values_of(document, count, reading.at)
        inside = values if reading.whole else list(map(unwrapped, values))
        columns = [_column(inside, path) for path in places]
    return list(map(Parts._make, zip(*columns, strict=True)))


def values_of(document: Any, count: int, at: str | None) -> list[Any]:
    """Return every record's value: at a place of the whole answer, else by the answer's shape."""
    if at is None:
        return split(document, count)
    found = find(document, at)
    if found is None:
        raise UnreadableAnswer(f"the expression {at!r} finds nothing in {kind_of(document)}")
    return exactly(found, count) if count > 1 else [found]


def _order_place(reading: Reading) -> AnswerPath | None:
    if reading.order_at is not None:
        return reading.order_at
    rule = reading.labels_from
    named = isinstance(rule, str) and (rule == INDEX or rule.startswith(PREFIX))
    return None if named else rule


def _column(values: list[Any], path: AnswerPath | None) -> list[Any]:
    """Return what is at one place in every record's value."""
    if path is None:
        return [None] * len(values)
    return values if path == WHOLE else [find(value, path) for value in values]


def _spread(document: Any, path: AnswerPath | None, count: int) -> list[Any]:
    if path is None:
        return [None] * count
    found = find(document, path)
    if found is None:
        raise UnreadableAnswer(f"the expression {path!r} finds nothing in {kind_of(document)}")
    return exactly(found, count) if count > 1 else [found]


def _read(
    parts: Parts, reading: Reading, known: KnownLabels, read: "Reader"
) -> Prediction | UnreadableAnswer:
    try:
        return read(parts, reading, known)
    except UnreadableAnswer as error:
        return error
    except (OverflowError, RecursionError):
        return UnreadableAnswer("a value is too large or nested too deeply")


def predicted(parts: Parts, reading: Reading, known: KnownLabels) -> Prediction:
    """Return the prediction in one record's parts; raise UnreadableAnswer where there is none."""
    return _READERS.get(known.spec.task, _of_parts)(parts, reading, known)


def _of_parts(parts: Parts, reading: Reading, known: KnownLabels) -> Prediction:
    value = parts.label
    if isinstance(value, str) and reading.extract is not None:
        value = extracted(value, reading.extract)
    if reading.form and reading.decides == "label" and tells_scores(value, known.spec):
        raise UnreadableAnswer(
            "the answer tells scores by label, and the first answers told none: whether those are "
            "cut off already is not known (threshold says)"
        )
    return read_answer_of_parts(value, known.spec)


def _number(parts: Parts, reading: Reading, _known: KnownLabels) -> Prediction:
    value = unwrapped(parts.score)
    if isinstance(value, str) and reading.extract is not None:
        value = extracted(value, reading.extract)
    decision = measurement(value)
    return Prediction(repr(decision), decision)


def _binary(parts: Parts, reading: Reading, known: KnownLabels) -> Prediction:
    label = None if reading.label is None else decided(unwrapped(parts.label), reading, known)
    score = _positive_score(parts, label, reading, known)
    if reading.decides == "label" and label is not None:
        return Prediction(label, score)
    if score is None:
        raise UnreadableAnswer("the answer holds neither a label nor a score")
    return Prediction("1" if score > _threshold(reading, known) else "0", score)


def _threshold(reading: Reading, known: KnownLabels) -> float:
    """Return the score above which the decision is the positive label."""
    return known.spec.threshold if reading.threshold is None else reading.threshold


def _positive_score(
    parts: Parts, label: str | None, reading: Reading, known: KnownLabels
) -> float | None:
    """Return the probability of the positive label, None where the answer tells none."""
    if reading.scores is not None:
        shares = shares_of(parts.scores, parts.order, reading, known)
        if "1" in shares:
            return shares["1"]
        if list(shares) == ["0"] and not reading.ranks_only:
            return 1 - shares["0"]
        raise UnreadableAnswer(
            f"positive_label is not among the {len(shares)} classes of the answer"
        )
    if reading.score is None or reading.score_of is None:
        return None
    score = one_score(parts.score, reading)
    return 1 - score if reading.score_of == "predicted" and label == "0" else score


def _multiclass(parts: Parts, reading: Reading, known: KnownLabels) -> Prediction:
    shares = (
        None if reading.scores is None else shares_of(parts.scores, parts.order, reading, known)
    )
    if reading.label is not None:
        return Prediction(decided(unwrapped(parts.label), reading, known), probabilities=shares)
    if not shares:
        raise UnreadableAnswer("the answer holds neither a class nor scores of classes")
    best = max(shares, key=lambda name: shares[name])
    if known.decision(best) is None:
        raise UnreadableAnswer("the likeliest class is no label of the set")
    # One class alone has a probability of its own and says nothing about the others.
    return Prediction(best, probabilities=shares if len(shares) > 1 else None)


Reader = Callable[[Parts, Reading, KnownLabels], Prediction]
_READERS: dict[str, Reader] = {
    "binary": _binary,
    "multiclass": _multiclass,
    "regression": _number,
}
