"""Instances before weight: asked for once, waited for, held without, and given back at the end."""

import pytest

from canary.domain.errors import AwsDenied, AwsUnavailable, NoCapacity, RollBackPending
from canary.domain.rollout.record import Decision
from canary.domain.rollout.transitions import decisions
from tests.rollouts import after, waiting
from tests.unit.flow.instances_stage import AUTOSCALED, DECIDED, ROLLOUT, Stage, weights_asked

STEP_TWO = {"v1": 3.0, "v2": 1.0}


def test_instances_are_asked_for_first_and_weights_once_they_are_there() -> None:
    """One call for the count of one variant, and then the weights."""
    stage = Stage()
    before = weights_asked(stage)
    assert stage.move().next == "LOOK"
    assert (stage.endpoint.scaled, weights_asked(stage)) == ([("v2", 2)], before)
    assert (stage.record.phase, stage.record.step, stage.record.token) == ("BAKING", 1, None)
    assert stage.look(DECIDED + 15).next == "WAIT"
    assert (stage.record.phase, stage.record.step) == ("SHIFTING", 2)
    assert stage.endpoint.moves[-1].weights == STEP_TWO
    assert stage.look(DECIDED + 30).next == "BAKE"


def test_a_step_whose_instances_are_there_asks_for_nothing() -> None:
    """It moves at once, as without a plan for them."""
    stage = Stage()
    stage.see_counts(4, 2)
    assert stage.move().next == "LOOK"
    assert (stage.endpoint.scaled, stage.record.phase) == ([], "SHIFTING")


def test_weights_wait_as_long_as_the_endpoint_is_updating() -> None:
    """Instances take minutes; the step before serves and bakes on."""
    stage = Stage()
    stage.endpoint.arrives = False
    stage.move()
    for seconds in (15, 60, 600, 1200):
        stage.see_counts(4, 1, status="Updating")
        assert stage.look(DECIDED + seconds).next == "WAIT"
    assert (stage.endpoint.scaled, stage.record.phase) == ([("v2", 2)], "BAKING")


def test_a_wait_of_minutes_is_looked_at_less_often() -> None:
    """A history holds so many events."""
    stage = Stage()
    stage.endpoint.arrives = False
    stage.move()
    stage.see_counts(4, 1, status="Updating")
    arrivals = [stage.look(DECIDED + seconds).arrival for seconds in (15, 90)]
    assert arrivals == ["MOVING", "SLOW"]


def test_a_lost_answer_is_asked_again_and_never_twice_at_once() -> None:
    """Within a minute the call may still show; then the same count is asked for again."""
    stage = Stage()
    stage.endpoint.arrives = False
    stage.endpoint.failure = AwsUnavailable("no answer")
    stage.move()
    stage.look(DECIDED + 15)
    assert stage.endpoint.scaled == [("v2", 2)]
    stage.endpoint.failure, stage.endpoint.arrives = None, True
    stage.look(DECIDED + 75)
    assert stage.endpoint.scaled == [("v2", 2)] * 2
    stage.look(DECIDED + 90)
    assert (stage.record.phase, stage.record.step) == ("SHIFTING", 2)


def test_a_busy_endpoint_is_asked_again_at_the_next_look() -> None:
    """SageMaker said that it did nothing."""
    stage = Stage()
    stage.endpoint.failure = AwsUnavailable("busy", refused=True)
    assert stage.move().next == "LOOK"
    stage.endpoint.failure = None
    stage.look(DECIDED + 15)
    assert stage.endpoint.scaled == [("v2", 2)] * 2


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (NoCapacity("ResourceLimitExceeded: 5 Instances"), "Raise the quota"),
        (AwsDenied("AccessDenied: no"), "AccessDenied"),
    ],
)
def test_a_refusal_withdraws_the_advance_and_the_step_bakes_on(
    failure: Exception, words: str
) -> None:
    """Never a step without capacity; a person is told the remedy and when it is tried again."""
    stage = Stage()
    before = weights_asked(stage)
    stage.endpoint.failure = failure
    assert stage.move().next == "LOOK"
    assert (stage.record.phase, stage.record.decision) == ("BAKING", None)
    assert stage.look(DECIDED + 15).next == "BAKE"
    assert weights_asked(stage) == before
    mail = waiting(stage.record)[-1]
    assert "no instances for 25%" in mail.subject
    assert words in mail.body
    assert "asked for again at 2026-03-02 12:25:00 UTC" in mail.body


def test_a_move_whose_answer_was_lost_after_a_refusal_still_leads_on() -> None:
    """The machine asks again: it is told to look, and the look goes on baking."""
    stage = Stage()
    stage.endpoint.failure = NoCapacity("no")
    stage.move()
    assert stage.move(DECIDED + 5).next == "LOOK"
    assert stage.look(DECIDED + 20).next == "BAKE"


def test_a_change_that_sagemaker_took_back_is_a_refusal() -> None:
    """InService at the old count with a reason: AWS has no more instances."""
    stage = Stage()
    stage.endpoint.arrives = False
    stage.move()
    stage.see_counts(4, 1, failure_reason="InsufficientInstanceCapacity")
    assert stage.look(DECIDED + 61).next == "WAIT"
    assert stage.record.decision is None
    assert "InsufficientInstanceCapacity" in waiting(stage.record)[-1].body


def test_each_refusal_is_waited_for_twice_as_long() -> None:
    """15 minutes, 30, 60; a step that got its instances begins anew."""
    stage = Stage()
    stage.endpoint.failure = NoCapacity("no")
    waits = []
    for seconds in (DECIDED, 2000, 5000):
        stage.change(decision=_decided(seconds))
        stage.move(seconds)
        missing = stage.record.capacity.missing if stage.record.capacity else None
        assert missing is not None
        assert missing.again_at is not None
        waits.append((missing.again_at - after(seconds)).total_seconds() / 60)
    assert waits == [15, 30, 60]
    stage.endpoint.failure = None
    stage.change(decision=_decided(9000))
    stage.move(9000)
    stage.look(9015)
    assert stage.record.capacity is not None
    assert stage.record.capacity.missing is None


def _decided(seconds: float) -> Decision:
    return Decision(verdict="ADVANCE", step=1, to_step=2, reason="evidence", at=after(seconds))


def test_instances_that_do_not_come_in_half_an_hour_are_missing() -> None:
    """Whatever the endpoint says of itself."""
    stage = Stage()
    stage.endpoint.arrives = False
    stage.move()
    stage.see_counts(4, 1, status="Updating")
    assert stage.look(DECIDED + 1801).next == "WAIT"
    assert stage.record.decision is None
    assert "did not get them in 30 min (Updating)" in waiting(stage.record)[-1].body


def test_a_roll_back_overrules_a_raise() -> None:
    """No instances are waited for on the way back."""
    stage = Stage()
    stage.endpoint.arrives = False
    stage.move()
    stage.rollouts.change(
        ROLLOUT, lambda r: decisions.roll_back(r, "worse", "alarm", after(DECIDED + 10))
    )
    assert stage.look(DECIDED + 15).next == "RESTORE"


def test_no_raise_is_asked_for_once_a_roll_back_is_recorded() -> None:
    """Between the read and the claim."""
    stage = Stage()
    stage.change(decision=_decided(DECIDED).but(verdict="ROLL_BACK", to_step=None))
    with pytest.raises(RollBackPending):
        stage.move()
    assert stage.endpoint.scaled == []


def test_autoscaled_variants_are_moved_by_their_minimum() -> None:
    """The baseline's is held first, then the canary's raised; no count is asked for beside it."""
    stage = Stage(AUTOSCALED, {"v1": 4})
    stage.move()
    stage.look(DECIDED + 15)
    stage.look(DECIDED + 30)
    assert stage.scaling.held[:2] == [("v1", 4), ("v2", 2)]
    assert stage.record.step == 2


def test_bounds_that_cannot_be_read_by_right_hold_the_step() -> None:
    """Denied is no reason to take the canary back, and none to go without."""
    stage = Stage(AUTOSCALED)
    stage.scaling.failure = AwsDenied("AccessDenied: DescribeScalableTargets")
    stage.move()
    assert (stage.record.phase, stage.record.decision) == ("BAKING", None)
    assert "DescribeScalableTargets" in waiting(stage.record)[-1].body


def test_bounds_that_cannot_be_read_now_are_waited_for() -> None:
    """Throttled for half an hour it is a step without instances; until then it is asked again."""
    stage = Stage(AUTOSCALED)
    stage.scaling.failure = AwsUnavailable("throttled")
    assert stage.move().next == "LOOK"
    assert stage.look(DECIDED + 600).next == "WAIT"
    assert "throttled" not in waiting(stage.record)[-1].body
    stage.look(DECIDED + 1801)
    assert stage.record.decision is None
    assert "throttled" in waiting(stage.record)[-1].body


def test_a_variant_that_is_not_autoscaled_any_more_holds_the_step() -> None:
    """Nothing would keep what is asked for."""
    stage = Stage(AUTOSCALED, {"v1": 4})
    del stage.scaling.known["v1"]
    stage.move()
    assert "v1 is not autoscaled any more" in waiting(stage.record)[-1].body
