"""UpdateEndpointWeightsAndCapacities where instances are not to be had."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.capacity.variants import ask, counts


def test_a_quota_refuses_the_call(world: Any) -> None:
    """More instances than the account may have of the type: ResourceLimitExceeded, InService."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.limits.quota["ml.m5.large"] = 5
    with pytest.raises(ClientError) as caught:
        ask(world, 4)
    assert caught.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    assert "'ml.m5.large for endpoint usage' is 5 Instances" in str(caught.value)
    assert world.status() == "InService"
    assert counts(world) == {"a": 2, "b": 2}


def test_what_the_quota_leaves_is_given(world: Any) -> None:
    """Up to the quota instances come."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.limits.quota["ml.m5.large"] = 5
    ask(world, 3)
    world.clock.run_for(361)
    assert counts(world) == {"a": 3, "b": 2}


def test_insufficient_capacity_ends_where_it_began(world: Any) -> None:
    """The call is taken; without instances the endpoint rolls back to InService with the reason, at
    the counts and weights before.
    """
    world.endpoint({"a": 3, "b": 0})
    world.endpoints.limits.stock["ml.m5.large"] = 1
    ask(world, 4)
    world.describe()
    assert world.status() == "Updating"
    world.clock.run_for(600)
    shown = world.describe()
    assert shown["EndpointStatus"] == "InService"
    assert "InsufficientInstanceCapacity" in shown["FailureReason"]
    assert counts(world) == counts(world, "DesiredInstanceCount") == {"a": 2, "b": 2}
    assert world.weights() == {"a": 3, "b": 0}


def test_one_call_changes_the_capacity_of_one_variant(world: Any) -> None:
    """A call that asks for the capacity of two variants is refused, and changes nothing."""
    world.endpoint({"a": 1, "b": 0})
    with pytest.raises(ClientError, match="capacity of one variant at a time"):
        world.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="shop",
            DesiredWeightsAndCapacities=[
                {"VariantName": name, "DesiredInstanceCount": 4} for name in "ab"
            ],
        )
    assert counts(world) == {"a": 2, "b": 2}


def test_instances_take_longer_than_weights(world: Any) -> None:
    """New instances come minutes later; until then the old ones serve."""
    world.endpoint({"a": 1, "b": 0})
    ask(world, 4)
    world.clock.run_for(119)
    assert world.status() == "Updating"
    assert counts(world) == {"a": 2, "b": 2}
    world.clock.run_for(242)
    assert counts(world) == {"a": 4, "b": 2}
