"""What happens to an endpoint without our asking: maintenance, autoscaling, other people."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_maintenance_refuses_updates_until_it_is_over(world: Any) -> None:
    """SystemUpdating refuses updates, serves requests, and ends InService with nothing changed."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.mishaps.system_update("shop", seconds=120)
    assert world.status() == "SystemUpdating"
    with pytest.raises(ClientError, match="in-progress"):
        world.shift({"b": 1})
    assert world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")["Body"].read() == b"3.0"
    world.clock.run_for(121)
    assert world.status() == "InService"
    assert world.weights() == {"a": 1, "b": 0}


def test_autoscaling_changes_counts_and_no_weights(world: Any) -> None:
    """A scaled variant shows another count, current and desired, at the same weight."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.mishaps.scale("shop", "a", 7)
    variant = world.describe()["ProductionVariants"][0]
    assert (
        variant["CurrentInstanceCount"],
        variant["DesiredInstanceCount"],
        variant["CurrentWeight"],
    ) == (7, 7, 1)


def test_foreign_weights_and_configuration_show_at_once(world: Any) -> None:
    """Somebody else's weights and EndpointConfigName are what DescribeEndpoint shows next."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.mishaps.foreign_weights("shop", {"b": 0.4})
    world.endpoints.mishaps.foreign_config("shop", "theirs")
    assert world.weights() == {"a": 1, "b": 0.4000000059604645}
    assert world.describe()["EndpointConfigName"] == "theirs"


def test_a_variant_can_vanish(world: Any) -> None:
    """A variant taken out of the endpoint is no longer described."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.mishaps.lose_variant("shop", "b")
    assert set(world.weights()) == {"a"}


def test_an_endpoint_can_vanish_in_the_middle_of_an_update(world: Any) -> None:
    """An endpoint gone mid-update is unknown, and the update's end does not bring it back."""
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 1})
    world.endpoints.fleet.vanish("shop")
    world.clock.run_for(100)
    with pytest.raises(ClientError, match="Could not find"):
        world.describe()


def test_a_failed_endpoint_says_why(world: Any) -> None:
    """An endpoint put into Failed shows its FailureReason."""
    world.endpoint({"a": 1})
    world.endpoints.mishaps.fail("shop", reason="disk full")
    assert world.describe()["FailureReason"] == "disk full"
