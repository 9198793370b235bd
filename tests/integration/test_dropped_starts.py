"""A start whose event never arrived comes about all the same, on the deployed stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator.events.bus import Passage
from tests.integration.stage import ENDPOINT, Stage, SumModel
from tests.integration.test_hands_off import BUCKET, TAG, executions, package, redeploy, tag, upload

PARAMETERS = {"HandsOffSpecBucket": BUCKET, "ModelRolePattern": "sagemaker"}


def deaf(passage: Passage) -> tuple[float, ...]:
    """Drop what would be heard of an endpoint or a package."""
    return () if passage.event["source"] == "aws.sagemaker" else (0.0,)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stack that starts rollouts by itself and hears nothing of SageMaker."""
    with Stage(parameters=PARAMETERS, enforce_iam=True) as ready:
        ready.client("s3").create_bucket(Bucket=BUCKET)
        ready.emulator.bus.plan = deaf
        yield ready


def test_a_variant_is_found_within_a_quarter_of_an_hour(stage: Stage) -> None:
    """And started once."""
    upload(stage)
    tag(stage)
    redeploy(stage)
    assert executions(stage) == []
    stage.emulator.run_minutes(7)
    (name,) = executions(stage)
    assert name.startswith(f"hands-off-{ENDPOINT}-")
    stage.emulator.run_minutes(46)
    assert executions(stage) == [name]
    assert stage.emulator.permissions.refused == []


def test_a_package_is_found_and_one_that_was_approved_long_before_is_not(stage: Stage) -> None:
    """The first was approved before its group had a tag; the second after."""
    upload(stage, canary={"model_package_group": "churn"})
    sagemaker = stage.client("sagemaker")
    group = sagemaker.create_model_package_group(ModelPackageGroupName="churn")
    stage.emulator.endpoints.register_model("s3://models/2.tar.gz", SumModel())
    first = package(stage)
    sagemaker.update_model_package(ModelPackageArn=first, ModelApprovalStatus="Approved")
    stage.emulator.run_minutes(90)
    sagemaker.add_tags(ResourceArn=group["ModelPackageGroupArn"], Tags=[TAG])
    stage.emulator.run_minutes(31)
    assert executions(stage) == []
    second = package(stage)
    sagemaker.update_model_package(ModelPackageArn=second, ModelApprovalStatus="Approved")
    stage.emulator.run_minutes(16)
    (name,) = executions(stage)
    assert stage.record.plan.release is not None
    staging = stage.record.plan.release.staging
    assert staging is not None
    assert staging.model_package == second
    stage.emulator.run_minutes(31)
    assert executions(stage) == [name]
    assert stage.emulator.permissions.refused == []


def test_nothing_is_looked_for_unless_it_is_asked_for() -> None:
    """The rule is off while the parameter is empty."""
    with Stage() as plain:
        plain.client("s3").create_bucket(Bucket=BUCKET)
        upload(plain)
        tag(plain)
        redeploy(plain)
        plain.emulator.run_minutes(31)
        assert executions(plain) == []
