"""Rollouts that begin by themselves on the deployed stack, its roles enforced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.stage import ENDPOINT, Stage, SumModel

BUCKET, KEY = "canary-specs", "churn.json"
TAG = {"Key": "sagemaker-canary:spec", "Value": f"s3://{BUCKET}/{KEY}"}


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stack that starts rollouts by itself, and an endpoint with a variant at weight 0."""
    with Stage(parameters={"HandsOffSpecBucket": BUCKET}, enforce_iam=True) as ready:
        ready.client("s3").create_bucket(Bucket=BUCKET)
        yield ready


def upload(stage: Stage, **spec: Any) -> None:
    """Put the endpoint's spec where its tag will say."""
    document = {"endpoint": ENDPOINT, "canary": "v2", "watch_minutes": 10, **spec}
    stage.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(document))


def tag(stage: Stage) -> None:
    """Name the spec on the endpoint."""
    arn = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)["EndpointArn"]
    stage.client("sagemaker").add_tags(ResourceArn=arn, Tags=[TAG])


def redeploy(stage: Stage, config: str = "config-2") -> None:
    """Deploy the variants anew, v2 at weight 0, as a pipeline does."""
    sagemaker = stage.client("sagemaker")
    known = sagemaker.describe_endpoint_config(EndpointConfigName="config-1")
    sagemaker.create_endpoint_config(
        EndpointConfigName=config, ProductionVariants=known["ProductionVariants"]
    )
    sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=config)
    stage.emulator.run_minutes(9)


def executions(stage: Stage) -> list[str]:
    """Return the names of every execution, the first one first."""
    listed = stage.client("stepfunctions").list_executions(
        stateMachineArn=stage.outputs["StateMachineArn"]
    )["executions"]
    return [one["name"] for one in reversed(listed)]


def test_a_deployed_variant_is_rolled_out_by_itself(stage: Stage) -> None:
    """One execution, though events are doubled and come late, and none when it is over."""
    stage.emulator.bus.plan = lambda _passage: (0.0, 1.0, 90.0)
    upload(stage)
    tag(stage)
    redeploy(stage)
    (name,) = executions(stage)
    assert name.startswith(f"hands-off-{ENDPOINT}-")
    stage.emulator.bus.plan = lambda _passage: (0.0,)
    machine = stage.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
    assert stage.finish(f"{machine}:{name}")["status"] == "SUCCEEDED"
    stage.emulator.run_minutes(3)
    assert executions(stage) == [name]
    assert stage.emulator.permissions.refused == []


def test_a_spec_that_is_wrong_is_told_and_one_without_a_tag_is_not_looked_for(
    stage: Stage,
) -> None:
    """No tag: silence. A bad key: one message with field and remedy, and no execution."""
    upload(stage, setps=[])
    redeploy(stage)
    assert stage.messages == []
    tag(stage)
    redeploy(stage, "config-3")
    (message,) = stage.messages
    assert "setps: unknown key" in message.message
    assert executions(stage) == []


def package(stage: Stage) -> str:
    """Make a package of the group and return its ARN; it waits for approval."""
    made = stage.client("sagemaker").create_model_package(
        ModelPackageGroupName="churn",
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://models/2.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    return str(made["ModelPackageArn"])


def test_a_package_is_approved_and_the_winner_serves_alone() -> None:
    """Approval, and nobody types anything: built, rolled out, the loser retired, all told."""
    parameters = {"HandsOffSpecBucket": BUCKET, "ModelRolePattern": "sagemaker"}
    with Stage(weights={"v1": 1.0}, parameters=parameters, enforce_iam=True) as stage:
        stage.client("s3").create_bucket(Bucket=BUCKET)
        upload(
            stage,
            canary={"model_package_group": "churn"},
            steps=[{"share": 0.25}, {"share": 1.0}],
            after="retire",
        )
        sagemaker = stage.client("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="churn", Tags=[TAG])
        stage.emulator.endpoints.register_model("s3://models/2.tar.gz", SumModel())
        made = package(stage)
        stage.emulator.run_minutes(2)
        assert (executions(stage), stage.messages) == ([], [])
        sagemaker.update_model_package(ModelPackageArn=made, ModelApprovalStatus="Approved")
        stage.emulator.run_minutes(2)
        (name,) = executions(stage)
        machine = stage.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
        assert stage.finish(f"{machine}:{name}", 400)["status"] == "SUCCEEDED"
        assert stage.weights == {"churn-1": 1.0}
        stage.emulator.run_minutes(5)
        assert executions(stage) == [name]
        assert stage.emulator.permissions.refused == []


def test_a_package_whose_endpoint_is_not_there_is_told(stage: Stage) -> None:
    """What the planner refuses of a start of ours is told, with the remedy."""
    upload(stage, canary={"model_package_group": "churn"}, endpoint="another-endpoint")
    sagemaker = stage.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="churn", Tags=[TAG])
    sagemaker.update_model_package(ModelPackageArn=package(stage), ModelApprovalStatus="Approved")
    stage.emulator.run_minutes(3)
    assert "not started by itself" in str(stage.messages[0].subject)
    assert "no endpoint named" in stage.messages[0].message


def test_nothing_starts_by_itself_unless_it_is_asked_for() -> None:
    """The parameter is empty: tag and spec change nothing."""
    with Stage() as plain:
        plain.client("s3").create_bucket(Bucket=BUCKET)
        upload(plain)
        tag(plain)
        redeploy(plain)
        assert executions(plain) == []
