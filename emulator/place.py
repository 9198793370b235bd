"""Where the account is, and how what lies in it is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import botocore.loaders
from moto.core.models import DEFAULT_ACCOUNT_ID


@dataclass(frozen=True)
class Place:
    """One account in one region; every ARN of this package is written here."""

    region: str = "us-east-1"
    account: str = DEFAULT_ACCOUNT_ID

    @property
    def partition(self) -> str:
        """Return the partition of the region: aws, aws-us-gov, aws-cn ..."""
        return _partition_of(self.region)["name"]

    @property
    def url_suffix(self) -> str:
        """Return what the names of the partition's services end in."""
        return _partition_of(self.region)["dnsSuffix"]

    @property
    def bucket_settings(self) -> dict[str, dict[str, str]]:
        """Return what CreateBucket has to be told here; us-east-1 refuses its own name.

        Source: S3 API reference, CreateBucketConfiguration.
        """
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        return {} if self.region == "us-east-1" else elsewhere

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something that lives in this region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role; IAM has no regions."""
        return f"arn:{self.partition}:iam::{self.account}:role/{name}"

    def user_arn(self, name: str) -> str:
        """Return the ARN of a user."""
        return f"arn:{self.partition}:iam::{self.account}:user/{name}"

    def session_arn(self, role_name: str) -> str:
        """Return the ARN under which somebody acts who has taken a role."""
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{role_name}/emulated"

    def bucket_arn(self, name: str) -> str:
        """Return the ARN of a bucket, or of an object `bucket/key`; S3 names neither account nor
        region.
        """
        return f"arn:{self.partition}:s3:::{name}"


@lru_cache
def _partition_of(region: str) -> dict[str, str]:
    """Return what the SDK's own list says of a region's partition. Raises ValueError for none."""
    for partition in botocore.loaders.create_loader().load_data("partitions")["partitions"]:
        if re.match(partition["regionRegex"], region):
            return dict(partition["outputs"])
    raise ValueError(f"region {region!r} lies in no partition that the SDK knows")
