"""A score beside a label: whose probability it is."""

from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.domain.plan.quality.answer_keys import AnswerPath, ScoreOf
from canary.labelled.answers.inference.given import Given, finite, in_unit, is_rounded
from canary.labelled.numbers import is_number


def with_score(
    reading: Reading, place: AnswerPath, labels: Sequence[Any], scores: Sequence[Any], given: Given
) -> Reading:
    """Return a label's reading with the score beside it: whose it is by the rules, else by what all
    answers allow, else left unread.
    """
    if not all(is_number(score) for score in scores):
        return reading
    whose = given.rules.score_of
    if whose is None and given.task == "binary" and in_unit(scores):
        whose = _whose(labels, finite(scores), given)
    if given.task == "multiclass":
        return reading
    if whose is None:
        return reading.but(unread=place)
    rounded = is_rounded(scores) and not given.takes_any_number
    return reading.but(score=place, score_of=whose, rounded=rounded)


def _whose(labels: Sequence[Any], scores: Sequence[float], given: Given) -> ScoreOf | None:
    """Return whose probability a score is where labels and scores together allow one answer alone.

    The predicted label's is never below a half, the positive label's is lower wherever the other
    label is predicted.
    """
    decisions = [given.label_of(label) for label in labels]
    if len(decisions) != len(scores):
        return None
    below = [score for one, score in zip(decisions, scores, strict=True) if one == "0"]
    above = [score for one, score in zip(decisions, scores, strict=True) if one == "1"]
    if not below or not above:
        return None
    predicted = min(*below, *above, 1.0) >= 0.5
    positive = max(below) <= min(above)
    if predicted == positive:
        return None
    return "predicted" if predicted else "positive"
