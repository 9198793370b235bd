"""A guard of the user's own is looked at before anything moves: refused, or told in the first
message.
"""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.forecast import forecast
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from tests.metrics import MemoryMetrics, Points
from tests.rollouts import NOON, waiting
from tests.unit.flow.test_planning import Stage, history

VARIANT = {"EndpointName": "${endpoint}", "VariantName": "${variant}"}
EMPTY = {
    "name": "empty_answers",
    "bad": {"namespace": "Churn", "metric": "Empty", "dimensions": VARIANT},
    "of": "requests",
}


def with_empty(every: int, bad: float, requests: float = 6000) -> Points:
    """Return a day in which every so many minutes have a point of the user's own metric."""
    return {
        minute: {**values, "Empty Sum": bad} if minute % every == 0 else values
        for minute, values in history(1440, requests=requests, within=requests).items()
    }


def planned(known: dict[str, Points], **changes: Any) -> Record:
    """Return the record of a plan with the guard."""
    stage = Stage(MemoryMetrics(known, p95_ms=40.0))
    return stage.plan(guards={"counts": [{**EMPTY, **changes}]})


def test_it_is_told_how_it_is_read_and_what_the_last_day_was() -> None:
    """One sentence before anything counts."""
    record = planned({"v1": with_empty(1, 300)})
    guard = record.plan.guards[-1]
    assert (guard.name, guard.history.rate, guard.history.minutes) == ("empty_answers", 0.05, 1440)
    body = waiting(record)[0].body
    assert (
        "empty_answers: Empty (Sum) among Invocations (Sum); 5% on v1 in the last day; a minute "
        "without a point means nothing is known, since the baseline shows it so; taken back at "
        "more empty answers than 1.05x the baseline + 0.1 pp; v2 has no point yet, as is usual "
        "before it serves." in " ".join(body.split())
    )


def test_a_gap_that_could_be_two_things_is_refused_before_the_lease() -> None:
    """Published now and then, never 0: only the user knows what the other minutes were."""
    with pytest.raises(Refused, match=r"guards\.counts\[0\]\.missing: in 1,435 of"):
        planned(
            {
                "v1": {
                    **history(1440),
                    minute_of(NOON) - 30: {"Invocations Sum": 9.0, "Empty Sum": 1.0},
                }
            }
        )


def test_history_counts_gaps_as_the_spec_says() -> None:
    """Zero: half the minutes had none, so the rate halves; unknown: they are left out."""
    known = {"v1": with_empty(2, 12)}
    zero, unknown = (planned(known, missing=m).plan.guards[-1] for m in ("zero", "unknown"))
    assert zero.history.rate == pytest.approx(0.001, rel=0.01)
    assert unknown.history.rate == pytest.approx(0.002)
    assert (zero.history.minutes, unknown.history.minutes) == (1436, 720)


@pytest.mark.parametrize(("known", "field"), [({}, "of"), ({"v1": history(1440)}, "bad")])
def test_a_metric_without_a_point_is_refused(known: dict[str, Points], field: str) -> None:
    """With the metric, the variant and where to look."""
    with pytest.raises(Refused, match=rf"guards\.counts\[0\]\.{field}: .*has no point.*v1"):
        planned(known, missing="zero")


def test_little_history_of_its_own_is_told() -> None:
    """The service has a day, this metric two hours."""
    full = with_empty(1, 300)
    young = {
        m: v if m > minute_of(NOON) - 121 else {k: v[k] for k in v if k != "Empty Sum"}
        for m, v in full.items()
    }
    record = planned({"v1": young}, missing="unknown")
    assert "empty_answers has 119 minutes of history, not 720" in waiting(record)[0].body


def test_a_value_is_told_with_its_mean_and_forecast_from_its_own_day() -> None:
    """What one number a minute was, and that a canary like the baseline passes."""
    day = {m: {**v, "Memory Average": 4.0 + m % 3} for m, v in history(1440, requests=6000).items()}
    value = {"namespace": "Churn", "metric": "Memory", "dimensions": VARIANT}
    memory = {"name": "memory", "unit": " GB", "value": {**value, "statistic": "Average"}}
    metrics = MemoryMetrics({"v1": day}, p95_ms=40.0)
    record = Stage(metrics).plan(guards={"values": [memory]})
    guard = record.plan.guards[-1]
    assert (guard.history.minutes, guard.history.rate) == (1440, pytest.approx(5.0))
    body = " ".join(waiting(record)[0].body.split())
    assert "memory: Memory (Average), 5 GB on average on v1 in the last day" in body
    assert "(it judges minutes, not requests); v2 has no point yet" in body
    unknown, fresh = {**memory, "value": {**value, "statistic": "p99"}}, Stage(metrics)
    with pytest.raises(Refused, match=r"guards\.values\[0\]\.value: Churn/Memory \(p99\) has no"):
        fresh.plan(guards={"values": [unknown]})


def test_a_value_is_forecast_as_its_own_minutes_differ() -> None:
    """Calm: shown within minutes, and twice as much falls as soon; restless: told before anything
    moves, with the margin it lies beyond.
    """

    def planned_with(values: list[float], **margins: Any) -> Record:
        usual = history(1440, requests=6000)
        day = {m: {**v, "Gpu Maximum": values[m % len(values)]} for m, v in usual.items()}
        value = {"namespace": "Churn", "metric": "Gpu", "dimensions": VARIANT}
        gpu = {"name": "gpu", "value": {**value, "statistic": "Maximum"}, **margins}
        stage = Stage(MemoryMetrics({"v1": day}, p95_ms=40.0))
        steps = [{"share": share} for share in (0.05, 0.75, 1.0)]
        return stage.plan(guards={"values": [gpu]}, steps=steps)

    calm, restless = planned_with([50.0, 51.0, 49.0]), planned_with([30.0, 90.0])
    steps = [step for step in forecast(calm.plan) if step.guard == "gpu"]
    assert [step.share for step in steps] == [0.05, 0.75]
    for step in steps:
        assert step.conclusive
        assert step.median_minutes == 8
        assert step.twice_as_bad_minutes is not None
        assert 9 <= step.twice_as_bad_minutes <= 12
        assert step.smallest_ratio is not None
        assert 1.05 < step.smallest_ratio < 1.2
    body = " ".join(waiting(restless)[0].body.split())
    assert "cannot conclude on gpu" in body
    assert "own minutes it is beyond 1.5x the baseline of the minute before" in body
    assert "at 75% the canary has more traffic than its baseline" in body
    # 160 beyond a mean of 60 is 3.7 times the mean; a minute is at most 3 times the one before.
    wide = {"ratio": 1.0, "absolute": 160.0}
    names = ("roll_back_beyond", "last_gate", "early_steps")
    within = planned_with([30.0, 90.0], **dict.fromkeys(names, wide))
    steps = [step for step in forecast(within.plan) if step.guard == "gpu"]
    assert all(step.conclusive for step in steps)
