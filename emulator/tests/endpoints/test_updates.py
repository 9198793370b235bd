"""CreateEndpoint, DescribeEndpoint, UpdateEndpointWeightsAndCapacities, UpdateEndpoint,
DeleteEndpoint.
"""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from emulator.endpoints import UpdateEnd


def refusal(call: Any) -> str:
    """Return what SageMaker says to a call it refuses with a ValidationException."""
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return str(caught.value.response["Error"]["Message"])


def test_creation_takes_time(world: Any) -> None:
    """A new endpoint is Creating first and InService later."""
    world.config("config", {"a": 1})
    world.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="config")
    assert world.status() == "Creating"
    world.clock.run_for(200)
    assert world.status() == "InService"


def test_weights_read_back_as_float32(world: Any) -> None:
    """A weight of 0.05 reads back as 0.05000000074505806."""
    world.endpoint({"a": 0.95, "b": 0.05})
    assert world.weights()["b"] == 0.05000000074505806


def test_initial_weight_zero_is_kept(world: Any) -> None:
    """A variant configured with weight 0 has CurrentWeight and DesiredWeight 0, not none and not
    1.
    """
    world.endpoint({"a": 1, "b": 0})
    assert world.weights()["b"] == 0
    assert world.weights("DesiredWeight")["b"] == 0


def test_an_update_takes_time_and_then_serves_what_was_asked(world: Any) -> None:
    """While Updating the current weight is the old one; after 20 to 70 s it is the desired one."""
    world.endpoint({"a": 1, "b": 0})
    world.shift({"a": 0.75, "b": 0.25})
    world.describe()
    assert world.status() == "Updating"
    assert world.weights() == {"a": 1, "b": 0}
    assert world.weights("DesiredWeight") == {"a": 0.75, "b": 0.25}
    world.clock.run_for(19)
    assert world.status() == "Updating"
    world.clock.run_for(51)
    assert world.status() == "InService"
    assert world.weights() == {"a": 0.75, "b": 0.25}


def test_one_read_after_an_update_may_be_stale(world: Any) -> None:
    """The first DescribeEndpoint right after an update still shows InService at the old weights."""
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 1})
    assert world.status() == "InService"
    assert world.status() == "Updating"


def test_an_overlapping_update_is_refused(world: Any) -> None:
    """A call while Updating is refused in SageMaker's words and changes nothing."""
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 1})
    message = refusal(lambda: world.shift({"b": 0.5}))
    assert message == (
        "Cannot update in-progress endpoint "
        '"arn:aws:sagemaker:us-east-1:123456789012:endpoint/shop".'
    )
    world.clock.run_for(80)
    assert world.weights() == {"a": 1, "b": 1}


def test_a_weights_update_keeps_instance_counts(world: Any) -> None:
    """DesiredWeight alone leaves DesiredInstanceCount and CurrentInstanceCount as they were."""
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 1})
    world.clock.run_for(80)
    variant = world.describe()["ProductionVariants"][1]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (2, 2)


def test_a_capacity_update_keeps_weights(world: Any) -> None:
    """DesiredInstanceCount alone leaves the weights as they were."""
    world.endpoint({"a": 3, "b": 0})
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="shop",
        DesiredWeightsAndCapacities=[{"VariantName": "a", "DesiredInstanceCount": 5}],
    )
    world.clock.run_for(361)
    variant = world.describe()["ProductionVariants"][0]
    assert (variant["CurrentWeight"], variant["CurrentInstanceCount"]) == (3, 5)


def test_a_variant_that_is_not_there_is_refused(world: Any) -> None:
    """An unknown VariantName is a ValidationException, and the endpoint stays InService."""
    world.endpoint({"a": 1})
    assert 'The variant name(s) "z" is/are not present' in refusal(lambda: world.shift({"z": 1}))
    assert world.status() == "InService"


def test_an_unknown_endpoint_is_refused(world: Any) -> None:
    """DescribeEndpoint of an endpoint that does not exist is a ValidationException."""
    assert "Could not find endpoint" in refusal(world.describe)


def test_an_update_can_roll_back_to_the_old_weights(world: Any) -> None:
    """A failed change goes RollingBack and ends InService at the old weights, with a
    FailureReason.
    """
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.fleet.next_update("shop", UpdateEnd.ROLLS_BACK, seconds=30)
    world.shift({"b": 1})
    world.clock.run_for(31)
    assert world.status() == "RollingBack"
    world.clock.run_for(70)
    answer = world.describe()
    assert answer["EndpointStatus"] == "InService"
    assert answer["FailureReason"]
    assert world.weights() == world.weights("DesiredWeight") == {"a": 1, "b": 0}


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(UpdateEnd.FAILS, "Failed"), (UpdateEnd.ROLL_BACK_FAILS, "UpdateRollbackFailed")],
)
def test_a_failed_endpoint_takes_no_update(world: Any, outcome: UpdateEnd, status: str) -> None:
    """Once Failed or UpdateRollbackFailed, an endpoint refuses updates and can still be deleted."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.fleet.next_update("shop", outcome)
    world.shift({"b": 1})
    world.clock.run_for(200)
    assert world.status() == status
    refusal(lambda: world.shift({"b": 1}))
    world.sagemaker.delete_endpoint(EndpointName="shop")
    assert world.status() == "Deleting"


def test_an_update_can_stick(world: Any) -> None:
    """An endpoint may stay Updating for hours, until it is let go."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.fleet.next_update("shop", UpdateEnd.STICKS)
    world.shift({"b": 1})
    world.clock.run_for(4 * 3600)
    assert world.status() == "Updating"
    world.endpoints.fleet.release("shop")
    assert world.weights() == {"a": 1, "b": 1}


def test_update_endpoint_resets_weights_unless_they_are_retained(world: Any) -> None:
    """UpdateEndpoint takes the new configuration's weights; RetainAllVariantProperties keeps the
    live ones.
    """
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 3})
    world.clock.run_for(80)
    for config in ("second", "third"):
        world.config(config, {"a": 1, "b": 0}, count=1)
    world.sagemaker.update_endpoint(
        EndpointName="shop", EndpointConfigName="second", RetainAllVariantProperties=True
    )
    world.clock.run_for(421)
    assert world.describe()["EndpointConfigName"] == "second"
    assert world.weights() == {"a": 1, "b": 3}
    world.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="third")
    world.clock.run_for(421)
    assert world.weights() == {"a": 1, "b": 0}


def test_deletion_refuses_requests_at_once_and_then_the_endpoint_is_gone(world: Any) -> None:
    """After DeleteEndpoint requests are refused, and a little later the endpoint is unknown and
    unlisted.
    """
    world.endpoint({"a": 1})
    world.sagemaker.delete_endpoint(EndpointName="shop")
    with pytest.raises(world.runtime.exceptions.ValidationError, match="not found"):
        world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")
    world.clock.run_for(40)
    assert "Could not find" in refusal(world.describe)
    assert world.sagemaker.list_endpoints()["Endpoints"] == []


def test_names_differ_by_more_than_case_and_requests_must_match_it(world: Any) -> None:
    """Creating SHOP beside shop is refused, describing it finds shop, a request to it finds
    nothing.
    """
    world.endpoint({"a": 1})
    create = {"EndpointName": "SHOP", "EndpointConfigName": "shop-config"}
    assert "already existing" in refusal(lambda: world.sagemaker.create_endpoint(**create))
    assert world.describe("SHOP")["EndpointName"] == "shop"
    with pytest.raises(world.runtime.exceptions.ValidationError, match="not found"):
        world.runtime.invoke_endpoint(EndpointName="SHOP", Body=b"1,2")


def test_a_stack_makes_and_deletes_an_endpoint(world: Any) -> None:
    """CloudFormation's AWS::SageMaker::Endpoint is created, serves, and goes with its stack."""
    world.config("made-before", {"a": 1})
    resource = {
        "Type": "AWS::SageMaker::Endpoint",
        "Properties": {"EndpointConfigName": "made-before"},
    }
    stacks = boto3.client("cloudformation", region_name="us-east-1")
    stacks.create_stack(
        StackName="stack", TemplateBody=json.dumps({"Resources": {"Endpoint": resource}})
    )
    world.clock.run_for(200)
    (made,) = world.sagemaker.list_endpoints()["Endpoints"]
    assert made["EndpointStatus"] == "InService"
    stacks.delete_stack(StackName="stack")
    world.clock.run_for(40)
    assert world.sagemaker.list_endpoints()["Endpoints"] == []


def test_ten_variants_are_the_most(world: Any) -> None:
    """Ten variants are served, eleven are refused."""
    world.endpoint({f"v{number}": 1 for number in range(10)})
    assert len(world.weights()) == 10
    assert "less than or equal to 10" in refusal(
        lambda: world.config("too-many", {f"w{number}": 1 for number in range(11)})
    )


def test_an_inference_component_endpoint_shows_no_weights(world: Any) -> None:
    """A variant without a model can be described, has no weight, and answers no plain request."""
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="components",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/sagemaker",
        ProductionVariants=[
            {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        ],
    )
    world.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="components")
    world.clock.run_for(200)
    assert "CurrentWeight" not in world.describe()["ProductionVariants"][0]
    with pytest.raises(world.runtime.exceptions.ValidationError, match="Inference Component Name"):
        world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")
