"""What is tagged with a spec, and what is approved in a tagged group."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from canary.adapters.translation import says, translated
from canary.domain.errors import AwsDenied
from canary.domain.hands_off import TAG

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

SERVICE = "sagemaker"
KINDS = (":endpoint/", ":model-package-group/")
"""How the ARNs go on that a start may come of: the tag may be on anything."""


class ResourceGroupsTaggingAPIClient(Protocol):
    """What is asked of boto3's client."""

    def get_resources(self, **asked: Any) -> Mapping[str, Any]:
        """Return tagged resources, a page of them."""


class TaggedResources:
    """Lists by tag, which takes one call for each hundred resources that carry it."""

    def __init__(self, client: ResourceGroupsTaggingAPIClient) -> None:
        """Take a boto3 client of the Resource Groups Tagging API."""
        self._client = client

    def tagged(self) -> Sequence[str]:
        """Return the ARNs of the endpoints and groups that carry the tag, in their order."""
        found: list[str] = []
        token = ""
        while True:
            with translated("tag:GetResources"):
                page = self._client.get_resources(
                    TagFilters=[{"Key": TAG}],
                    ResourceTypeFilters=[SERVICE],
                    PaginationToken=token,
                )
            found += [one["ResourceARN"] for one in page["ResourceTagMappingList"]]
            token = page.get("PaginationToken", "")
            if not token:
                return sorted(arn for arn in found if any(kind in arn for kind in KINDS))


class SageMakerPackages:
    """Reads the model registry."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client

    def newest_approved(self, group: str) -> str | None:
        """Return the ARN of a group's latest version that is approved; None without one, and of a
        group that is gone and whose tag is still listed.
        """
        try:
            return self._newest_approved(group)
        except AwsDenied as error:
            if says(error, "does not exist"):
                return None
            raise

    def _newest_approved(self, group: str) -> str | None:
        with translated("ListModelPackages"):
            pages = self._client.get_paginator("list_model_packages").paginate(
                ModelPackageGroupName=group,
                ModelApprovalStatus="Approved",
                SortBy="CreationTime",
                SortOrder="Descending",
                PaginationConfig={"PageSize": 1},
            )
            listed = (one for page in pages for one in page["ModelPackageSummaryList"])
            newest = next(listed, None)
        return newest["ModelPackageArn"] if newest else None

    def changed_at(self, package: str) -> datetime:
        """Return when a package was last changed, as an approval changes it."""
        with translated("DescribeModelPackage"):
            found = self._client.describe_model_package(ModelPackageName=package)
        return found.get("LastModifiedTime", found["CreationTime"])
