"""Configurations as SageMaker answers them: copied whole, or not at all."""

import json
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from canary.adapters.configurations import SageMakerConfigurations
from canary.domain.errors import AwsDenied

VARIANT = {"VariantName": "v1", "ModelName": "m1"}
ANSWER = {
    "EndpointConfigName": "config-1",
    "EndpointConfigArn": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint-config/config-1",
    "CreationTime": 1.0,
    "ProductionVariants": [VARIANT],
}


class Raw:
    """The body of an answer."""

    def __init__(self, document: Any) -> None:
        self._body = json.dumps(document).encode()

    def stream(self, **_given: Any) -> Any:
        """Yield it whole."""
        yield self._body


def described(document: Any) -> Any:
    """Return what is made of this answer to DescribeEndpointConfig."""
    client = boto3.client(
        "sagemaker",
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    headers: Any = {"Content-Type": "application/x-amz-json-1.1"}
    answer = AWSResponse("https://sagemaker", 200, headers, Raw(document))
    with patch.object(URLLib3Session, "send", lambda *_: answer):
        return SageMakerConfigurations(client).describe("config-1")


def test_what_is_answered_is_what_is_made() -> None:
    """But for its ARN and its time, which nobody can ask for."""
    assert described(ANSWER) == {
        "EndpointConfigName": "config-1",
        "ProductionVariants": [VARIANT],
    }


@pytest.mark.parametrize(
    ("document", "lost"),
    [
        ({**ANSWER, "QuantumConfig": {"On": True}}, "QuantumConfig"),
        (
            {**ANSWER, "ProductionVariants": [{**VARIANT, "Warmth": 3}]},
            "ProductionVariants.Warmth",
        ),
    ],
)
def test_a_field_that_would_be_lost_keeps_a_copy_from_being_made(document: Any, lost: str) -> None:
    """The SDK drops what it does not know; the refusal names it."""
    with pytest.raises(AwsDenied, match=lost):
        described(document)
