"""The groups of the model registry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from canary.adapters.translation import translated

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class GroupReader:
    """Lists groups of model packages."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client

    def newest_first(self) -> Iterator[str]:
        """Yield the ARNs of all groups, a page at a time, whatever tags they carry."""
        with translated("ListModelPackageGroups"):
            pages = self._client.get_paginator("list_model_package_groups").paginate(
                SortBy="CreationTime", SortOrder="Descending"
            )
            for page in pages:
                for group in page["ModelPackageGroupSummaryList"]:
                    yield group["ModelPackageGroupArn"]
