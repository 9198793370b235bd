"""An empty account of moto's for the adapters."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

REGION = "eu-west-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run against an empty account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture
def s3(aws: None) -> Any:
    """Return an S3 client with one bucket."""
    client: Any = boto3.client("s3")
    client.create_bucket(Bucket="labels", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client
