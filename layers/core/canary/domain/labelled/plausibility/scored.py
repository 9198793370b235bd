"""What can be checked of a scorer of one's own: that it tells answers apart at all.

Rules: pure. Which mean chance would reach, only the scorer knows: that is told and not guessed.
"""

from collections.abc import Sequence

from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.counts import AnswerTally
from canary.domain.labelled.plausibility.doubts import Doubt

UNCHECKED = (
    " Not checked: whether the scorer tells good answers from bad ones, and whether the baseline's "
    "mean is better than chance."
)


def with_scores(before: AnswerTally, outcomes: Sequence[AnswerPair]) -> AnswerTally:
    """Return the counts with the least and the greatest score that an answer got."""
    given = [
        score
        for one in outcomes
        if one.scores is not None
        for score, told in zip(one.scores, (one.baseline, one.canary), strict=True)
        if told is not None
    ]
    found = [*given, *(before.score_range or ())]
    return before.but(score_range=(min(found), max(found))) if found else before


def scorer_doubts(tally: AnswerTally) -> tuple[Doubt, ...]:
    """Return the doubt in a scorer that gives every answer the same, between its best and its
    worst: nothing but the best may be deserved, nothing but the worst is doubted elsewhere. It
    speaks against a PASS alone: failures make a canary worse whatever a scorer gives to answers.
    """
    found = tally.score_range
    if found is None or found[0] < found[1] or not 0 < found[0] < 1:
        return ()
    return (
        Doubt(
            f"the scorer gives {found[0]:.4g} to every answer of both variants on "
            f"{tally.records:,} records",
            open=True,
        ),
    )


def scorer_told(tally: AnswerTally) -> str:
    """Return what was not checked of a scorer."""
    best = tally.score_range == (1.0, 1.0)
    return " The scorer gives 1 to every answer of both variants." * best + UNCHECKED
