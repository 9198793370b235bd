"""With a control the canary is judged against it alone, whatever the baselines do."""

import random
from typing import Any

import pytest

from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.plan import BakeInterval, Plan, PlannedStep
from canary.domain.plan.steps import step_target
from canary.domain.plan.target import Target
from tests.rollouts import side_counts
from tests.unit.judge.test_composition import LIVE
from tests.unit.judge.worlds import START, bake, errors_guard, plan

SAFE = Target(weights={"baseline": 1.0, "canary": 0.0, "control": 0.0})
HISTORY = GuardHistory(minutes=1440, rate=0.001, burstiness=0.0, requests_per_minute=60_000)
Side = tuple[int, int] | None


def controlled(**changes: Any) -> Plan:
    """Return a plan with a control."""
    steps = tuple(
        PlannedStep(
            share=share,
            target=step_target(SAFE, "canary", share, "control"),
            bake_min_minutes=5,
            bake_max_minutes=60,
        )
        for share in (0.0, 0.05, 0.5, 1.0)
    )
    given: dict[str, Any] = {
        "control": "control",
        "safe_target": SAFE,
        "found_target": SAFE,
        "steps": steps,
    }
    return plan(**{**given, **changes})


def side(counts: Side) -> Counts | None:
    """Return one side's counts of (requests, errors)."""
    return None if counts is None else side_counts(*counts)


def minutes(
    many: int, canary: Side, control: Side, baseline: Side, first: int = START
) -> list[Window]:
    """Return equal minutes of all three."""
    return [
        Window(
            minute=first + index,
            canary=side(canary),
            control=side(control),
            baseline=side(baseline),
        )
        for index in range(many)
    ]


def look(
    windows: list[Window],
    after: int,
    the_plan: Plan | None = None,
    bakes: tuple[BakeInterval, ...] = LIVE,
) -> Judgement:
    """Judge so many minutes after the step began."""
    return judge(the_plan or controlled(), bakes, windows, START + after)


def test_a_canary_as_good_as_its_control_advances_beside_a_better_baseline() -> None:
    """Cold instances have ten times the baseline's errors on both: that is no matter of models."""
    windows = minutes(30, (3000, 30), (3000, 30), (54_000, 54))
    found = look(windows, 30)
    assert found.verdict == "ADVANCE"
    numbers = found.evidence.guards[0]
    assert (numbers.canary_bad, numbers.baseline_bad) == (28 * 30, 28 * 30)


def test_a_canary_worse_than_its_control_is_taken_back_beside_a_worse_baseline() -> None:
    """However bad the baseline is."""
    windows = minutes(30, (3000, 60), (3000, 6), (54_000, 5_400))
    found = look(windows, 30)
    assert found.verdict == "ROLL_BACK"
    assert "control 0.2%" in found.findings[0].reason


def test_without_its_control_nothing_is_known() -> None:
    """The baseline does not stand in for a control that is silent: the step holds."""
    found = look(minutes(30, (3000, 3), None, (57_000, 57)), 30)
    assert found.verdict == "HOLD"
    assert found.findings[0].label == "NO_DATA"


@pytest.mark.parametrize(
    ("canary", "control", "baseline", "told"),
    [
        (3000, 1500, 55_500, "its control control 2.5% instead of 5%"),
        (3000, 6000, 51_000, "its control control 10% instead of 5%"),
        (6000, 3000, 51_000, "the canary got 10% of"),
    ],
)
def test_a_share_that_is_not_the_planned_one_holds_the_step(
    canary: int, control: int, baseline: int, told: str
) -> None:
    """Of the control as of the canary."""
    found = look(minutes(30, (canary, 0), (control, 0), (baseline, 0)), 30)
    assert found.verdict == "HOLD"
    assert "traffic is not split as asked" in found.reason
    assert told in found.reason


def test_shares_as_planned_are_no_matter() -> None:
    """By lot, as requests come; also where the baseline has nothing any more."""
    lot = random.Random(5)
    half = (*LIVE[:1], bake(2))
    windows = [
        one
        for index in range(40)
        for one in minutes(
            1, (30_000 + lot.randint(-100, 100), 30), (30_000, 30), None, START + index
        )
    ]
    found = look(windows, 40, bakes=half)
    assert found.verdict == "ADVANCE"
    assert found.evidence.log_split < 0


def test_a_disaster_blows_the_fuse_against_the_control() -> None:
    """Two minutes of it, on the way to one half as well, where the baseline serves nothing."""
    windows = minutes(2, (30_000, 30_000), (30_000, 30), None)
    found = look(windows, 3, bakes=(*LIVE[:1], bake(2)))
    assert found.verdict == "ROLL_BACK"


def test_the_watch_goes_by_the_baseline_and_by_the_control_where_that_was_idle() -> None:
    """A control is colder: while the baseline serves, its rate is what the canary has to keep."""
    known = controlled(guards=(errors_guard(HISTORY),))
    early = (*LIVE[:1], bake(1, left=START + 30), bake(3, START + 31))
    alone = minutes(20, (60_000, 60), None, None, START + 33)
    beside = minutes(30, (3000, 30), (3000, 30), (54_000, 54))
    by_baseline = judge(known, early, [*beside, *alone], START + 50)
    assert by_baseline.evidence.guards[0].reference_rate == pytest.approx(0.001)
    idle = (*LIVE[:1], bake(2, left=START + 30), bake(3, START + 31))
    half = minutes(30, (30_000, 60), (30_000, 60), (0, 0))
    by_control = judge(known, idle, [*half, *alone], START + 50)
    assert by_control.evidence.guards[0].reference_rate == pytest.approx(0.002)


def test_a_minute_in_which_the_control_still_serves_is_not_one_of_the_canary_alone() -> None:
    """The split of a warm-up's minutes tells whether the last step's weights served yet."""
    bakes = (*LIVE[:1], bake(3))
    known = controlled(guards=(errors_guard(HISTORY),))
    windows = minutes(1, (60_000, 0), (5, 0), None, START - 1)
    assert judge(known, bakes, windows, START + 1).verdict == "HOLD"


def test_a_window_that_was_stored_without_a_control_is_read() -> None:
    """And one with a control that came later is another than before."""
    stored = Window.model_validate_json('{"minute": 7, "baseline": null, "canary": null}')
    assert stored.control is None
    again = minutes(1, None, (10, 0), None, 7)[0].but(since=9)
    assert stored.but(since=8).read_again(again).since == 9
