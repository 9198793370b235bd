"""The tag that names a spec."""

from typing import TYPE_CHECKING

from canary.adapters.translation import translated
from canary.domain.hands_off import TAG

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class SageMakerSpecTags:
    """Reads the tags of endpoints and of groups of packages."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client

    def spec_of(self, arn: str) -> str | None:
        """Return the address in the tag; None without one."""
        with translated("ListTags"):
            pages = self._client.get_paginator("list_tags").paginate(ResourceArn=arn)
            tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
        return tags.get(TAG)
