"""Configurations beyond weights and counts: what is taken, what DescribeEndpoint shows of it, what
requests must name.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.small_endpoints import Sums

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 20,
    "DestinationS3Uri": "s3://captured/shop",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}


def variant(name: str, **settings: Any) -> dict[str, Any]:
    """Return one production variant, on instances unless it says otherwise."""
    kind = {} if "ServerlessConfig" in settings else {"InstanceType": "ml.m5.large"}
    counts = {"InitialInstanceCount": 1} if kind else {}
    return {"VariantName": name, "ModelName": name, **kind, **counts, **settings}


def serve(
    world: Any, variants: list[dict[str, Any]], deployment: Any = None, **config: Any
) -> dict[str, Any]:
    """Create a configuration and its endpoint and return what DescribeEndpoint shows of it."""
    if "b" not in world.models:
        world.config("models", {"a": 1, "b": 0})
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="kind", ProductionVariants=variants, **config
    )
    deployed = {"DeploymentConfig": deployment} if deployment else {}
    world.sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="kind", **deployed)
    world.clock.run_for(200)
    answer: dict[str, Any] = world.describe()
    return answer


def test_metrics_are_configured_and_shown(world: Any) -> None:
    """DescribeEndpoint returns the MetricsConfig of the configuration in use."""
    config = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}
    answer = serve(world, [variant("a")], MetricsConfig=config)
    assert answer["MetricsConfig"] == config


def test_metrics_are_published_at_the_frequencies_there_are(world: Any) -> None:
    """10, 30, 60, 120, 180, 240 and 300 seconds."""
    with pytest.raises(ClientError, match="MetricPublishFrequencyInSeconds"):
        serve(world, [variant("a")], MetricsConfig={"MetricPublishFrequencyInSeconds": 90})


def test_a_shadow_variant_stands_beside_one_production_variant(world: Any) -> None:
    """It is shown apart, with a weight of its own; a second production variant is refused."""
    shadow = [variant("b", InitialVariantWeight=1)]
    with pytest.raises(ClientError, match="one production variant"):
        serve(world, [variant("a"), variant("c")], ShadowProductionVariants=shadow)
    answer = serve(world, [variant("a")], ShadowProductionVariants=shadow)
    assert [shown["VariantName"] for shown in answer["ShadowProductionVariants"]] == ["b"]
    assert [shown["VariantName"] for shown in answer["ProductionVariants"]] == ["a"]


def test_a_serverless_endpoint_has_one_variant_and_no_instance(world: Any) -> None:
    """Several production variants are among what serverless endpoints do not support."""
    settings = {"MemorySizeInMB": 2048, "MaxConcurrency": 5, "ProvisionedConcurrency": 1}
    with pytest.raises(ClientError, match="one production variant"):
        serve(world, [variant("a", ServerlessConfig=settings), variant("b")])
    shown = serve(world, [variant("a", ServerlessConfig=settings)])["ProductionVariants"][0]
    assert shown["CurrentServerlessConfig"] == settings
    assert "CurrentInstanceCount" not in shown


def test_scaling_and_routing_of_a_variant_are_shown(world: Any) -> None:
    """ManagedInstanceScaling and RoutingConfig, as they were configured."""
    scaling = {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 4}
    routing = {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}
    answer = serve(world, [variant("a", ManagedInstanceScaling=scaling, RoutingConfig=routing)])
    shown = answer["ProductionVariants"][0]
    assert (shown["ManagedInstanceScaling"], shown["RoutingConfig"]) == (scaling, routing)


def test_data_capture_is_shown_with_its_percentage_and_without_its_options(world: Any) -> None:
    """The options are the configuration's alone."""
    shown = serve(world, [variant("a")], DataCaptureConfig=CAPTURE)["DataCaptureConfig"]
    assert (shown["CaptureStatus"], shown["CurrentSamplingPercentage"]) == ("Started", 20)
    config = world.sagemaker.describe_endpoint_config(EndpointConfigName="kind")
    assert config["DataCaptureConfig"]["CaptureOptions"] == CAPTURE["CaptureOptions"]


def test_the_last_deployments_alarms_are_shown(world: Any) -> None:
    """As CreateEndpoint or UpdateEndpoint gave them."""
    alarms = {"Alarms": [{"AlarmName": "p99"}]}
    deployment = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
        },
        "AutoRollbackConfiguration": alarms,
    }
    answer = serve(world, [variant("a")], deployment)
    assert answer["LastDeploymentConfig"]["AutoRollbackConfiguration"] == alarms


def test_a_deployment_is_pending_while_it_lasts_and_moving_weights_is_none(world: Any) -> None:
    """PendingDeploymentSummary names the new configuration and its variants."""
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 1})
    world.describe()
    assert world.status() == "Updating"
    assert "PendingDeploymentSummary" not in world.describe()
    world.clock.run_for(80)
    world.config("other", {"a": 1, "b": 1})
    world.sagemaker.update_endpoint(EndpointName="shop", EndpointConfigName="other")
    world.describe()
    pending = world.describe()["PendingDeploymentSummary"]
    assert pending["EndpointConfigName"] == "other"
    assert [shown["VariantName"] for shown in pending["ProductionVariants"]] == ["a", "b"]
    assert pending["ProductionVariants"][0]["InstanceType"] == "ml.m5.large"
    assert pending["ProductionVariants"][0]["VariantStatus"][0]["Status"] == "Creating"
    world.clock.run_for(421)
    assert "PendingDeploymentSummary" not in world.describe()


def test_an_asynchronous_endpoint_answers_no_plain_request(world: Any) -> None:
    """InvokeEndpoint is a validation error there."""
    output = {"OutputConfig": {"S3OutputPath": "s3://answers"}}
    answer = serve(world, [variant("a")], AsyncInferenceConfig=output)
    assert answer["AsyncInferenceConfig"] == output
    with pytest.raises(world.runtime.exceptions.ValidationError, match="InvokeEndpointAsync"):
        world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")


SEVERAL = [{"Image": "image", "ContainerHostname": name} for name in ("first", "second")]


@pytest.mark.parametrize(
    ("model", "refused", "taken"),
    [
        (
            {"PrimaryContainer": {"Image": "image", "Mode": "MultiModel"}},
            [{}, {"TargetContainerHostname": "first"}],
            {"TargetModel": "a.tar.gz"},
        ),
        (
            {"Containers": SEVERAL, "InferenceExecutionConfig": {"Mode": "Direct"}},
            [{}, {"TargetContainerHostname": "third"}, {"TargetModel": "a.tar.gz"}],
            {"TargetContainerHostname": "second"},
        ),
        (
            {"Containers": SEVERAL, "InferenceExecutionConfig": {"Mode": "Serial"}},
            [{"TargetContainerHostname": "first"}, {"TargetModel": "a.tar.gz"}],
            {},
        ),
    ],
)
def test_requests_name_what_stands_behind_the_variant(
    world: Any, model: dict[str, Any], refused: list[dict[str, str]], taken: dict[str, str]
) -> None:
    """A model of many, a container called directly, or neither; else a validation error."""
    world.sagemaker.create_model(ModelName="a", ExecutionRoleArn=ROLE, **model)
    world.endpoints.register_model("a", Sums())
    world.models.add("a")
    serve(world, [variant("a")])
    described = world.sagemaker.describe_model(ModelName="a")
    assert {key: described.get(key) for key in model} == model
    for named in refused:
        with pytest.raises(world.runtime.exceptions.ValidationError):
            world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2", **named)
    answer = world.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2", **taken)
    assert answer["Body"].read().strip() == b"3.0"


def test_tags_are_found_by_the_arn_whatever_the_case_of_the_name(world: Any) -> None:
    """The ARN is in lower case; an endpoint that is not there has no tags."""
    world.config("config", {"a": 1})
    tags = [{"Key": "team", "Value": "ml"}]
    world.sagemaker.create_endpoint(EndpointName="Shop", EndpointConfigName="config", Tags=tags)
    arn = world.describe("Shop")["EndpointArn"]
    assert arn.endswith("endpoint/shop")
    assert world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == tags
    with pytest.raises(ClientError, match="Could not find"):
        world.sagemaker.list_tags(ResourceArn=f"{arn}-2")
