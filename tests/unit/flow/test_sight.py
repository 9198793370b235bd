"""What the newest tick says of the endpoint, and what the decider makes of it."""

import pytest

from canary.domain.rollout.tick import Tick
from canary.domain.rollout.transitions import restoring
from canary.domain.time import minute_of
from tests.rollouts import HOLDER, a_view, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage


def test_an_advance_waits_until_somebody_has_looked_at_the_endpoint() -> None:
    """Windows without a look say nothing of whose weights serve: with ticks older than three
    minutes it holds.
    """
    stage = Stage()
    stage.tick(1)
    stage.serve(30)
    record = stage.decider.tick(ROLLOUT, after(13 * 60))
    assert record.decision is None
    assert "Nobody could look" in stage.evidence.verdicts(ROLLOUT)[-1].reason
    assert stage.tick(14).decision is not None


@pytest.mark.parametrize("status", ["Failed", "OutOfService", "UpdateRollbackFailed"])
def test_an_endpoint_that_fails_while_it_bakes_is_given_back_at_once(status: str) -> None:
    """It does not come back by itself: waiting for evidence would leave on-call asleep."""
    stage = Stage()
    view = a_view(stage.record.expected_target).but(status=status, failure_reason="no capacity")
    seen = Tick(
        rollout=ROLLOUT, minute=minute_of(after(120)), complete=True, alarms={}, endpoint=view
    )
    stage.evidence.save_tick(seen)
    record = stage.decider.tick(ROLLOUT, after(120))
    assert record.rolling_back
    assert record.decision
    assert record.decision.reason == f"The endpoint is {status} (no capacity)"


def test_maintenance_of_an_endpoint_is_no_reason_to_give_it_back() -> None:
    """SystemUpdating ends by itself."""
    stage = Stage()
    view = a_view(stage.record.expected_target).but(status="SystemUpdating")
    seen = Tick(
        rollout=ROLLOUT, minute=minute_of(after(120)), complete=True, alarms={}, endpoint=view
    )
    stage.evidence.save_tick(seen)
    assert stage.decider.tick(ROLLOUT, after(120)).decision is None


def test_a_way_back_that_is_blocked_is_told_at_once() -> None:
    """On-call hears of a failed endpoint with the next tick, not after the patience of a slow
    one.
    """
    stage = Stage()
    stage.rollouts.change(
        ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "bad", after(60))
    )
    view = a_view(stage.record.expected_target)
    for minute, status in ((2, "Updating"), (3, "Failed")):
        seen = view.but(status=status)
        now = after(60 * minute)
        stage.evidence.save_tick(
            Tick(rollout=ROLLOUT, minute=minute_of(now), complete=True, alarms={}, endpoint=seen)
        )
        stage.decider.tick(ROLLOUT, now)
        told = [
            message.body
            for message in stage.publisher.published
            if "not safe yet" in message.subject
        ]
        assert len(told) == (status == "Failed")
    assert "The endpoint is Failed." in told[0]
