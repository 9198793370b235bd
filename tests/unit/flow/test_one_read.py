"""The newest tick is read once a visit, so that all of the visit saw the same."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from canary.domain.rollout.phase import Phase
from canary.domain.rollout.tick import Tick
from canary.domain.rollout.transitions import pauses, restoring
from tests.rollouts import HOLDER, NOON, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage


def counted(stage: Stage) -> list[str]:
    """Return the list that grows with every read of the newest tick."""
    reads: list[str] = []
    read = stage.evidence.tick

    def tick(rollout: str) -> Tick | None:
        reads.append(rollout)
        return read(rollout)

    stage.evidence.tick = tick  # type: ignore[method-assign]
    return reads


def holding(stage: Stage) -> None:
    """Have too little evidence."""
    stage.serve(2)


def advancing(stage: Stage) -> None:
    """Have enough evidence."""
    stage.serve(12)


def failing(stage: Stage) -> None:
    """Fail on every request."""
    stage.serve(12, canary_errors=300)


def rolling_back(stage: Stage) -> None:
    """Be on the way back."""
    stage.rollouts.change(ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "bad", NOON))


def quiet_and_dead(stage: Stage) -> None:
    """Have an execution that died, and nobody waiting."""
    stage.executions.statuses[HOLDER] = "ABORTED"
    stage.rollouts.change(ROLLOUT, lambda r: r.but(token=None))


def shifting(stage: Stage) -> None:
    """Be between two steps."""
    stage.rollouts.change(ROLLOUT, lambda r: r.but(phase=Phase.SHIFTING, token=None))


def a_pause_over(stage: Stage) -> None:
    """Have been paused until a moment ago."""
    until = NOON + timedelta(minutes=1)
    stage.rollouts.change(ROLLOUT, lambda r: pauses.pause(r, until, NOON))


@pytest.mark.parametrize(
    "become",
    [holding, advancing, failing, rolling_back, quiet_and_dead, shifting, a_pause_over],
)
def test_a_visit_reads_the_newest_tick_once(become: Callable[[Stage], None]) -> None:
    """Judging, looking after the endpoint and keeping the bake alive share one read."""
    stage = Stage(alarms=("alarm",))
    become(stage)
    reads = counted(stage)
    stage.tick(13, alarm="OK")
    assert reads == [ROLLOUT]


def test_a_bake_reads_the_newest_tick_once() -> None:
    """Also where it is judged at once."""
    stage = Stage()
    stage.rollouts.change(ROLLOUT, lambda r: r.but(step=0))
    reads = counted(stage)
    stage.decider.bake(ROLLOUT, HOLDER, 1, "another", after(60))
    assert reads == [ROLLOUT]
