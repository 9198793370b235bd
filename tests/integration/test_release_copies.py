"""What a configuration says besides its variants is in every one that is made of it, on the
deployed application; and how a canary is hosted otherwise is told before it counts.
"""

from __future__ import annotations

from typing import Any

from tests.integration.stage import ENDPOINT, Stage, SumModel
from tests.integration.test_registry import approved

QUICK = {"steps": [{"share": 0.25}, {"share": 1.0}]}
NETWORK = {"SecurityGroupIds": ["sg-0a1b2c3d"], "Subnets": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]}
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
BESIDES: dict[str, Any] = {
    "DataCaptureConfig": {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://captured/churn",
        "KmsKeyId": "alias/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    },
    "VpcConfig": NETWORK,
    "EnableNetworkIsolation": True,
    "ExecutionRoleArn": ROLE,
}
VARIANT: dict[str, Any] = {
    "VariantName": "v1",
    "ModelName": "in-network",
    "InstanceType": "ml.m5.large",
    "InitialInstanceCount": 2,
    "InitialVariantWeight": 1.0,
    "ContainerStartupHealthCheckTimeoutInSeconds": 300,
    "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4},
    "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
}


def in_a_network(stage: Stage) -> None:
    """Serve a model that lives in a VPC, with data capture, from a configuration that says so."""
    sagemaker = stage.client("sagemaker")
    sagemaker.create_model(
        ModelName="in-network",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "image", "Environment": {"WORKERS": "2"}},
        VpcConfig=NETWORK,
        EnableNetworkIsolation=True,
    )
    stage.emulator.endpoints.register_model("in-network", SumModel())
    sagemaker.create_endpoint_config(
        EndpointConfigName="found", ProductionVariants=[VARIANT], **BESIDES
    )
    sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="found")
    stage.emulator.run_minutes(15)


def in_use(stage: Stage) -> dict[str, Any]:
    """Return the configuration in use, without its names and times."""
    sagemaker = stage.client("sagemaker")
    name = sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]
    answer: dict[str, Any] = sagemaker.describe_endpoint_config(EndpointConfigName=name)
    own = {"EndpointConfigName", "EndpointConfigArn", "CreationTime", "ResponseMetadata"}
    return {key: value for key, value in answer.items() if key not in own}


def test_network_capture_and_isolation_are_copied_into_all_that_is_made() -> None:
    """Staged, settled, and the model of a package: nothing but variants, weights and instances
    differs from what was found.
    """
    with Stage(weights={"v1": 1.0}, parameters={"ModelRolePattern": "sagemaker"}) as stage:
        in_a_network(stage)
        found = in_use(stage)
        assert {key: found[key] for key in BESIDES} == BESIDES
        package = approved(stage, SumModel())
        spec = {**QUICK, "canary": {"model_package": package, "environment": {"WORKERS": "4"}}}
        execution = stage.start(spec)
        stage.reach("BAKING", 1)
        staged = in_use(stage)
        before, built = staged.pop("ProductionVariants")
        (variant,) = found.pop("ProductionVariants")
        assert (staged, before) == (found, variant)
        assert {k: v for k, v in built.items() if k not in {"VariantName", "ModelName"}} == {
            **{k: v for k, v in variant.items() if k not in {"VariantName", "ModelName"}},
            "InitialVariantWeight": 0.0,
        }
        made = stage.client("sagemaker").describe_model(ModelName=built["ModelName"])
        assert (made["VpcConfig"], made["EnableNetworkIsolation"]) == (NETWORK, True)
        assert made["ExecutionRoleArn"] == ROLE
        assert stage.finish(execution, 400)["status"] == "SUCCEEDED"
        settled = in_use(stage)
        weights = {
            v["VariantName"]: v["InitialVariantWeight"] for v in settled.pop("ProductionVariants")
        }
        assert (settled, weights) == (found, {"v1": 0.0, "churn-1": 1.0})


def test_a_canary_that_is_hosted_otherwise_is_told_so_before_it_counts() -> None:
    """Each field that differs by its name, and of the environment names alone."""
    with Stage(weights={"v1": 1.0}, parameters={"ModelRolePattern": "sagemaker"}) as stage:
        in_a_network(stage)
        package = approved(stage, SumModel())
        canary = {
            "model_package": package,
            "instance_type": "ml.c5.xlarge",
            "environment": {"WORKERS": "secret-4"},
        }
        stage.start({**QUICK, "canary": canary})
        stage.reach("BAKING", 1)
        told = stage.messages[0].message
        assert "churn-1 is not hosted as v1" in told
        assert "InstanceType ml.c5.xlarge, there ml.m5.large" in told
        assert "environment WORKERS" in told
        assert "secret-4" not in told
