"""What carries the tag, and what is approved, is read from AWS page by page."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from canary.adapters.starting.tagged import SageMakerPackages, TaggedResources
from canary.domain.errors import AwsDenied, AwsUnavailable

pytestmark = pytest.mark.usefixtures("aws")
ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
ASKED = {
    "TagFilters": [{"Key": "sagemaker-canary:spec"}],
    "ResourceTypeFilters": ["sagemaker"],
}
CREATED, CHANGED = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


def page(*names: str, token: str = "") -> dict[str, Any]:
    """Return a page of GetResources."""
    mappings = [{"ResourceARN": f"{ARN}:{name}", "Tags": []} for name in names]
    return {"ResourceTagMappingList": mappings, "PaginationToken": token}


def test_endpoints_and_groups_that_carry_the_tag_are_listed() -> None:
    """Of every page, in their order; a model or a configuration that carries it starts nothing."""
    client: Any = boto3.client("resourcegroupstaggingapi")
    with Stubber(client) as answers:
        first = page("model-package-group/churn", "model/m", token="more")
        answers.add_response("get_resources", first, {**ASKED, "PaginationToken": ""})
        second = page("endpoint/churn-prod", "endpoint-config/c", "model-package/churn/1")
        answers.add_response("get_resources", second, {**ASKED, "PaginationToken": "more"})
        found = TaggedResources(client).tagged()
    assert found == [f"{ARN}:endpoint/churn-prod", f"{ARN}:model-package-group/churn"]


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [("AccessDeniedException", 400, AwsDenied), ("ThrottledException", 400, AwsUnavailable)],
)
def test_a_refusal_is_translated(code: str, status: int, error: type[Exception]) -> None:
    """Denied for good, or worth another try."""
    client: Any = boto3.client("resourcegroupstaggingapi")
    with Stubber(client) as answers:
        answers.add_client_error("get_resources", code, http_status_code=status)
        with pytest.raises(error, match=f"tag:GetResources: {code}"):
            TaggedResources(client).tagged()


def test_the_newest_approved_version_is_asked_for() -> None:
    """An empty page may come before it: a filter is applied to what a page was filled with."""
    client = boto3.client("sagemaker")
    asked = {
        "ModelPackageGroupName": "churn",
        "ModelApprovalStatus": "Approved",
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
        "MaxResults": 1,
    }
    summary = {
        "ModelPackageGroupName": "churn",
        "ModelPackageArn": f"{ARN}:model-package/churn/7",
        "CreationTime": CREATED,
        "ModelPackageStatus": "Completed",
    }
    with Stubber(client) as answers:
        empty = {"ModelPackageSummaryList": [], "NextToken": "more"}
        answers.add_response("list_model_packages", empty, asked)
        found = {"ModelPackageSummaryList": [summary]}
        answers.add_response("list_model_packages", found, {**asked, "NextToken": "more"})
        assert SageMakerPackages(client).newest_approved("churn") == summary["ModelPackageArn"]
        answers.add_response("list_model_packages", {"ModelPackageSummaryList": []}, asked)
        assert SageMakerPackages(client).newest_approved("churn") is None


def test_a_group_that_is_gone_has_no_approved_version() -> None:
    """Its tag may still be listed; any other denial is one."""
    client = boto3.client("sagemaker")
    gone = (
        "ModelPackageGroup arn:aws:sagemaker:eu-west-1:1:model-package-group/churn does not exist."
    )
    with Stubber(client) as answers:
        answers.add_client_error("list_model_packages", "ValidationException", gone, 400)
        assert SageMakerPackages(client).newest_approved("churn") is None
        answers.add_client_error(
            "list_model_packages", "AccessDeniedException", "explicit deny", 400
        )
        with pytest.raises(AwsDenied, match="explicit deny"):
            SageMakerPackages(client).newest_approved("churn")


@pytest.mark.parametrize(("changed", "when"), [({}, CREATED), ({"x": 1}, CHANGED)])
def test_a_package_was_changed_last_when_aws_says_so(changed: Any, when: datetime) -> None:
    """Or made, where it never was changed."""
    client = boto3.client("sagemaker")
    package = {
        "ModelPackageName": "churn",
        "ModelPackageArn": f"{ARN}:model-package/churn/7",
        "CreationTime": CREATED,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        **({"LastModifiedTime": CHANGED} if changed else {}),
    }
    with Stubber(client) as answers:
        answers.add_response("describe_model_package", package, {"ModelPackageName": "arn"})
        assert SageMakerPackages(client).changed_at("arn") == when
