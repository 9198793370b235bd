"""Endpoints of other kinds on the deployed application: refused at the start, or told of in the
first message and by the command line.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.demo.test_canaryctl import canaryctl
from tests.integration.refusals import refused
from tests.integration.stage import ENDPOINT, Stage

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
SLOW_METRICS = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 300}
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 20,
    "DestinationS3Uri": "s3://captured/churn",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Two variants under traffic."""
    with Stage() as ready:
        yield ready


def reconfigure(stage: Stage, **config: Any) -> None:
    """Let the endpoint run by a configuration of the same variants that says more."""
    sagemaker = stage.client("sagemaker")
    known = sagemaker.describe_endpoint_config(EndpointConfigName="config-1")
    sagemaker.create_endpoint_config(
        EndpointConfigName="config-2", ProductionVariants=known["ProductionVariants"], **config
    )
    stage.emulator.endpoints.mishaps.foreign_config(ENDPOINT, "config-2")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"MetricsConfig": SLOW_METRICS}, "every 300 s"),
        (
            {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://answers"}}},
            "answers asynchronously",
        ),
    ],
)
def test_a_configuration_that_cannot_carry_a_rollout_is_refused(
    stage: Stage, config: dict[str, Any], words: str
) -> None:
    """As DescribeEndpoint shows it, with nothing changed."""
    reconfigure(stage, **config)
    assert words in refused(stage, {})


def test_a_canary_of_many_models_beside_a_baseline_of_one_is_refused(stage: Stage) -> None:
    """Its model is read by the planner's own role."""
    stage.client("sagemaker").delete_model(ModelName="model-v2")
    stage.client("sagemaker").create_model(
        ModelName="model-v2",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "image", "Mode": "MultiModel"},
    )
    assert "v2 hosts many models" in refused(stage, {})


def test_a_capture_that_will_hold_the_labelled_set_is_told(stage: Stage) -> None:
    """By `start`, in the first message, and by `status`; and so is who made the endpoint."""
    reconfigure(stage, DataCaptureConfig=CAPTURE)
    arn = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)["EndpointArn"]
    made_by = {"Key": "aws:cloudformation:stack-name", "Value": "serving"}
    stage.client("sagemaker").add_tags(ResourceArn=arn, Tags=[made_by])
    s3 = stage.client("s3")
    s3.create_bucket(Bucket="labelled")
    body = b"".join(b"%d,1,2,3,%d\n" % (6 + row, row) for row in range(200))
    s3.put_object(Bucket="labelled", Key="set.csv", Body=body)
    quality = {"labelled_set": "s3://labelled/set.csv", "label_column": 0, "task": "regression"}
    quality |= {"right_within": 0.01}
    spec = {"endpoint": ENDPOINT, "canary": "v2", "guards": {"quality": quality}}
    started = canaryctl(stage, "start", "--spec", "-", stdin=json.dumps(spec))
    told = "Data Capture is on for 20% of all requests"
    kept = "their features will be in s3://captured/churn"
    assert told in started.stdout
    assert "belongs to the CloudFormation stack serving" in started.stdout
    stage.emulator.run_minutes(2)
    assert kept in stage.messages[0].message
    shown = canaryctl(stage, "status", "--endpoint", ENDPOINT)
    assert told in shown.stdout
    listed = json.loads(canaryctl(stage, "status", "--json").stdout)
    assert any(kept in notice for notice in listed[0]["notices"])
