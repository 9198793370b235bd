"""One plan for planner, forecast, replay and backtest: what was asked and what was found, in."""

from collections.abc import Sequence
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.judge.windows import Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.make_plan import Facts, make_plan
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec, read_spec
from canary.stats.history import Minute
from canaryctl.offline_plan import plan_offline
from canaryctl.report.facts import guard_rows
from tests.rollouts import a_view, side_counts

DAY = 1440


def spec(**changes: Any) -> Spec:
    """Return the minimal spec with changes."""
    return read_spec({"endpoint": "churn", "canary": "v2", **changes})


def day(bad: int) -> Sequence[Minute]:
    """Return a day of equal minutes with 100 requests."""
    return [(100, bad)] * DAY


def test_a_plan_is_what_was_asked_and_what_was_found() -> None:
    """Weights, thresholds and history are the facts'; the course is the spec's."""
    facts = Facts(
        endpoint=a_view({"v1": 3.0, "v2": 0.0, "v3": 0.0}),
        history={"errors": day(1), "slow_requests": day(5)},
        thresholds={"slow_requests": 40.0},
        alarms={},
    )
    plan = make_plan(spec(watch_minutes=7), facts)
    assert (plan.baselines, plan.safe_target.weights["v2"], plan.watch_minutes) == (("v1",), 0, 7)
    assert [guard.history.rate for guard in plan.guards] == [0.01, 0.05]
    assert plan.guards[1].words.detail == "over 40 ms"
    assert plan.notices == (
        "One minute of errors and slow requests may take the canary back, early in a step.",
    )


def test_the_same_facts_make_the_same_guards_online_and_offline() -> None:
    """A replay judges as the rollout would have judged."""
    history = [
        Window(minute=minute, baseline=side_counts(100, 1, 5), canary=None) for minute in range(DAY)
    ]
    given = spec(guards={"slow_requests": {"threshold_ms": 200}})
    online = make_plan(
        given, Facts(endpoint=a_view(), history={"errors": day(1), "slow_requests": day(5)})
    )
    offline = plan_offline(given, history)
    assert offline.guards == online.guards
    assert offline.budget == online.budget
    assert [step.share for step in offline.steps] == [step.share for step in online.steps]


def test_a_guard_that_cannot_be_measured_is_left_out_and_told_unless_it_was_named() -> None:
    """What the spec leaves to us is told; what it names is refused with the remedy."""
    facts = Facts(endpoint=a_view(), unmeasured={"slow_requests": "nothing counts them"})
    plan = make_plan(spec(), facts)
    assert list(plan.budget.guards) == ["errors"]
    assert plan.notices[0] == "slow_requests is not watched: nothing counts them."
    with pytest.raises(Refused, match=r"guards\.slow_requests: nothing counts them"):
        make_plan(spec(guards={"slow_requests": {}}), facts)


@pytest.mark.parametrize(("asked", "planned"), [({}, 2), ({"warm_up_minutes": 9}, 9)])
def test_the_warm_up_is_the_specs_and_two_minutes_where_no_plan_says_it(
    asked: dict[str, int], planned: int
) -> None:
    """A plan stored before specs had one reads as it was carried out."""
    plan = make_plan(spec(**asked), Facts(endpoint=a_view()))
    assert plan.warm_up_minutes == planned
    stored = plan.model_dump(mode="json")
    del stored["warm_up_minutes"]
    assert Plan.model_validate(stored).warm_up_minutes == 2


def test_a_learnt_threshold_is_told_with_where_it_comes_from() -> None:
    """In the first message and in the table of what is watched; one that was given is not."""
    facts = Facts(
        endpoint=a_view(),
        thresholds={"slow_requests": 43.25},
        origins={"slow_requests": "the median of 24 hours"},
    )
    plan = make_plan(spec(), facts)
    assert "slow_requests counts requests over 43.25 ms: the median of 24 hours." in plan.notices
    assert "Threshold: the median of 24 hours" in guard_rows(plan)[1][-1]
    given = make_plan(
        spec(guards={"slow_requests": {"threshold_ms": 200}}), Facts(endpoint=a_view())
    )
    assert "Threshold" not in guard_rows(given)[1][-1]


@pytest.mark.parametrize(
    ("states", "refused"),
    [(None, False), ({"p99": "OK"}, False), ({}, True), ({"p99": "ALARM"}, True)],
)
def test_alarms_are_checked_where_somebody_looked(
    states: dict[str, str] | None, *, refused: bool
) -> None:
    """Offline nobody knows of alarms; before a rollout a missing or ringing one is refused."""
    facts = Facts(endpoint=a_view(), alarms=states)
    asked = spec(guards={"alarms": ["p99"]})
    if not refused:
        assert make_plan(asked, facts).alarms == ("p99",)
        return
    with pytest.raises(Refused, match=r"guards\.alarms\[0\]"):
        make_plan(asked, facts)


def test_little_history_is_told_and_teaches_nothing_of_bursts() -> None:
    """Half a day is too little to tell bursts from chance."""
    wild: list[Minute] = [(100, 0), (100, 40)] * 300
    plan = make_plan(spec(), Facts(endpoint=a_view(), history={"errors": wild}))
    assert "600 minutes of history, not 720" in plan.notices[0]
    assert plan.guards[0].history.known.burstiness == 0


def test_history_of_an_older_plan_is_not_trusted_beyond_its_minutes() -> None:
    """Burstiness stored with too few minutes is not used."""
    little = GuardHistory(minutes=60, rate=0.01, burstiness=2.0, burst_lags=3)
    assert (little.known.burstiness, little.known.burst_lags) == (0, 0)
    assert little.but(minutes=DAY).known.burstiness == 2.0


def test_an_alarm_without_data_is_named_with_a_remedy() -> None:
    """It may get data from the canary alone, so it is no reason to refuse, and told before it
    counts.
    """
    facts = Facts(endpoint=a_view(), alarms={"p99": "INSUFFICIENT_DATA", "5xx": "OK"})
    asked = spec(guards={"alarms": ["p99", "5xx"]}, hold_at_most_minutes=60)
    told = [notice for notice in make_plan(asked, facts).notices if "Alarm" in notice]
    assert len(told) == 1
    for part in ("Alarm p99 has no data (INSUFFICIENT_DATA)", "60 minutes", "notBreaching"):
        assert part in told[0]


HALF_FAIL = Facts(endpoint=a_view({"v1": 1.0, "v2": 0.0}), history={"errors": day(50)})


def test_a_default_margin_that_nothing_exceeds_is_told() -> None:
    """Where half of all requests fail, three times as many cannot; the rollout may mend just
    that.
    """
    notices = [one for one in make_plan(spec(), HALF_FAIL).notices if "no canary could" in one]
    assert [one.split(" ", 1)[0] for one in notices] == ["errors.early_steps"]
    assert "lets everything pass" in notices[0]


@pytest.mark.parametrize("name", ["roll_back_beyond", "last_gate", "early_steps"])
def test_a_written_margin_that_nothing_exceeds_is_refused(name: str) -> None:
    """Half of all requests and sixty points more are all there is."""
    errors = {name: {"ratio": 1, "percentage_points": 60}}
    with pytest.raises(Refused, match=rf"guards.errors.{name}: no canary could"):
        make_plan(spec(guards={"errors": errors}), HALF_FAIL)
