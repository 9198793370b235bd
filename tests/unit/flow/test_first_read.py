"""A look at a first read: decided at once, its sketches kept, and never held up by keeping them."""

from collections.abc import Sequence

import pytest

from canary.domain.errors import AwsUnavailable
from canary.domain.judge.bets.day import day_of
from canary.domain.judge.bets.sketches import KeptSketch
from canary.domain.judge.windows import Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.one_minute import days_of
from canary.domain.time import minute_of
from tests.rollouts import NOON, a_plan, after, side_counts
from tests.unit.flow.decider_stage import ROLLOUT, Stage


class Full(AwsUnavailable):
    """The table is throttled."""


def stage() -> Stage:
    """Return a rollout at 5% whose baseline had one error in 500 all day, with its day kept."""
    history = {"errors": [(6000, 11 + i % 3) for i in range(1440)]}
    guard = a_plan().guards[0].but(history=GuardHistory.learnt(history["errors"]))
    shares = [step.share for step in a_plan().steps]
    days = days_of((guard,), shares, history)
    made = Stage(guards=(guard,), days=days)
    made.days.save(ROLLOUT, day_of(days, history), 0)
    return made


def failing(made: Stage, minutes: Sequence[int], now: int) -> None:
    """Store minutes of a canary that fails every tenth request, first read now."""
    share = made.record.plan.steps[1].share
    canary = round(6000 * share)
    windows = [
        Window(
            minute=minute,
            canary=side_counts(canary, canary // 10),
            baseline=side_counts(6000 - canary, 12),
            since=now,
        )
        for minute in minutes
    ]
    made.evidence.save_windows(ROLLOUT, windows)


@pytest.mark.parametrize("throttled", [False, True])
def test_a_first_read_is_decided_on_and_its_sketches_are_kept(*, throttled: bool) -> None:
    """The decision is recorded whether the sketches can be kept or not; they are made again."""
    made = stage()
    first = minute_of(NOON) + 1
    if throttled:

        def refuse(rollout: str, sketches: Sequence[KeptSketch], minute: int) -> None:
            raise Full(f"{rollout} {len(sketches)} {minute}")

        made.days.save_sketches = refuse  # type: ignore[method-assign]
    failing(made, [first], first + 1)
    made.decider.tick(ROLLOUT, after(130))
    decision = made.record.decision
    assert decision is not None
    assert decision.verdict == "ROLL_BACK"
    assert "(first read)" in decision.reason
    assert bool(made.days.sketches(ROLLOUT, 1)) is not throttled
