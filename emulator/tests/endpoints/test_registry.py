"""The model registry: groups, versions, approval, events, and models made of packages."""

import json
from typing import Any

import pytest
from botocore.config import Config

from emulator.calls import Call
from emulator.endpoints import NeverHealthy
from emulator.iam.requirements import requirements_of
from emulator.place import Place
from emulator.tests.endpoints.test_updates import refusal
from emulator.tests.small_endpoints import Sums, client

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
INFERENCE = {
    "Containers": [{"Image": "images/churn:2", "ModelDataUrl": "s3://models/churn/2.tar.gz"}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}


def register(world: Any, group: str = "Churn", **more: Any) -> str:
    """Return the ARN of a new version in the group."""
    answer = world.sagemaker.create_model_package(
        ModelPackageGroupName=group, InferenceSpecification=INFERENCE, **more
    )
    return str(answer["ModelPackageArn"])


@pytest.fixture
def grouped(world: Any) -> Any:
    """A world with the group Churn."""
    world.sagemaker.create_model_package_group(
        ModelPackageGroupName="Churn",
        ModelPackageGroupDescription="who leaves",
        Tags=[{"Key": "team", "Value": "ml"}],
    )
    return world


def test_versions_count_upwards_and_wait_for_approval(grouped: Any) -> None:
    """The first is 1, the second 2, each PendingManualApproval; the ARN is in lower case."""
    assert register(grouped) == f"{ARN}:model-package/churn/1"
    second = register(grouped, ModelMetrics={"Bias": {}}, CustomerMetadataProperties={"auc": "1"})
    shown = grouped.sagemaker.describe_model_package(ModelPackageName=second)
    assert (shown["ModelPackageGroupName"], shown["ModelPackageVersion"]) == ("Churn", 2)
    assert (shown["ModelApprovalStatus"], shown["ModelPackageStatus"]) == (
        "PendingManualApproval",
        "Completed",
    )
    assert (shown["InferenceSpecification"], shown["ModelMetrics"]) == (INFERENCE, {"Bias": {}})


def test_an_update_changes_what_it_names(grouped: Any) -> None:
    """Approval, its description, metadata: the rest stays as it was."""
    arn = register(grouped, CustomerMetadataProperties={"auc": "1", "run": "7"})
    grouped.clock.run_for(60)
    update = grouped.sagemaker.update_model_package
    update(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="by review")
    update(
        ModelPackageArn=arn,
        CustomerMetadataProperties={"auc": "2"},
        CustomerMetadataPropertiesToRemove=["run"],
    )
    shown = grouped.sagemaker.describe_model_package(ModelPackageName=arn)
    assert (shown["ModelApprovalStatus"], shown["ApprovalDescription"]) == ("Approved", "by review")
    assert shown["CustomerMetadataProperties"] == {"auc": "2"}
    assert shown["LastModifiedTime"].timestamp() == shown["CreationTime"].timestamp() + 60
    assert "failed to satisfy" in refusal(
        lambda: update(ModelPackageArn=arn, ModelApprovalStatus="Fine")
    )


def test_versions_are_listed_by_approval_newest_first(grouped: Any) -> None:
    """Of one group; what has no group is listed apart."""
    arns = [register(grouped) for _ in range(3) if grouped.clock.run_for(60) is None]
    grouped.sagemaker.create_model_package(
        ModelPackageName="alone", InferenceSpecification=INFERENCE
    )
    for arn in arns[:2]:
        grouped.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    listed = grouped.sagemaker.list_model_packages
    found = listed(ModelPackageGroupName="Churn", ModelApprovalStatus="Approved")
    assert [one["ModelPackageArn"] for one in found["ModelPackageSummaryList"]] == arns[1::-1]
    (alone,) = listed()["ModelPackageSummaryList"]
    assert alone["ModelPackageName"] == "alone"
    (group,) = grouped.sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]
    assert group["ModelPackageGroupName"] == "Churn"


def test_a_package_that_comes_or_changes_is_told(grouped: Any) -> None:
    """One event each, the package as it is described, times as ISO texts."""
    events: list[Any] = []
    grouped.endpoints.on_event(events.append)
    arn = register(grouped)
    grouped.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    assert {event["DetailType"] for event in events} == {"SageMaker Model Package State Change"}
    details = [json.loads(event["Detail"]) for event in events]
    assert [one["ModelApprovalStatus"] for one in details] == ["PendingManualApproval", "Approved"]
    last = details[-1]
    assert (last["ModelPackageGroupName"], last["ModelPackageVersion"]) == ("Churn", 1)
    assert (last["ModelPackageArn"], events[-1]["Resources"]) == (arn, [arn])
    assert last["LastModifiedTime"].endswith("Z")
    assert last["InferenceSpecification"] == INFERENCE


def test_what_the_registry_refuses(grouped: Any) -> None:
    """A group twice, packages and groups that are not there, a package of both kinds."""
    create = grouped.sagemaker.create_model_package
    assert "already exists" in refusal(
        lambda: grouped.sagemaker.create_model_package_group(ModelPackageGroupName="churn")
    )
    assert "does not exist" in refusal(lambda: register(grouped, "none"))
    assert "one of both" in refusal(
        lambda: create(ModelPackageName="a", ModelPackageGroupName="Churn")
    )
    assert "does not exist" in refusal(
        lambda: grouped.sagemaker.describe_model_package(ModelPackageName="none")
    )


def test_a_model_is_made_of_an_approved_package(grouped: Any) -> None:
    """Refused until it is approved; then its image and data stand behind the model, which is
    described as it was asked for.
    """
    arn = register(grouped)
    model = {"ModelName": "churn-2", "ExecutionRoleArn": ROLE}
    containers = [{"ModelPackageName": arn, "Environment": {"WORKERS": "4"}}]
    create = grouped.sagemaker.create_model
    assert "ModelApprovalStatus is PendingManualApproval" in refusal(
        lambda: create(**model, Containers=containers)
    )
    grouped.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    create(**model, Containers=containers)
    assert grouped.sagemaker.describe_model(ModelName="churn-2")["Containers"] == containers
    grouped.models.add("churn-2")
    grouped.endpoints.register_model("images/churn:2", Sums())
    grouped.endpoint({"churn-2": 1})
    answer = grouped.runtime.invoke_endpoint(EndpointName="shop", Body=b"1,2")
    assert answer["Body"].read().strip() == b"3.0"


def test_a_package_has_its_behaviour_by_its_arn(grouped: Any) -> None:
    """Nearer than the image that it shares with others."""
    arn = register(grouped, ModelApprovalStatus="Approved")
    grouped.endpoints.register_model("images/churn:2", NeverHealthy())
    grouped.endpoints.register_model(arn, Sums())
    grouped.sagemaker.create_model(
        ModelName="churn-2", ExecutionRoleArn=ROLE, PrimaryContainer={"ModelPackageName": arn}
    )
    grouped.models.add("churn-2")
    grouped.endpoint({"churn-2": 1})


def test_groups_have_tags(grouped: Any) -> None:
    """Found by the group's ARN."""
    arn = f"{ARN}:model-package-group/churn"
    assert grouped.sagemaker.list_tags(ResourceArn=arn)["Tags"][0]["Value"] == "ml"


@pytest.mark.parametrize(
    ("operation", "given", "path"),
    [
        ("DescribeModelPackage", {"ModelPackageName": f"{ARN}:model-package/churn/1"}, "churn/1"),
        ("UpdateModelPackage", {"ModelPackageArn": f"{ARN}:model-package/churn/1"}, "churn/1"),
        ("ListModelPackages", {"ModelPackageGroupName": "Churn"}, "churn/*"),
        ("CreateModelPackage", {"ModelPackageGroupName": "Churn"}, "churn/*"),
    ],
)
def test_what_calls_of_the_registry_need(operation: str, given: dict[str, str], path: str) -> None:
    """The action of the call's name on the package, or on the versions of the group."""
    call = Call(1, "sagemaker", operation, given, "", None, Config())
    needs = [(one.action, one.resource) for one in requirements_of(call, Place())]
    assert needs == [(f"sagemaker:{operation}", f"{ARN}:model-package/{path}")]


def test_what_carries_a_tag_is_found_by_it(grouped: Any) -> None:
    """Groups and endpoints that are there, whatever page they are on; by the service alone too."""
    tag = [{"Key": "team", "Value": "ml"}]
    grouped.config("config", {"a": 1})
    for name in ("Shop", "gone", "other"):
        grouped.sagemaker.create_endpoint(
            EndpointName=name, EndpointConfigName="config", Tags=[] if name == "other" else tag
        )
    grouped.clock.run_for(200)
    grouped.sagemaker.delete_endpoint(EndpointName="gone")
    grouped.clock.run_for(200)
    pages = (
        client("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(
            TagFilters=[{"Key": "team"}],
            ResourceTypeFilters=["sagemaker"],
            PaginationConfig={"PageSize": 1},
        )
    )
    found = {one["ResourceARN"]: one["Tags"] for p in pages for one in p["ResourceTagMappingList"]}
    assert found == {f"{ARN}:endpoint/shop": tag, f"{ARN}:model-package-group/churn": tag}


def test_finding_by_tag_has_no_resources() -> None:
    """Service authorization reference, Amazon Resource Group Tagging API."""
    call = Call(1, "resourcegroupstaggingapi", "GetResources", {}, "", None, Config())
    needs = [(one.action, one.resource) for one in requirements_of(call, Place())]
    assert needs == [("tag:GetResources", "*")]
