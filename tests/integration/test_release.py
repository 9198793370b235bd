"""The whole release on the deployed application: a canary is built, promoted or taken off again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.endpoints.serving.models import NeverHealthy
from tests.integration.stage import ENDPOINT, Stage, SumModel

QUICK = {"steps": [{"share": 0.25}, {"share": 1.0}]}
NEW = "churn-2026-11"


def model(stage: Stage, behaviour: SumModel | None = None, name: str = NEW) -> None:
    """Create a model that no variant runs yet."""
    stage.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn="arn:aws:iam::123456789012:role/sagemaker",
        PrimaryContainer={"Image": "image"},
    )
    stage.emulator.endpoints.register_model(name, behaviour or SumModel())


def described(stage: Stage) -> dict[str, Any]:
    """Return the endpoint as SageMaker describes it."""
    answer: dict[str, Any] = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    return answer


def configuration(stage: Stage) -> dict[str, Any]:
    """Return the configuration in use."""
    name = described(stage)["EndpointConfigName"]
    answer: dict[str, Any] = stage.client("sagemaker").describe_endpoint_config(
        EndpointConfigName=name
    )
    return answer


def alone() -> Stage:
    """Return a stage whose endpoint has one variant."""
    return Stage(weights={"v1": 1.0})


def test_a_model_becomes_a_variant_is_promoted_and_settled() -> None:
    """From the name of a model alone: built at weight 0, promoted, and a configuration says so."""
    with alone() as stage:
        model(stage)
        ended = stage.finish(stage.start({**QUICK, "canary": {"model": NEW}}), 400)
        assert ended["status"] == "SUCCEEDED", ended
        weights = {
            v["VariantName"]: v["InitialVariantWeight"]
            for v in configuration(stage)["ProductionVariants"]
        }
        assert weights == {"v1": 0.0, NEW: 1.0}
        assert stage.weights == weights


def test_the_losers_are_retired_and_nothing_leads_back() -> None:
    """After keep_warm_minutes the winner serves alone, and a roll-back says why there is none."""
    with alone() as stage:
        model(stage)
        spec = {**QUICK, "canary": {"model": NEW}, "after": "retire", "keep_warm_minutes": 12}
        assert stage.finish(stage.start(spec), 400)["status"] == "SUCCEEDED"
        assert stage.weights == {NEW: 1.0}
        refused = stage.command("rollback")
        assert refused["status"] == "FAILED"
        assert "v1 was retired" in refused["cause"]


def test_a_canary_taken_back_is_taken_off() -> None:
    """The endpoint has the configuration it was found with, and nothing made for it is left."""
    with alone() as stage:
        model(stage, SumModel(failing=0.4))
        ended = stage.finish(stage.start({**QUICK, "canary": {"model": NEW}}), 400)
        assert ended["error"] == "RolledBack"
        assert described(stage)["EndpointConfigName"] == "config-1"
        assert stage.weights == {"v1": 1.0}
        sagemaker = stage.client("sagemaker")
        names = [
            c["EndpointConfigName"] for c in sagemaker.list_endpoint_configs()["EndpointConfigs"]
        ]
        assert names == ["config-1"]


def test_a_settled_promotion_can_be_undone() -> None:
    """The way back leads to the variant before, and takes the promoted one off again."""
    with alone() as stage:
        model(stage)
        assert stage.finish(stage.start({**QUICK, "canary": {"model": NEW}}), 400)["status"] == (
            "SUCCEEDED"
        )
        assert stage.command("rollback")["status"] == "SUCCEEDED"
        assert stage.emulator.run_until(lambda: stage.record.ended, 200)
        assert stage.record.phase == "ROLLED_BACK"
        assert stage.weights == {"v1": 1.0}


def test_a_variant_that_stood_there_is_settled_too() -> None:
    """A later UpdateEndpoint to the configuration in use does not undo the promotion."""
    with Stage() as stage:
        assert stage.finish(stage.start({**QUICK, "after": "settle"}), 400)["status"] == (
            "SUCCEEDED"
        )
        serving = configuration(stage)["ProductionVariants"]
        weights = {v["VariantName"]: v["InitialVariantWeight"] for v in serving}
        assert weights == {"v1": 0.0, "v2": 1.0}


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"canary": {"model": "nobody-made-it"}}, "canary.model: no model named"),
        ({"canary": {"model": NEW, "variant": "v1"}}, "canary.variant: churn-prod has a variant"),
        ({"canary": {}}, "canary"),
        ({"canary": {"model": NEW, "count": 0}}, "canary.count"),
        ({"canary": {"model": NEW}, "keep_warm_minutes": 5}, "keep_warm_minutes goes with"),
    ],
)
def test_what_cannot_be_built_is_refused(spec: dict[str, Any], told: str) -> None:
    """The refusal names field and remedy, and nothing was made."""
    with alone() as stage:
        model(stage)
        before = described(stage)
        ended = stage.finish(stage.start({**QUICK, **spec}), 30)
        assert ended["error"] == "Refused"
        assert told in json.dumps(ended["cause"])
        assert described(stage)["EndpointConfigName"] == before["EndpointConfigName"]
        assert len(stage.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]) == 1


def test_an_image_that_is_never_healthy_changes_nothing() -> None:
    """SageMaker goes back; the message says why, and the endpoint is as it was found."""
    with alone() as stage:
        model(stage)
        stage.emulator.endpoints.register_model(NEW, NeverHealthy())
        ended = stage.finish(stage.start({**QUICK, "canary": {"model": NEW}}), 400)
        assert ended["error"] == "RolledBack"
        assert f"canary.model: {NEW} could not be built: " in ended["cause"]
        assert "did not pass the ping health check" in ended["cause"]
        assert "log group /aws/sagemaker/Endpoints/churn-prod" in ended["cause"]
        assert any("canary.model: " in message.message for message in stage.messages)
        assert (described(stage)["EndpointConfigName"], stage.weights) == ("config-1", {"v1": 1.0})
        assert len(stage.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]) == 1


def test_no_room_for_two_fleets_is_told_and_changes_nothing() -> None:
    """ResourceLimitExceeded names the quota; nothing of ours is left."""
    with alone() as stage:
        model(stage)
        stage.emulator.endpoints.limits.quota["ml.m5.large"] = 3
        ended = stage.finish(stage.start({**QUICK, "canary": {"model": NEW}}), 400)
        assert ended["error"] == "RolledBack"
        assert "canary.count: " in ended["cause"]
        assert "ResourceLimitExceeded" in ended["cause"]
        assert "Raise the quota of the instance type of v1" in ended["cause"]
        assert len(stage.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]) == 1


def test_an_instance_type_that_aws_has_none_left_of_changes_nothing() -> None:
    """SageMaker finds that out while it builds: told with the key, and as it was found."""
    with alone() as stage:
        model(stage)
        stage.emulator.endpoints.limits.stock["ml.g5.xlarge"] = 0
        canary = {"model": NEW, "instance_type": "ml.g5.xlarge"}
        ended = stage.finish(stage.start({**QUICK, "canary": canary}), 400)
        assert ended["error"] == "RolledBack"
        assert f"canary.instance_type: {NEW} could not be built: " in ended["cause"]
        assert "InsufficientInstanceCapacity" in ended["cause"]
        assert "Name another instance_type" in ended["cause"]
        assert (described(stage)["EndpointConfigName"], stage.weights) == ("config-1", {"v1": 1.0})
        assert len(stage.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]) == 1


def test_a_package_that_nobody_approved_changes_nothing() -> None:
    """Refused before anything is made, with the key and the remedy."""
    with alone() as stage:
        sagemaker = stage.client("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="churn")
        arn = sagemaker.create_model_package(
            ModelPackageGroupName="churn",
            InferenceSpecification={
                "Containers": [{"Image": "image"}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
        ended = stage.finish(stage.start({**QUICK, "canary": {"model_package": arn}}), 30)
        assert ended["error"] == "Refused"
        assert "canary.model_package: its approval status is PendingManual" in ended["cause"]
        assert "Approve it in the model registry first" in ended["cause"]
        assert described(stage)["EndpointConfigName"] == "config-1"
        assert len(sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1
        assert len(sagemaker.list_models()["Models"]) == 1


def test_a_promotion_that_cannot_be_settled_stands() -> None:
    """The end is PROMOTED, and a message says what is left to do."""
    with Stage() as stage:
        stage.emulator.endpoints.limits.quota["ml.m5.large"] = 4
        ended = stage.finish(stage.start({**QUICK, "after": "settle"}), 400)
        assert ended["status"] == "SUCCEEDED"
        assert stage.weights == {"v1": 0.0, "v2": 1.0}
        assert described(stage)["EndpointConfigName"] == "config-1"
        assert any("tidying failed" in (message.subject or "") for message in stage.messages)


def test_what_is_built_keeps_capture_and_tags() -> None:
    """The configuration with the canary is the one in use, its tags and what names the rollout
    besides.
    """
    with alone() as stage:
        sagemaker = stage.client("sagemaker")
        known = configuration(stage)
        capture = {
            "EnableCapture": True,
            "InitialSamplingPercentage": 7,
            "DestinationS3Uri": "s3://captured/churn",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        }
        tag = {"Key": "team", "Value": "churn"}
        sagemaker.create_endpoint_config(
            EndpointConfigName="config-2",
            ProductionVariants=known["ProductionVariants"],
            DataCaptureConfig=capture,
            Tags=[tag],
        )
        sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="config-2")
        stage.emulator.run_minutes(12)
        model(stage)
        stage.start({**QUICK, "canary": {"model": NEW}})
        stage.reach("BAKING", 1)
        built = configuration(stage)
        tags = sagemaker.list_tags(ResourceArn=built["EndpointConfigArn"])["Tags"]
        made_by = {"Key": "sagemaker-canary:rollout", "Value": stage.record.rollout}
        assert (built["DataCaptureConfig"], tags) == (capture, [tag, made_by])
        assert built["ProductionVariants"][0] == known["ProductionVariants"][0]
