"""Where the account is, and how what lies in it is named."""

from __future__ import annotations

from dataclasses import dataclass

from moto.core.models import DEFAULT_ACCOUNT_ID


@dataclass(frozen=True)
class Place:
    """One account in one region; every ARN of this package is written here."""

    region: str = "us-east-1"
    account: str = DEFAULT_ACCOUNT_ID

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something that lives in this region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role; IAM has no regions."""
        return f"arn:aws:iam::{self.account}:role/{name}"

    def session_arn(self, role_name: str) -> str:
        """Return the ARN under which somebody acts who has taken a role."""
        return f"arn:aws:sts::{self.account}:assumed-role/{role_name}/emulated"

    def bucket_arn(self, name: str) -> str:
        """Return the ARN of a bucket, or of an object `bucket/key`; S3 names neither account nor
        region.
        """
        return f"arn:aws:s3:::{name}"
