"""What becomes of the package that a canary was made of, the roles enforced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.stage import Stage, SumModel

DATA = "s3://models/3.tar.gz"


def by_evidence(stage: Stage) -> None:
    """Wait until the guards have seen enough."""
    assert stage.emulator.run_until(lambda: stage.record.ended, 400)


def by_hand(stage: Stage) -> None:
    """Take it back before anything speaks against it."""
    assert stage.emulator.run_until(lambda: stage.record.phase == "BAKING", 60)
    assert stage.command("rollback")["status"] == "SUCCEEDED"
    by_evidence(stage)


@pytest.mark.parametrize(
    ("behaviour", "taken_back", "approval", "told"),
    [
        (SumModel(failing=0.4), by_evidence, "Rejected", "is Rejected in the registry"),
        (SumModel(), by_hand, "Approved", "neither guard nor labelled set showed it worse"),
    ],
)
def test_a_package_is_rejected_where_its_model_was_shown_worse(
    behaviour: SumModel, taken_back: Callable[[Stage], None], approval: str, told: str
) -> None:
    """By evidence: Rejected, with the reason. By a person who said none: as it was. Both told."""
    with Stage(
        weights={"v1": 1.0}, parameters={"ModelRolePattern": "sagemaker"}, enforce_iam=True
    ) as stage:
        arn = approved(stage, behaviour)
        spec = {"steps": [{"share": 0.25}, {"share": 1.0}], "canary": {"model_package": arn}}
        stage.start(spec)
        stage.emulator.run_minutes(1)
        taken_back(stage)
        stage.emulator.run_minutes(3)
        assert stage.record.phase == "ROLLED_BACK"
        package = stage.client("sagemaker").describe_model_package(ModelPackageName=arn)
        assert package["ModelApprovalStatus"] == approval
        assert ("errors" in package.get("ApprovalDescription", "")) == (approval == "Rejected")
        assert told in stage.messages[-1].message
        assert stage.emulator.permissions.refused == []


def approved(stage: Stage, behaviour: SumModel) -> str:
    """Return the ARN of an approved package whose model behaves so."""
    sagemaker: Any = stage.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="churn")
    stage.emulator.endpoints.register_model(DATA, behaviour)
    made = sagemaker.create_model_package(
        ModelPackageGroupName="churn",
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": DATA}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        ModelApprovalStatus="Approved",
    )
    return str(made["ModelPackageArn"])


def test_a_package_that_cannot_be_rejected_is_told() -> None:
    """The end stands; the message says what was not done, and why."""
    with Stage(weights={"v1": 1.0}, parameters={"ModelRolePattern": "sagemaker"}) as stage:
        arn = approved(stage, SumModel(failing=0.4))
        stage.start({"steps": [{"share": 0.25}, {"share": 1.0}], "canary": {"model_package": arn}})
        assert stage.emulator.run_until(lambda: bool(stage.messages), 60)
        assert stage.emulator.run_until(lambda: stage.record.phase == "BAKING", 60)
        stage.emulator.endpoints.registry.packages.pop(arn)
        by_evidence(stage)
        stage.emulator.run_minutes(3)
        assert stage.record.phase == "ROLLED_BACK"
        assert "could not be rejected in the registry" in stage.messages[-1].message


def test_a_package_that_is_kept_is_told_to_be_approved() -> None:
    """Though its model was shown worse, with the command that rejects it."""
    with Stage(weights={"v1": 1.0}, parameters={"ModelRolePattern": "sagemaker"}) as stage:
        arn = approved(stage, SumModel(failing=0.4))
        spec = {"steps": [{"share": 0.25}, {"share": 1.0}], "canary": {"model_package": arn}}
        stage.start({**spec, "after": "keep"})
        stage.emulator.run_minutes(1)
        by_evidence(stage)
        told = stage.messages[-1].message
        assert f"The package {arn} of a model that was shown worse is left Approved" in told
        reject = f"--model-package-arn {arn} --model-approval-status Rejected"
        assert f"(aws sagemaker update-model-package {reject})" in told
