"""A score beside a label: whose probability it is."""

from collections.abc import Sequence
from typing import Any

from canary.domain.labelled.contract import Reading
from canary.domain.plan.quality.answer_keys import AnswerPath, ScoreOf
from canary.labelled.answers.inference.ambiguity import Ambiguous, as_rules
from canary.labelled.answers.inference.given import Given, finite, in_unit, is_rounded
from canary.labelled.numbers import is_number

MOST_CONTRADICTED = 0.1
"""The share of the first labels that the scores beside them may contradict in every reading."""


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
        _check_contradictions(labels, scores, (reading.label, place), given)
        return reading.but(unread=place)
    rounded = is_rounded(scores) and not given.takes_any_number
    return reading.but(score=place, score_of=whose, rounded=rounded)


def _whose(labels: Sequence[Any], scores: Sequence[float], given: Given) -> ScoreOf | None:
    """Return whose probability a score is where labels and scores together allow one answer alone.

    The predicted label's is never below a half, the positive label's is lower wherever the other
    label is predicted.
    """
    below, above = _by_label(labels, scores, given)
    if not below or not above:
        return None
    predicted = min(*below, *above, 1.0) >= 0.5
    positive = max(below) <= min(above)
    if predicted == positive:
        return None
    return "predicted" if predicted else "positive"


def _by_label(
    labels: Sequence[Any], scores: Sequence[float], given: Given
) -> tuple[list[float], list[float]]:
    """Return the scores beside the negative label, and those beside the positive one."""
    decisions = [given.label_of(label) for label in labels]
    if len(decisions) != len(scores):
        return [], []
    pairs = list(zip(decisions, scores, strict=True))
    return [score for one, score in pairs if one == "0"], [
        score for one, score in pairs if one == "1"
    ]


def _check_contradictions(
    labels: Sequence[Any],
    scores: Sequence[Any],
    places: tuple[AnswerPath | None, AnswerPath],
    given: Given,
) -> None:
    """Return where a reading explains all but few of the scores beside their labels; raise
    Ambiguous where each contradicts many.
    """
    if given.task != "binary" or not in_unit(scores):
        return
    below, above = _by_label(labels, finite(scores), given)
    predicted = sum(score < 0.5 for score in (*below, *above))
    positive = min(
        sum(score > at for score in below) + sum(score < at for score in above)
        for at in (0.0, *below, *above, 1.0)
    )
    least = min(predicted, positive)
    if least <= max(1, MOST_CONTRADICTED * (len(below) + len(above))):
        return
    positively = f"P(label {given.known.positive})"
    readings = (
        f"the label, contradicted in {least} of {len(labels)} answers by the score beside it",
        f"{positively}, and the label is of something else",
        "P(the other label), or a number that is no probability of either",
    )
    label, score = places
    remedy = (
        f"Say what decides: the label alone, {as_rules(label=label)}, or the score alone, "
        f"{as_rules(score=score, score_of='positive')}"
    )
    raise Ambiguous(scores[0], readings, remedy)
