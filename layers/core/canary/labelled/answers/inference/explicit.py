"""The reading that a user's own places make, held against the first answers."""

from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.domain.plan.quality.answer_keys import AnswerPath, AnswerRules
from canary.labelled.answers.errors import is_error
from canary.labelled.answers.inference.ambiguity import Ambiguous
from canary.labelled.answers.inference.beside import with_score
from canary.labelled.answers.inference.given import Given, in_unit, is_rounded
from canary.labelled.answers.inference.infer import infer
from canary.labelled.answers.inference.parts import check_elsewhere, infer_parts
from canary.labelled.answers.inference.scalars import (
    infer_names,
    names_refused,
    outside_refused,
)
from canary.labelled.answers.names import text_of
from canary.labelled.answers.places import find, unwrapped
from canary.labelled.answers.read import Parts, parts_of
from canary.labelled.numbers import UnreadableAnswer, is_number


def names_places(rules: AnswerRules) -> bool:
    """Return whether the rules say where in an answer label or scores are."""
    return not (rules.label is rules.score is rules.scores is None)


def explicit_reading(documents: Sequence[tuple[Any, int]], given: Given) -> Reading | None:
    """Return the reading of the given places; None without an answer, raise Ambiguous where they
    hold nothing in any answer, or numbers that are no probabilities.
    """
    if not documents:
        return None
    documents = [one for one in documents if not is_error(unwrapped(one[0]))] or documents
    rules = given.rules
    asked = given.base.but(label=rules.label, score=rules.score, scores=rules.scores)
    asked = asked.but(within=_within(documents, (rules.label, rules.score, rules.scores)))
    parts = _parts(documents, asked)
    for path, cells in (
        (rules.label, [one.label for one in parts]),
        (rules.score, [one.score for one in parts]),
        (rules.scores, [one.scores for one in parts]),
    ):
        if path is not None and all(cell is None for cell in cells):
            raise Ambiguous(
                documents[0][0], (f"{path!r} finds nothing",), "Correct the place in answer"
            )
    if rules.label is None:
        return _scored(asked, parts, given)
    return _labelled(asked, parts, given)


def _within(documents: Sequence[tuple[Any, int]], paths: Sequence[AnswerPath | None]) -> Any:
    """Return "answer" where every place is found in every whole answer, else "record"."""
    asked = [path for path in paths if path is not None]
    for document, _ in documents:
        for path in asked:
            if isinstance(path, int) or _found(document, path) is None:
                return "record"
    return "answer"


def _found(document: Any, path: AnswerPath) -> Any:
    try:
        return find(document, path)
    except UnreadableAnswer:
        return None


def _parts(documents: Sequence[tuple[Any, int]], reading: Reading) -> list[Parts]:
    parts: list[Parts] = []
    for document, count in documents:
        try:
            parts.extend(parts_of(document, count, reading))
        except UnreadableAnswer:
            continue
    return parts


def _labelled(asked: Reading, parts: Sequence[Parts], given: Given) -> Reading:
    """Return the reading of a label, and of what scores are beside it."""
    if given.has_parts:
        whole = asked.but(whole=True)
        held = [one.label for one in parts if one.label is not None]
        found = infer_parts(held, given, whole)
        if found is None:
            check_elsewhere(held, given, whole, str(asked.label))
        return whole if found is None else found
    if given.task == "regression":
        return asked.but(whole=True)
    labels = [unwrapped(one.label) for one in parts]
    read = [label for label in labels if given.label_of(label) is not None]
    infer_names(labels, given, "@")
    several = len({text_of(label) for label in labels}) > 1
    if several and not read and all(map(is_number, labels)):
        raise names_refused(labels[0], {str(label) for label in labels}, given)
    reading = asked.but(score=None, scores=None, decides="label")
    if asked.scores is not None:
        scored = _scored(asked.but(label=None), parts, given)
        return scored.but(label=asked.label, decides="label")
    if asked.score is None:
        return reading
    pairs = [(one.label, unwrapped(one.score)) for one in parts if is_number(unwrapped(one.score))]
    if not pairs:
        return reading
    kept = [unwrapped(label) for label, _ in pairs]
    return with_score(reading, asked.score, kept, [score for _, score in pairs], given)


def _scored(asked: Reading, parts: Sequence[Parts], given: Given) -> Reading:
    """Return the reading of one score or of several."""
    if asked.scores is not None:
        found = infer([one.scores for one in parts if one.scores is not None], given, "@")
        if found is None or found.scores is None:
            raise Ambiguous(parts[0].scores, ("no scores by class",), "Correct the place in answer")
        return asked.but(order=found.order, decides="score", rounded=found.rounded)
    scores = [unwrapped(one.score) for one in parts if is_number(unwrapped(one.score))]
    if given.task == "regression" or not scores:
        return asked
    if given.task == "multiclass":
        raise Ambiguous(scores[0], ("one score of several classes",), "Give label or scores")
    if not given.takes_any_number and not in_unit(scores):
        raise outside_refused(scores, str(asked.score))
    rounded = is_rounded(scores) and not given.takes_any_number
    return asked.but(score_of=given.rules.score_of or "positive", decides="score", rounded=rounded)
