"""Instances go back at the end: after the weights, as they were found, told where they cannot."""

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.plan.capacity.values import Bounds
from canary.domain.rollout.phase import Phase
from tests.rollouts import after
from tests.unit.flow.instances_stage import AUTOSCALED, DECIDED, Stage, weights_asked


def rolled_back(stage: Stage) -> Stage:
    """Take a rollout with raised instances back until its safe weights serve."""
    stage.move()
    stage.look(DECIDED + 15)
    stage.look(DECIDED + 30)
    stage.restore(DECIDED + 60)
    stage.see_counts(4, 2)
    return stage


def test_weights_come_back_before_instances() -> None:
    """Safe first: the count is given back once the safe weights are seen, and then it is over."""
    stage = rolled_back(Stage())
    assert stage.look_restored(DECIDED + 130).next == "WAIT"
    assert stage.endpoint.scaled[-1] == ("v2", 1)
    assert stage.record.outcome is None
    assert stage.look_restored(DECIDED + 145).next == "CLOSE"
    restoring = stage.record.restoring
    assert restoring is not None
    assert restoring.verified_at == after(DECIDED + 130)


def test_minimums_are_registered_back_as_found() -> None:
    """Of both, before the canary's count."""
    stage = rolled_back(Stage(AUTOSCALED, {"v1": 4}))
    for seconds in (130, 145, 160, 175):
        result = stage.look_restored(DECIDED + seconds)
    assert result.next == "CLOSE"
    assert stage.scaling.known == AUTOSCALED
    assert stage.counts() == {"v1": 4, "v2": 1}


def test_a_minimum_that_somebody_else_set_is_not_overwritten() -> None:
    """It is theirs; what was found is told."""
    stage = rolled_back(Stage(AUTOSCALED, {"v1": 4}))
    stage.scaling.known["v1"] = Bounds(least=6, most=8)
    for seconds in (130, 145, 160):
        stage.look_restored(DECIDED + seconds)
    assert stage.scaling.known["v1"].least == 6
    assert stage.record.capacity is not None
    assert "Somebody else gave v1 a minimum of 6" in " ".join(stage.record.capacity.left or ())


def test_what_cannot_be_given_back_is_told_and_spoils_no_end() -> None:
    """After a quarter of an hour it ends as verified, with the call to make."""
    stage = rolled_back(Stage())
    stage.endpoint.failure = AwsDenied("denied")
    assert stage.look_restored(DECIDED + 130).next == "WAIT"
    assert stage.look_restored(DECIDED + 1100).next == "CLOSE"
    assert stage.record.outcome is not None
    assert stage.record.outcome.end is Phase.ROLLED_BACK
    assert stage.record.capacity is not None
    left = " ".join(stage.record.capacity.left or ())
    assert "VariantName=v2,DesiredInstanceCount=1" in left


def test_an_endpoint_that_is_updating_while_it_gives_back_is_still_safe() -> None:
    """Its safe weights were seen and serve: it waits, and asks for no weights again."""
    stage = rolled_back(Stage())
    stage.endpoint.arrives = False
    stage.look_restored(DECIDED + 130)
    asked = weights_asked(stage)
    stage.see_counts(4, 2, status="Updating")
    assert stage.look_restored(DECIDED + 145).next == "WAIT"
    stage.see_counts(4, 1)
    assert stage.look_restored(DECIDED + 300).next == "CLOSE"
    assert weights_asked(stage) == asked


def test_a_change_that_is_being_made_is_waited_for_beyond_the_time() -> None:
    """It was taken at the last minute: told as left it would be false a minute later."""
    stage = rolled_back(Stage())
    stage.endpoint.failure = AwsUnavailable("not now", refused=True)
    assert stage.look_restored(DECIDED + 130).next == "WAIT"
    stage.endpoint.failure, stage.endpoint.arrives = None, False
    assert stage.look_restored(DECIDED + 1000).next == "WAIT"
    stage.see_counts(4, 2, status="Updating")
    assert stage.look_restored(DECIDED + 1100).next == "WAIT"
    stage.see_counts(4, 1)
    assert stage.look_restored(DECIDED + 1115).next == "CLOSE"
    assert stage.record.capacity is not None
    assert stage.record.capacity.left == ()


def test_a_change_that_never_arrives_is_waited_for_no_longer_than_that() -> None:
    """Then it is told as left."""
    stage = rolled_back(Stage())
    stage.endpoint.arrives = False
    assert stage.look_restored(DECIDED + 130).next == "WAIT"
    stage.see_counts(4, 2, status="Updating")
    assert stage.look_restored(DECIDED + 131 + 15 * 60).next == "CLOSE"
    assert stage.record.capacity is not None
    assert "VariantName=v2,DesiredInstanceCount=1" in " ".join(stage.record.capacity.left or ())


def test_an_endpoint_that_is_lost_gets_its_minimums_back() -> None:
    """They are ours whoever has the weights; counts are the new owner's."""
    stage = Stage(AUTOSCALED, {"v1": 4})
    stage.move()
    stage.look(DECIDED + 15)
    stage.look(DECIDED + 30)
    stage.endpoint.view = stage.view().but(config_name="another")
    assert stage.look(DECIDED + 100).next == "CLOSE"
    assert stage.scaling.known == AUTOSCALED
    assert stage.record.outcome is not None
    assert stage.record.outcome.end is Phase.HANDED_OVER
