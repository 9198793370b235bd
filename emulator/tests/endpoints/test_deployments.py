"""UpdateEndpoint: a new fleet for every variant beside the old one, and what becomes of both."""

import json
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from emulator.endpoints import NeverHealthy
from emulator.tests.endpoints.test_updates import refusal
from emulator.tests.small_endpoints import Sums

DEPLOYED_SECONDS = 421
ROLLED_BACK_SECONDS = 1801 + 71
BUSY = "Cannot update in-progress endpoint"


def deploy(world: Any, config: str = "other", **options: Any) -> None:
    """Move the shop to another configuration."""
    world.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName=config, **options)
    world.describe()  # the read just after an update may be the old one


def events(world: Any) -> list[tuple[str, str]]:
    """Return the list that grows by configuration and status with every event from now on."""
    told: list[tuple[str, str]] = []

    def hear(event: Any) -> None:
        detail = json.loads(event["Detail"])
        told.append((detail["EndpointConfigName"], detail["EndpointStatus"]))

    world.endpoints.on_event(hear)
    return told


def counts(world: Any) -> dict[str, int]:
    """Return how many instances each variant has."""
    shown = world.describe()["ProductionVariants"]
    return {variant["VariantName"]: variant["CurrentInstanceCount"] for variant in shown}


def test_the_old_fleet_serves_until_the_new_one_is_there(world: Any) -> None:
    """While Updating the old configuration, variants and weights are shown and answer; then the
    new ones do.
    """
    world.endpoint({"a": 1})
    world.config("other", {"a": 1, "b": 1}, count=1)
    told = events(world)
    deploy(world)
    assert (world.status(), world.describe()["EndpointConfigName"]) == ("Updating", "shop-config")
    assert (world.weights(), counts(world)) == ({"a": 1}, {"a": 2})
    world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")
    with pytest.raises(world.runtime.exceptions.ValidationError, match="not found"):
        world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2", TargetVariant="b")
    world.clock.run_for(DEPLOYED_SECONDS)
    assert world.describe()["EndpointConfigName"] == "other"
    assert (world.weights(), counts(world)) == ({"a": 1, "b": 1}, {"a": 1, "b": 1})
    world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2", TargetVariant="b")
    assert told == [("shop-config", "UPDATING"), ("other", "IN_SERVICE")]


def test_a_new_fleet_takes_minutes(world: Any) -> None:
    """It is built anew even where nothing but a weight differs."""
    world.endpoint({"a": 1, "b": 0})
    world.config("other", {"a": 1, "b": 1})
    deploy(world)
    world.clock.run_for(179)
    assert world.status() == "Updating"
    world.clock.run_for(242)
    assert world.status() == "InService"


def test_what_is_excluded_is_not_retained(world: Any) -> None:
    """ExcludeRetainedVariantProperties takes counts, weights or the data capture of the new
    configuration, the rest stays; a variant that is new has what the configuration says.
    """
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 3})
    world.clock.run_for(80)
    world.config("other", {"a": 5, "b": 5, "c": 0}, count=1)
    deploy(
        world,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredInstanceCount"}],
    )
    world.clock.run_for(DEPLOYED_SECONDS)
    assert (world.weights(), counts(world)) == (
        {"a": 1, "b": 3, "c": 0},
        {"a": 1, "b": 1, "c": 1},
    )


def test_data_capture_is_a_property_that_is_retained(world: Any) -> None:
    """A configuration without capture leaves a running one on where properties are retained."""
    world.config("other", {"a": 1})
    (variant,) = world.sagemaker.describe_endpoint_config(EndpointConfigName="other")[
        "ProductionVariants"
    ]
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://captured/shop",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="captured", ProductionVariants=[variant], DataCaptureConfig=capture
    )
    world.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="captured")
    world.clock.run_for(200)
    deploy(world, RetainAllVariantProperties=True)
    world.clock.run_for(DEPLOYED_SECONDS)
    assert world.describe()["DataCaptureConfig"]["CaptureStatus"] == "Started"
    world.config("last", {"a": 1})
    deploy(world, "last")
    world.clock.run_for(DEPLOYED_SECONDS)
    assert "DataCaptureConfig" not in world.describe()


def test_a_deployment_needs_the_instances_of_both_fleets(world: Any) -> None:
    """Two instances serve and two are asked for: a quota of three refuses, and nothing changed."""
    world.endpoint({"a": 1})
    world.config("other", {"a": 1})
    world.endpoints.limits.quota["ml.m5.large"] = 3
    with pytest.raises(ClientError) as caught:
        deploy(world)
    assert caught.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    assert "current utilization of 2 Instances and a request delta of 2" in str(caught.value)
    assert world.status() == "InService"
    world.endpoints.limits.quota["ml.m5.large"] = 4
    deploy(world)
    world.clock.run_for(DEPLOYED_SECONDS)
    assert world.describe()["EndpointConfigName"] == "other"


def test_a_creation_counts_against_the_quota(world: Any) -> None:
    """CreateEndpoint is refused where the account may not have the instances."""
    world.config("other", {"a": 1})
    world.endpoints.limits.quota["ml.m5.large"] = 1
    with pytest.raises(ClientError, match="ResourceLimitExceeded"):
        world.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="other")
    assert world.sagemaker.list_endpoints()["Endpoints"] == []


def test_a_deployment_without_instances_rolls_back(world: Any) -> None:
    """The call is taken; AWS has too few: RollingBack, then InService with the old configuration
    and the reason, and both are told.
    """
    world.endpoint({"a": 1})
    world.config("other", {"a": 1, "b": 0})
    world.endpoints.limits.stock["ml.m5.large"] = 3
    told = events(world)
    deploy(world)
    world.clock.run_for(DEPLOYED_SECONDS + 71)
    shown = world.describe()
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", "shop-config")
    assert "InsufficientInstanceCapacity" in shown["FailureReason"]
    assert [status for _, status in told] == ["UPDATING", "ROLLING_BACK", "IN_SERVICE"]
    assert {config for config, _ in told} == {"shop-config"}
    assert world.endpoints.limits.stock["ml.m5.large"] == 3


def test_instances_of_the_old_fleet_are_free_again(world: Any) -> None:
    """Of two left, a new fleet of two takes both, and the old one gives two back."""
    world.endpoint({"a": 1})
    world.config("other", {"a": 1})
    world.endpoints.limits.stock["ml.m5.large"] = 2
    deploy(world)
    assert world.endpoints.limits.stock["ml.m5.large"] == 0
    world.clock.run_for(DEPLOYED_SECONDS)
    assert world.endpoints.limits.stock["ml.m5.large"] == 2


def test_a_container_that_is_never_healthy_fails_the_deployment(world: Any) -> None:
    """SageMaker waits long for the health check, then goes back to what served, and says why; the
    next deployment takes the reason away.
    """
    world.endpoint({"a": 1})
    world.config("other", {"a": 1, "b": 0})
    world.config("third", {"a": 1})
    world.endpoints.register_model("b", NeverHealthy())
    deploy(world)
    world.clock.run_for(1199)
    assert world.status() == "Updating"
    world.clock.run_for(ROLLED_BACK_SECONDS - 1199)
    shown = world.describe()
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", "shop-config")
    assert "production variant b did not pass the ping health check" in shown["FailureReason"]
    assert world.weights() == {"a": 1}
    deploy(world, "third")
    assert "FailureReason" not in world.describe()


def test_how_long_health_is_waited_for_is_configured(world: Any) -> None:
    """ContainerStartupHealthCheckTimeoutInSeconds."""
    world.endpoint({"a": 1})
    world.config("models", {"b": 1})
    world.endpoints.register_model("b", NeverHealthy())
    (variant,) = world.sagemaker.describe_endpoint_config(EndpointConfigName="models")[
        "ProductionVariants"
    ]
    variant["ContainerStartupHealthCheckTimeoutInSeconds"] = 60
    world.sagemaker.create_endpoint_config(EndpointConfigName="other", ProductionVariants=[variant])
    deploy(world)
    world.clock.run_for(60)
    assert world.status() == "RollingBack"


def test_a_creation_that_is_never_healthy_fails(world: Any) -> None:
    """There is nothing to go back to: Failed, with the reason."""
    world.config("other", {"a": 1})
    world.endpoints.register_model("a", NeverHealthy())
    world.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="other")
    world.clock.run_for(1801)
    assert world.status() == "Failed"
    assert "ping health check" in world.describe()["FailureReason"]


def test_what_a_deployment_refuses(world: Any) -> None:
    """A configuration that is in use, one that is not there, and any while another is under way."""
    world.endpoint({"a": 1})
    assert "currently in use" in refusal(lambda: deploy(world, "shop-config"))
    unknown = refusal(lambda: deploy(world, "none"))
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/none"
    assert unknown == f'Could not find endpoint configuration "{arn}".'
    world.config("other", {"a": 1})
    world.config("third", {"a": 1})
    deploy(world)
    assert BUSY in refusal(lambda: deploy(world, "third"))
    assert BUSY in refusal(lambda: world.shift({"a": 2}))


def test_an_endpoint_whose_configuration_was_deleted_takes_no_deployment(world: Any) -> None:
    """DeleteEndpointConfig takes one that is in use; the next UpdateEndpoint does not find it."""
    world.endpoint({"a": 1})
    world.config("other", {"a": 1})
    world.sagemaker.delete_endpoint_config(EndpointConfigName="shop-config")
    world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")
    assert "endpoint-config/shop-config" in refusal(lambda: deploy(world))


def test_an_autoscaled_variant_keeps_its_instance_type(world: Any) -> None:
    """UpdateEndpoint refuses another type while the variant is a scalable target, not after."""
    world.endpoint({"a": 1})
    (variant,) = world.sagemaker.describe_endpoint_config(EndpointConfigName="shop-config")[
        "ProductionVariants"
    ]
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="other",
        ProductionVariants=[{**variant, "InstanceType": "ml.c5.large"}],
    )
    scaled = {("shop", "a")}
    world.endpoints.fleet.scalable = lambda endpoint, name: (endpoint, name) in scaled
    assert "instance type of variant a" in refusal(lambda: deploy(world))
    scaled.clear()
    deploy(world)
    assert world.status() == "Updating"


def test_a_new_fleet_starts_cold(world: Any) -> None:
    """Right after the swap every variant is slower, a minute later as before."""
    world.endpoint({"a": 1})
    world.config("other", {"a": 1})
    world.endpoints.attach_traffic("shop", np.ones((4, 2)), 6000)
    deploy(world)
    world.clock.run_until(lambda: world.status() == "InService", DEPLOYED_SECONDS)
    swapped = world.clock.now()
    world.clock.run_for(300)
    minutes = world.endpoints.metrics
    first = int(swapped.timestamp()) // 60

    def mean(minute: int) -> float:
        read = minutes.read("shop", "a", "ModelLatency", minute, minute + 1, world.clock.now())
        return float(read.total / read.sample_count)

    assert mean(first) + mean(first + 1) > 1.5 * 2 * mean(first + 3)


def test_what_a_fleet_was_built_of_serves_on(world: Any) -> None:
    """A model that is deleted, and made again of another image, changes nothing that serves."""
    role = "arn:aws:iam::123456789012:role/sagemaker"
    world.endpoints.register_model("image", Sums())
    world.endpoints.register_model("broken", NeverHealthy())
    world.models.add("a")
    world.sagemaker.create_model(
        ModelName="a", ExecutionRoleArn=role, PrimaryContainer={"Image": "image"}
    )
    world.endpoint({"a": 1})
    world.sagemaker.delete_model(ModelName="a")
    world.sagemaker.create_model(
        ModelName="a", ExecutionRoleArn=role, PrimaryContainer={"Image": "broken"}
    )
    assert world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")["Body"].read()
    (shown,) = world.describe()["ProductionVariants"]
    assert shown["DeployedImages"][0]["SpecifiedImage"] == "image"
