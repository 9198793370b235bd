"""How often an endpoint publishes its invocation metrics, as DescribeEndpoint tells it."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from canary.adapters.sagemaker import SageMakerEndpoints

WHEN = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        (None, 60),
        ({"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}, 10),
        ({"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 300}, 300),
        ({"EnableEnhancedMetrics": True}, 60),
        ({"EnableEnhancedMetrics": False, "MetricPublishFrequencyInSeconds": 300}, 60),
    ],
)
def test_only_enhanced_metrics_change_how_often_invocations_are_told(
    config: dict[str, Any] | None, seconds: int
) -> None:
    """Without them the frequency is that of the utilization metrics alone."""
    client = boto3.client(
        "sagemaker", "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    answer: dict[str, Any] = {
        "EndpointName": "churn",
        "EndpointArn": "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/churn",
        "EndpointStatus": "InService",
        "CreationTime": WHEN,
        "LastModifiedTime": WHEN,
    }
    with Stubber(client) as stub:
        told = answer if config is None else {**answer, "MetricsConfig": config}
        stub.add_response("describe_endpoint", told)
        assert SageMakerEndpoints(client).describe("churn").published_every_seconds == seconds
