"""The shifter claims before it asks, and believes only what serves."""

import pytest

from canary.domain.errors import AwsUnavailable, RollBackPending, Superseded
from canary.domain.plan.target import Target
from canary.domain.rollout.phase import Phase
from tests.rollouts import HOLDER, NOON, a_record, a_view, after
from tests.unit.flow.shifter_stage import ADVANCE, ROLLOUT, STEP_ONE, Stage


def test_step_zero_moves_nothing_when_the_safe_weights_serve() -> None:
    """The shadow gate of a canary found at 0 needs no call."""
    stage = Stage()
    assert stage.shifter.move(ROLLOUT, HOLDER, 1, NOON).next == "LOOK"
    assert stage.shifter.look(ROLLOUT, HOLDER, 1, NOON).next == "BAKE"
    assert stage.endpoint.moves == []


def test_a_live_canary_that_was_adopted_goes_to_zero_first() -> None:
    """With adopt_live step 0 really moves to the safe weights."""
    found = Target(weights={"v1": 3.0, "v2": 1.0})
    plan = a_record().plan.but(found_target=found)
    stage = Stage(a_record(plan=plan))
    stage.endpoint.view = a_view(found)
    stage.shifter.move(ROLLOUT, HOLDER, 1, NOON)
    assert stage.endpoint.moves == [Target(weights={"v1": 3.0, "v2": 0.0})]


def test_a_step_asks_for_exactly_the_planned_weights() -> None:
    """What was planned is what is asked, once."""
    stage = Stage().at_gate()
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    assert stage.endpoint.moves == [STEP_ONE]
    assert stage.shifter.look(ROLLOUT, HOLDER, 1, after(75)).arrival == "REACHED"
    assert stage.record.bakes[-1].step == 1


def test_a_move_repeated_after_a_lost_answer_does_not_ask_twice() -> None:
    """The second claim sees the weights serving and leaves them."""
    stage = Stage().at_gate()
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(61))
    assert stage.endpoint.moves == [STEP_ONE]
    assert stage.record.step == 1


def test_a_crash_between_claim_and_call_is_healed_by_the_next_move() -> None:
    """The claim was written, the call never made: the retry makes it."""
    stage = Stage().at_gate()
    stage.endpoint.failure = AwsUnavailable("throttled")
    with pytest.raises(AwsUnavailable):
        stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    stage.endpoint.failure = None
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(65))
    assert stage.endpoint.view.serves(STEP_ONE)


def test_old_weights_in_service_lead_to_restore() -> None:
    """A change that SageMaker took back is not success."""
    stage = Stage().at_gate()
    stage.endpoint.arrives = False
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    assert stage.shifter.look(ROLLOUT, HOLDER, 1, after(90)).next == "WAIT"
    result = stage.shifter.look(ROLLOUT, HOLDER, 1, after(125))
    assert (result.next, result.arrival) == ("RESTORE", "REVERTED")
    assert "went back" in result.reason


def test_a_roll_back_recorded_mid_shift_turns_the_look_into_a_restore() -> None:
    """An alarm while the endpoint is updating is followed at the next look."""
    stage = Stage().at_gate()
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    decision = ADVANCE.but(verdict="ROLL_BACK", reason="alarm")
    stage.rollouts.change(ROLLOUT, lambda r: r.but(decision=decision))
    assert stage.shifter.look(ROLLOUT, HOLDER, 1, after(75)).next == "RESTORE"
    with pytest.raises(RollBackPending):
        stage.shifter.move(ROLLOUT, HOLDER, 1, after(76))


def test_a_foreign_change_is_handed_over_untouched() -> None:
    """Somebody else's weights are never overwritten, forward or back."""
    stage = Stage().at_gate()
    stage.endpoint.view = a_view({"v1": 1.0, "v2": 1.0})
    result = stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    assert (result.next, result.arrival) == ("CLOSE", "FOREIGN")
    assert stage.shifter.restore(ROLLOUT, HOLDER, 1, "trouble", after(61)).next == "CLOSE"
    assert stage.endpoint.moves == []
    assert stage.record.outcome
    assert stage.record.outcome.end is Phase.HANDED_OVER


def test_a_step_asks_for_the_counts_of_its_target() -> None:
    """Weights and counts go in one call, and the way back asks for the safe counts."""
    plan = a_record().plan
    wide = STEP_ONE.but(counts={"v2": 3})
    steps = (plan.steps[0], plan.steps[1].but(target=wide), *plan.steps[2:])
    safe = plan.safe_target.but(counts={"v2": 1})
    stage = Stage(a_record(plan=plan.but(steps=steps, safe_target=safe))).at_gate()
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(60))
    assert stage.shifter.look(ROLLOUT, HOLDER, 1, after(75)).arrival == "REACHED"
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "trouble", after(200))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(215)).next == "CLOSE"
    assert stage.endpoint.moves == [wide, safe]


@pytest.mark.parametrize(("seconds", "arrival"), [(90, "MOVING"), (300, "SLOW")])
def test_a_look_says_when_a_move_is_slow(seconds: float, arrival: str) -> None:
    """So that the machine waits longer until the next one."""
    stage = Stage().at_gate()
    stage.shifter.move(ROLLOUT, HOLDER, 1, after(0))
    stage.endpoint.view = a_view(STEP_ONE, status="Updating")
    result = stage.shifter.look(ROLLOUT, HOLDER, 1, after(seconds))
    assert (result.next, result.arrival) == ("WAIT", arrival)


def test_an_endpoint_that_vanished_is_handed_over() -> None:
    """There is nothing left to restore."""
    stage = Stage().at_gate()
    stage.endpoint.vanish()
    result = stage.shifter.look(ROLLOUT, HOLDER, 1, after(60))
    assert (result.next, result.arrival) == ("CLOSE", "GONE")


def test_a_superseded_execution_asks_nothing() -> None:
    """An older generation may look at nothing and move nothing."""
    stage = Stage(a_record(generation=2))
    for action in (stage.shifter.move, stage.shifter.look, stage.shifter.look_restored):
        with pytest.raises(Superseded):
            action(ROLLOUT, HOLDER, 1, NOON)
    assert stage.endpoint.moves == []


def test_a_move_tried_again_has_a_minute_from_its_last_call() -> None:
    """The last of several calls was taken and its answer lost: safe weights seen meanwhile prove
    nothing.
    """
    stage = Stage().at_gate()
    stage.endpoint.failure = AwsUnavailable("5XX")
    for seconds in (60, 90, 160):
        with pytest.raises(AwsUnavailable):
            stage.shifter.move(ROLLOUT, HOLDER, 1, after(seconds))
    stage.shifter.restore(ROLLOUT, HOLDER, 1, "move failed", after(163))
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(178)).arrival == "MOVING"
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(219)).arrival == "MOVING"
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(220)).next == "WAIT"
    assert stage.shifter.look_restored(ROLLOUT, HOLDER, 1, after(280)).next == "CLOSE"
