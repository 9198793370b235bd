"""A value guard from points to a verdict: one number a minute, worse in most of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.metrics import MetricReading, RawSeries, windows_of
from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.guards import REQUESTS, CountGuard, GuardHistory
from canary.domain.plan.spec import ErrorRates
from canary.domain.plan.standard_guards import guards_of
from tests.unit.judge.worlds import START, bake, plan
from tests.unit.plan.test_custom_keys import OWN, spec

MEMORY: dict[str, Any] = {
    "name": "gpu_memory",
    "value": {
        "namespace": "Churn",
        "metric": "GpuMemory",
        "dimensions": OWN,
        "statistic": "Average",
    },
    "unit": " GB",
}


def own(**changes: Any) -> CountGuard:
    """Return the guard as planned after a day of 4 GB."""
    guard = guards_of(spec(values=[{**MEMORY, **changes}]).guards, {})[-1]
    return guard.but(history=GuardHistory(minutes=1440, rate=4.0))


def look(
    guard: CountGuard, canary: Callable[[int], float | None], minutes: int, step: int = 1
) -> Judgement:
    """Return the judgement of a step after so many minutes at these values, the baseline at 4."""
    rng = np.random.default_rng(3)

    def side(value: float | None, requests: int) -> Counts:
        values = {} if value is None else {"gpu_memory": value * rng.lognormal(0, 0.02)}
        return Counts(requests=requests, guards={}, values=values)

    alone = step == 3
    windows = [
        Window(
            minute=START + m,
            canary=side(canary(m), 300),
            baseline=None if alone else side(4.0, 5700),
        )
        for m in range(minutes)
    ]
    budget = share_out(ErrorRates(), [guard.name], labelled_set=False)
    return judge(plan(guards=(guard,), budget=budget), [bake(step)], windows, START + minutes)


def test_a_canary_that_needs_more_is_taken_back_and_told_so() -> None:
    """Half as much again: worse in every minute."""
    judgement = look(own(), lambda _: 6.0, 12)
    assert (judgement.verdict, judgement.decided_by) == ("ROLL_BACK", "gpu_memory")
    assert (
        "the canary has higher gpu memory than 1.1x the baseline in more than half of the minutes: "
        "canary 5.9"
    ) in judgement.reason
    assert " GB on average, worse in " in judgement.reason


@pytest.mark.parametrize("value", [2.0, 4.0, 4.2])
def test_a_canary_within_the_margin_passes_in_its_minutes(value: float) -> None:
    """Less, the same, or a little more: shown within the early margin after some ten minutes."""
    judgement = look(own(), lambda _: value, 14)
    assert judgement.verdict == "ADVANCE", judgement.reason


def test_every_third_minute_worse_is_not_most_minutes() -> None:
    """What it cannot see it does not claim: it judges minutes, and most are good."""
    assert look(own(), lambda m: 9.0 if m % 3 == 0 else 4.0, 60).verdict != "ROLL_BACK"


def test_where_higher_is_better_the_loss_counts() -> None:
    """Cache hits: fewer are worse, more never are."""
    guard = own(better="higher", called="cache hits")
    assert look(guard, lambda _: 8.0, 14).verdict == "ADVANCE"
    fallen = look(guard, lambda _: 2.0, 14)
    assert fallen.verdict == "ROLL_BACK"
    assert "lower cache hits than the baseline / 1.1 in more than half" in fallen.reason


def test_missing_values_are_no_data_and_hold() -> None:
    """Silence is not good news."""
    judgement = look(own(), lambda _: None, 30)
    assert (judgement.verdict, judgement.findings[0].label) == ("HOLD", "NO_DATA")


def test_alone_it_is_held_against_the_day() -> None:
    """At 100% the catastrophe margin of what the baseline last had."""
    assert look(own(), lambda _: 9.0, 14, step=3).verdict == "ROLL_BACK"
    assert look(own(), lambda _: 5.0, 14, step=3).verdict == "ADVANCE"


def test_it_is_judged_beside_guards_of_counts() -> None:
    """Each has its part of the error budget, and its own words."""
    errors = guards_of(spec().guards, {})[0]
    budget = share_out(ErrorRates(), ["errors", "gpu_memory"], labelled_set=False)
    windows = [
        Window(
            minute=START + m,
            canary=Counts(requests=300, guards={"errors": (0, 300)}, values={"gpu_memory": 6.0}),
            baseline=Counts(requests=5700, guards={"errors": (6, 5700)}, values={"gpu_memory": 4}),
        )
        for m in range(12)
    ]
    planned = plan(guards=(errors, own()), budget=budget)
    assert judge(planned, [bake(1)], windows, START + 12).decided_by == "gpu_memory"


def test_values_are_read_and_several_baselines_are_their_mean_by_requests() -> None:
    """A baseline with three times the traffic weighs three times as much."""
    guard = own()
    assert guard.value is not None
    series = {
        metric.at("churn", variant): RawSeries(minutes={1: value})
        for variant, requests, memory in (("v1", 300.0, 4.0), ("v3", 100.0, 8.0), ("v2", 20.0, 5.0))
        for metric, value in ((REQUESTS, requests), (guard.value, memory))
    }
    (window,) = windows_of(MetricReading("churn", (guard,)), series, "v2", ["v1", "v3"])
    assert window.canary is not None
    assert window.baseline is not None
    assert (window.canary.values, window.baseline.values) == (
        {"gpu_memory": 5.0},
        {"gpu_memory": 5.0},
    )
