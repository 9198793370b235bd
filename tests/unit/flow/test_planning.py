"""From a spec to a plan: what is measured at the start, what is told, and what is refused."""

from typing import Any

import pytest

from canary.domain.errors import AwsDenied, Refused
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.release.staging import Release
from canary.domain.plan.spec import Spec
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.flow.plan import Planner, rollout_id
from tests.metrics import MemoryMetrics, Points, points
from tests.ports import (
    MemoryAlarms,
    MemoryDays,
    MemoryRollouts,
    ScriptedEndpoint,
)
from tests.rollouts import HOLDER, NOON, a_view, waiting
from tests.subscribers import CountedSubscribers


def history(
    minutes: int, *, errors: float = 1, within: float | None = 95, requests: float = 100
) -> Points:
    """Return so many equal minutes up to just before noon."""
    minute = points(requests, errors, requests, within)
    end = minute_of(NOON) - 1
    return dict.fromkeys(range(end - minutes, end), minute)


def _not_asked_for(_spec: Spec, rollout: str, _view: EndpointView) -> Release:
    """Fail: nothing of these specs is to be built."""
    raise AssertionError(rollout)


class Stage:
    """A planner on ports in memory."""

    def __init__(
        self,
        metrics: MemoryMetrics | None = None,
        view: EndpointView | None = None,
        subscribers: CountedSubscribers | None = None,
        **alarms: str,
    ) -> None:
        self.rollouts, self.days = MemoryRollouts(), MemoryDays()
        self.checked: list[object] = []
        metrics = metrics or MemoryMetrics({"v1": history(1440)}, p95_ms=40.0)
        endpoint = ScriptedEndpoint(view or a_view())
        self.planner = Planner(
            self.rollouts,
            self.days,
            endpoint,
            endpoint,
            metrics,
            MemoryAlarms(**alarms),
            self.checked.append,
            _not_asked_for,
            subscribers,
        )

    def plan(self, **spec: Any) -> Record:
        """Plan the minimal spec with changes."""
        return self.planner.plan({"endpoint": "churn", "canary": "v2", **spec}, HOLDER, NOON)


def test_a_day_of_history_teaches_rate_and_traffic() -> None:
    """What the baseline did is remembered by the plan."""
    errors, slow = Stage().plan().plan.guards
    assert (errors.history.minutes, errors.history.rate, errors.history.requests_per_minute) == (
        1440,
        0.01,
        100,
    )
    assert (slow.name, slow.words.detail, slow.history.rate) == (
        "slow_requests",
        "over 43.25 ms",
        0.05,
    )
    assert slow.source is not None
    assert slow.source.marked.statistic == "TC(:43250)"


def test_the_day_is_kept_before_the_record() -> None:
    """What the plan says is there is there: the minutes of every guard, without the worst hours."""
    stage = Stage()
    record = stage.plan()
    day = stage.days.load(record.rollout)
    assert day is not None
    assert set(day.guards) == set(record.plan.days) == {"errors", "slow_requests"}
    assert record.plan.days["errors"].pairs == len(day.pairs("errors")) > 1200
    assert "One minute of errors and slow requests may take the canary back" in (
        waiting(record)[0].body
    )


def test_too_little_history_keeps_no_day_and_says_what_that_means() -> None:
    """Under 720 minutes nothing is compared with, and no single minute decides."""
    stage = Stage(MemoryMetrics({"v1": history(719)}, p95_ms=40.0))
    record = stage.plan()
    assert stage.days.load(record.rollout) is None
    assert "No single minute of errors and slow requests takes" in waiting(record)[0].body


def test_too_little_history_is_told() -> None:
    """Under 720 minutes nothing is known of bursts, and the first message says so."""
    record = Stage(MemoryMetrics({"v1": history(719)}, p95_ms=40.0)).plan()
    assert "nothing is known of bursts" in waiting(record)[0].body


@pytest.mark.parametrize(("minutes", "told"), [(0, True), (70, True), (1368, False), (1440, False)])
def test_a_baseline_that_is_often_silent_is_told_before_anything_moves(
    minutes: int, *, told: bool
) -> None:
    """It blinds nobody; the others teach what there is to learn."""
    metrics = MemoryMetrics({"v1": history(1440), "v3": history(minutes)}, p95_ms=40.0)
    record = Stage(metrics, a_view({"v1": 1.0, "v2": 0.0, "v3": 0.01})).plan()
    assert record.plan.guards[0].history.minutes == 1440
    silent = f"v3 was silent in {1440 - minutes:,} of the history's 1,440 minutes"
    assert (silent in waiting(record)[0].body) is told


def test_callers_that_pin_the_canary_are_told_before_anything_moves() -> None:
    """At weight 0 nobody else reaches it; now and then a request is no caller."""
    pinned = {"v1": history(1440), "v2": history(30, requests=12)}
    record = Stage(MemoryMetrics(pinned, p95_ms=40.0)).plan()
    assert "v2 gets about 12 requests a minute at weight 0" in waiting(record)[0].body
    assert "TargetVariant" in waiting(record)[0].body
    assert record.plan.canary_requests_at_rest == 12
    gone = {minute: one for minute, one in pinned["v2"].items() if minute < minute_of(NOON) - 6}
    record = Stage(MemoryMetrics({**pinned, "v2": gone}, p95_ms=40.0)).plan()
    assert "TargetVariant" not in waiting(record)[0].body
    seldom = dict(list(history(30, requests=12).items())[::3])
    record = Stage(MemoryMetrics({**pinned, "v2": seldom}, p95_ms=40.0)).plan()
    assert "TargetVariant" not in waiting(record)[0].body


def test_a_canary_that_is_served_by_its_weight_is_not_pinned() -> None:
    """Its requests are its share of the traffic."""
    pinned = {"v1": history(1440), "v2": history(30, requests=12)}
    live = a_view({"v1": 0.9, "v2": 0.1})
    record = Stage(MemoryMetrics(pinned, p95_ms=40.0), live).plan(adopt_live=True)
    assert record.plan.canary_requests_at_rest == 0


def test_slow_requests_are_left_out_and_told_where_nothing_is_measured() -> None:
    """A statistic that is not there is never silently ignored."""
    record = Stage(MemoryMetrics({"v1": history(1440, within=None)}, p95_ms=40.0)).plan()
    assert [guard.name for guard in record.plan.guards] == ["errors"]
    assert "slow_requests is not watched: CloudWatch does not give" in waiting(record)[0].body


@pytest.mark.parametrize(
    "metrics",
    [
        MemoryMetrics({"v1": history(1440, within=None)}, p95_ms=40.0),
        MemoryMetrics({"v1": history(1440)}),
    ],
)
def test_slow_requests_named_in_the_spec_are_refused_where_nothing_is_measured(
    metrics: MemoryMetrics,
) -> None:
    """What the user asked for by name must be possible."""
    with pytest.raises(Refused, match=r"guards\.slow_requests"):
        Stage(metrics).plan(guards={"slow_requests": {}})


def test_slow_requests_can_be_switched_off() -> None:
    """`null` means: do not watch it, and say nothing."""
    record = Stage().plan(guards={"slow_requests": None})
    assert [guard.name for guard in record.plan.guards] == ["errors"]
    assert "slow_requests" not in waiting(record)[0].body


def test_a_step_that_cannot_conclude_is_told_before_anything_moves() -> None:
    """The forecast's warning is part of the first message."""
    starved = MemoryMetrics({"v1": history(1440, requests=2, errors=0.0, within=2)}, p95_ms=40.0)
    assert "Forecast: step 1 (5%) cannot conclude" in waiting(Stage(starved).plan())[0].body
    with pytest.raises(Refused, match="require_conclusive"):
        Stage(starved).plan(require_conclusive=True)


def test_planning_twice_for_the_same_execution_returns_the_same_rollout() -> None:
    """The answer to the first call may have been lost."""
    stage = Stage()
    assert stage.plan() == stage.plan()
    assert len(stage.rollouts.records) == 1


def test_a_held_endpoint_is_refused() -> None:
    """Another execution's lease is respected."""
    stage = Stage()
    stage.plan()
    with pytest.raises(Refused, match="holds it"):
        stage.planner.plan({"endpoint": "churn", "canary": "v2"}, HOLDER + "2", NOON)


@pytest.mark.parametrize(("state", "words"), [("ALARM", "is in ALARM"), (None, "no alarm named")])
def test_an_alarm_missing_or_ringing_is_refused(state: str | None, words: str) -> None:
    """Nothing starts into an incident, or guarded by an alarm that is not there."""
    alarms: dict[str, Any] = {"churn": state} if state else {}
    stage = Stage(**alarms)
    with pytest.raises(Refused, match=words):
        stage.plan(guards={"alarms": ["churn"]})
    assert not stage.rollouts.records


def test_the_labelled_set_is_checked_before_the_lease() -> None:
    """A set that does not fit is refused with nothing changed."""
    stage = Stage()

    def refuse(spec: object) -> None:
        raise Refused("guards.quality.label_column", "no such column", "Name one")

    stage.planner._check_labelled_set = refuse
    with pytest.raises(Refused, match="label_column"):
        stage.plan(guards={"quality": {"labelled_set": "s3://b/k.csv"}})
    assert not stage.rollouts.leases


@pytest.mark.parametrize("endpoint", ["e", "e" * 63, "a-" * 20 + "b"])
def test_a_rollout_id_is_ours_and_short(endpoint: str) -> None:
    """At most 60 characters, so that a numbered execution name still fits, and the same for the
    same execution.
    """
    identity = rollout_id(endpoint, HOLDER)
    assert len(identity) <= 60
    assert identity == rollout_id(endpoint, HOLDER)
    assert identity != rollout_id(endpoint, HOLDER + "2")


def test_a_rollout_nobody_hears_of_says_so_first() -> None:
    """The first notice of plan and message, with what to do."""
    record = Stage(subscribers=CountedSubscribers(0)).plan()
    assert record.plan.notices[0].startswith("Nobody is told of this rollout: its topic has no")
    assert record.plan.notices[0] in waiting(record)[0].body


def test_somebody_who_is_subscribed_is_not_told_of() -> None:
    """Nor is anything, where nobody need be subscribed."""
    for subscribers in (CountedSubscribers(2), None):
        notices = Stage(subscribers=subscribers).plan().plan.notices
        assert not [notice for notice in notices if "subscri" in notice]


def test_a_count_that_cannot_be_read_is_told_and_stops_nothing() -> None:
    """It may be that nobody hears; the rollout begins all the same."""
    denied = AwsDenied("GetTopicAttributes: AuthorizationError: not yours")
    record = Stage(subscribers=CountedSubscribers(denied)).plan()
    assert record.plan.notices[0] == (
        "Whether anybody is subscribed could not be read "
        "(GetTopicAttributes: AuthorizationError: not yours)."
    )
