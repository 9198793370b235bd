"""Rollouts stay alive and heard: dead executions are found, trouble is told, one rollout's is not
another's.
"""

import pytest

from canary.domain.errors import Refused
from canary.domain.rollout.tick import Tick
from canary.domain.rollout.transitions import restoring
from canary.domain.time import minute_of
from tests.rollouts import HOLDER, NOON, a_view, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage


def test_a_dead_execution_is_found_while_the_ticks_are_blind() -> None:
    """Blind ticks send no heartbeat, so the token cannot tell that nobody waits: the execution is
    looked at.
    """
    stage = Stage()
    stage.executions.statuses[HOLDER] = "ABORTED"
    record = stage.tick(1, complete=False)
    assert (record.generation, stage.executions.heartbeats) == (2, [])


def test_an_alarm_that_cannot_be_answered_for_one_rollout_is_answered_for_the_others() -> None:
    """One record that cannot be read keeps no other rollout from rolling back; the failure is
    raised at the end.
    """
    stage = Stage(alarms=("churn-5xx",))
    listed, stage.rollouts.listed = stage.rollouts.listed, lambda: ["poisoned", ROLLOUT]  # type: ignore[method-assign]
    with pytest.raises(Refused):
        stage.decider.alarm("churn-5xx", after(60))
    assert stage.record.rolling_back
    assert list(listed()) == [ROLLOUT]


def test_the_share_does_not_rise_while_the_endpoint_is_in_maintenance() -> None:
    """A verdict to advance waits for an endpoint that serves the asked weights InService."""
    stage = Stage()
    stage.serve(60)
    seen = {"rollout": ROLLOUT, "minute": minute_of(after(3600)), "complete": True, "alarms": {}}
    weights = stage.record.expected_target
    stage.evidence.save_tick(Tick(endpoint=a_view(weights, status="SystemUpdating"), **seen))
    record = stage.decider.tick(ROLLOUT, after(3600))
    assert record.decision is None
    assert "SystemUpdating" in stage.evidence.verdicts(ROLLOUT)[-1].reason
    stage.evidence.save_tick(Tick(endpoint=a_view(weights), **seen))
    advanced = stage.decider.tick(ROLLOUT, after(3610)).decision
    assert advanced is not None
    assert advanced.verdict == "ADVANCE"


def test_a_dead_execution_is_found_when_judging_itself_fails() -> None:
    """Evidence that cannot be read must not keep a rollout from being taken home; the failure is
    still raised.
    """
    stage = Stage()
    stage.executions.statuses[HOLDER] = "FAILED"
    stage.evidence.windows = lambda *_: 1 / 0  # type: ignore[method-assign, assignment]
    with pytest.raises(ZeroDivisionError):
        stage.tick(1)
    assert stage.record.generation == 2


def test_a_roll_back_that_takes_long_is_told_once() -> None:
    """After ten minutes on-call hears that the safe weights do not serve yet, and why; long before
    UNPROVEN.
    """
    stage = Stage()
    stage.rollouts.change(ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "errors", NOON))
    for minute in (1, 9, 11, 12, 13):
        stage.tick(minute)
    assert stage.publisher.subjects.count("not safe yet") == 1
