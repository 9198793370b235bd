"""What the last minutes say by themselves: hours of a good canary never outvote the one that fails
now.
"""

import pytest

from canary.domain.judge.windows import Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from tests.rollouts import NOON, a_plan, side_counts
from tests.unit.flow.decider_stage import ROLLOUT, Stage
from tests.unit.flow.test_time_of_people import move_on, order, reason

BASELINE_ERRORS = 0.001


def seen(stage: Stage, minute: int, canary: tuple[int, int], baseline: int) -> None:
    """Let a minute be seen whole, the baseline as well as ever."""
    window = Window(
        minute=minute_of(NOON) + minute,
        canary=side_counts(*canary),
        baseline=side_counts(baseline, round(baseline * BASELINE_ERRORS)),
    )
    stage.evidence.save_windows(ROLLOUT, [window])


def paused_then(bad: int, minutes: int) -> tuple[Stage, Record]:
    """Return how a step stands two minutes after its pause of four hours, in whose last minutes so
    many of 300 canary requests failed.
    """
    stage = Stage()
    order(stage, "pause", 1, minutes=240)
    for minute in range(1, 243):
        seen(stage, minute, (300, bad if minute > 242 - minutes else minute % 3 == 0), 5_700)
        if minute % 10 == 0 or minute > 235:
            stage.tick(minute + 1)
    return stage, stage.record


def test_a_pause_that_ends_beside_failing_minutes_does_not_advance() -> None:
    """Four good hours are evidence of millions to one; the newest minutes hold the step all the
    same, and say so with their counts.
    """
    stage, record = paused_then(bad=15, minutes=4)
    assert record.decision is None
    assert "errors look worse in the newest 5 minutes: canary" in reason(stage)


def test_a_pause_that_ends_beside_good_minutes_advances() -> None:
    """Nothing is held where nothing looks worse."""
    _, record = paused_then(bad=0, minutes=4)
    assert record.decision is not None
    assert record.decision.verdict == "ADVANCE"


def watched_with(failing: float, tail_minutes: int) -> Record:
    """Return the record after a watch of half an hour of which the last minutes failed so."""
    history = GuardHistory(minutes=1_440, rate=BASELINE_ERRORS, requests_per_minute=6_000)
    stage = Stage(guards=(a_plan().guards[0].but(history=history),), watch_minutes=30)
    order(stage, "promote", 2, full=True)
    move_on(stage, 4)
    for minute in range(1, 4):
        seen(stage, minute, (300, 0), 6_000)
    for minute in range(5, 39):
        rate = failing if minute >= 35 - tail_minutes else BASELINE_ERRORS
        seen(stage, minute, (6_000, round(6_000 * rate)), 0)
        stage.tick(minute + 1)
        if stage.record.decision and stage.record.decision.by == "judge":
            break
    return stage.record


@pytest.mark.parametrize("failing", [0.05, 0.2, 0.4])
def test_no_watch_is_over_while_its_newest_minutes_fail(failing: float) -> None:
    """A canary that fails in the last three minutes of its watch is never called promoted; one
    that does not is.
    """
    for tail_minutes in (1, 3):
        decided = watched_with(failing, tail_minutes).decision
        assert decided is None or decided.verdict == "ROLL_BACK"
    good = watched_with(BASELINE_ERRORS, 3).decision
    assert good is not None
    assert good.verdict == "ADVANCE"
