"""Which minutes are the evaluator's own traffic: those of its calls, and those they may touch."""

from datetime import UTC, datetime, timedelta

import pytest

from canary.domain.judge.windows import Window
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.judge import own_traffic_marked

LAST = 100
"""The minute of the last answer."""


def marked(until_second: float | None, **changes: int) -> list[int]:
    """Return the minutes marked where answers came in minutes 99 and 100, the evaluation being over
    at a second of minute 100.
    """
    over = datetime.fromtimestamp(60 * LAST, UTC)
    evidence = QualityEvidence(
        rollout="churn-1",
        endpoint="churn",
        baseline="v1",
        canary="v2",
        labelled_set="s3://labels/churn.csv",
        set_version="1",
        records_total=10,
        called_minutes=(LAST - 1, LAST),
        called_until=None if until_second is None else over + timedelta(seconds=until_second),
    ).but(**changes)
    windows = [Window(minute=m, baseline=None, canary=None) for m in range(LAST - 5, LAST + 5)]
    return [w.minute for w in own_traffic_marked(windows, evidence) if w.own_traffic]


def test_the_minute_after_an_evaluation_that_was_over_is_evidence() -> None:
    """Its last call ended well within the last minute, so none can be counted in the next."""
    assert marked(30) == [LAST - 2, LAST - 1, LAST]


@pytest.mark.parametrize("until", [None, -30, 57, 61, 200])
def test_the_minute_after_calls_that_may_have_touched_it_is_not(until: float | None) -> None:
    """Nobody knows when they were over, or it was near the minute's end or after it, or what was
    over then was an earlier evaluation.
    """
    assert marked(until) == [LAST - 2, LAST - 1, LAST, LAST + 1]


def test_of_shards_nobody_knows_when_they_are_over() -> None:
    """They call in functions of their own."""
    assert marked(30, shard_records=500)[-1] == LAST + 1


def test_without_a_labelled_set_nothing_is_marked() -> None:
    """There are no calls."""
    windows = [Window(minute=1, baseline=None, canary=None)]
    assert own_traffic_marked(windows, None) == tuple(windows)
