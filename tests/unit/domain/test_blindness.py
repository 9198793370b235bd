"""What nobody could see is told in words, with a remedy."""

import pytest

from canary.domain.rollout.blindness import blindness, remedy, why_unheard
from canary.domain.rollout.brakes import Situation, held
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.tick import Blind, Tick
from canary.domain.time import minute_of
from tests.rollouts import NOON, a_record, a_view, after
from tests.unit.flow.decider_stage import baking

MINUTE = minute_of(NOON)
THROTTLED = Blind(
    query="GetMetricData", error="ThrottlingException: Rate exceeded", since_minute=MINUTE + 4
)


def a_tick(minute: int = 10, *blind: Blind) -> Tick:
    """Return the tick of a minute after noon."""
    return Tick(
        rollout="churn-1",
        minute=MINUTE + minute,
        complete=not blind,
        alarms={},
        endpoint=a_view(),
        blind=blind,
    )


def told(tick: Tick | None, minute: int = 10) -> str:
    """Return what is told so many minutes after noon."""
    return blindness(tick, "churn", after(60 * minute))


def test_nothing_is_told_while_everything_is_seen() -> None:
    """A tick that is three minutes old says enough."""
    assert told(a_tick(10), 13) == ""


def test_a_failing_read_is_told_with_its_error_since_when_and_remedy() -> None:
    """By AWS's own name."""
    assert told(a_tick(10, THROTTLED)) == (
        "Blind since 12:04 UTC: GetMetricData answers ThrottlingException: Rate exceeded. "
        "That is the account's quota, not the canary: it comes back when fewer calls are made; ask "
        "for a higher quota of GetMetricData"
    )


def test_many_partial_metrics_are_counted_and_the_longest_leads() -> None:
    """Three are named."""
    partial = [
        Blind(query=f"GetMetricData of M{i}", error="PartialData", since_minute=MINUTE + 9 - i)
        for i in range(5)
    ]
    assert told(a_tick(10, *partial)).startswith(
        "Blind since 12:05 UTC: GetMetricData of M4 answers PartialData (and GetMetricData of M0, "
        "GetMetricData of M1 and 2 more). Look at the AWS Health Dashboard"
    )


def test_a_collector_that_stopped_is_told_with_what_it_last_saw() -> None:
    """Since its last tick, and that it was blind by then."""
    assert "since 12:10 UTC: the collector does not run" in told(a_tick(10), 20)
    assert "it was blind then already: Blind since 12:04" in told(a_tick(10, THROTTLED), 20)
    assert "alarms yet: the collector does not run" in told(None)


def test_a_restore_for_blindness_says_what_it_was() -> None:
    """And when the ticks saw everything, that nobody passed it on."""
    blind = why_unheard(a_tick(10, THROTTLED), "churn", after(600))
    assert blind.startswith("Ten minutes went by without a look that saw everything. Blind since")
    deaf = why_unheard(a_tick(10), "churn", after(600))
    assert "without a word from the decider, though the look of 12:10 UTC saw everything" in deaf


@pytest.mark.parametrize(
    ("query", "error", "part"),
    [
        ("DescribeEndpoint", "AccessDeniedException: no", "Allow sagemaker:DescribeEndpoint"),
        ("DescribeAlarms", "AccessDenied", "Allow cloudwatch:DescribeAlarms"),
        ("GetMetricData of M Sum (e, v)", "Forbidden", "Allow cloudwatch:GetMetricData"),
        ("GetMetricData", "Could not connect to the endpoint", "collector's way to cloudwatch"),
        ("GetMetricData", "AWS is slow: no time was left", "collector's duration"),
        ("UpdateItem", "ValueError", "collector's log"),
    ],
)
def test_every_kind_of_failure_has_a_remedy(query: str, error: str, part: str) -> None:
    """Named after the action, where a permission would do."""
    assert part in remedy(Blind(query=query, error=error, since_minute=0))


def test_the_share_does_not_rise_in_the_dark() -> None:
    """However strong the evidence from before."""
    record = baking(a_record())
    found = held(Situation(record, Surroundings(a_tick(10, THROTTLED), after(600)), "enough"))
    assert found is not None
    assert (found.by, found.reason[:5]) == ("judge", "Blind")
    assert held(Situation(record.but(step=0), Surroundings(None, after(600)), "enough")) is None
