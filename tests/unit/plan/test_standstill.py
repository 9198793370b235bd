"""How long limits stood still: a minute counts once, whatever the stretches."""

import random

from canary.domain.plan.standstill import Standstill, stood_still, stood_still_words
from canary.domain.time import minute_of
from tests.rollouts import NOON, after

FIRST = minute_of(NOON)


def stretch(first: float, last: float | None, **changes: str) -> Standstill:
    """Return a stretch between two minutes after noon."""
    until = None if last is None else after(60 * last)
    return Standstill(since=after(60 * first), until=until).but(**changes)


def test_the_union_of_any_stretches_is_counted_as_minute_by_minute() -> None:
    """In any order, overlapping, empty, turned round and beyond both ends."""
    dice = random.Random(3)
    for _ in range(300):
        stretches = [
            stretch(dice.randrange(-20, 120), dice.randrange(-20, 120))
            for _ in range(dice.randrange(6))
        ]
        now = dice.randrange(1, 100)
        whole = {
            minute
            for one in stretches
            for minute in range(minute_of(one.since), minute_of(one.until or NOON))
            if FIRST <= minute < FIRST + now
        }
        assert stood_still(stretches, FIRST, FIRST + now) == len(whole)


def test_a_minute_that_is_only_touched_counts() -> None:
    """In favour of the person, and never more than the minutes there were."""
    assert stood_still([stretch(1.5, 1.6)], FIRST, FIRST + 10) == 1
    assert stood_still([stretch(0, 1000)], FIRST, FIRST + 10) == 10


def test_what_waits_for_an_answer_has_no_end_yet() -> None:
    """An approval stands still until now."""
    waiting = stretch(5, None, kind="approval")
    assert stood_still([waiting], FIRST, FIRST + 30) == 25
    assert stood_still_words([waiting], FIRST, FIRST + 30) == (
        "25 min more stood still: waiting for an approval"
    )


def test_it_is_told_for_whom_and_how_often() -> None:
    """The newest of those that mattered speaks for them."""
    mine = [stretch(1, 3, by="ana"), stretch(5, 8, by="ben", reason="lunch"), stretch(40, 50)]
    assert stood_still_words(mine, FIRST, FIRST + 30) == (
        "5 min more stood still, 2 times, the last: paused by ben until 2026-03-02 12:08:00 UTC "
        "(lunch)"
    )
    assert stood_still_words([], FIRST, FIRST + 30) == ""
