"""SageMaker Runtime over HTTP, seen through boto3."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.endpoints.serving.invocation import Reply, Request
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal, throttled
from emulator.endpoints.serving.runtime_server import RuntimeServer


def answer(request: Request) -> Reply:
    """Answer with what arrived, or with the error a body names."""
    if request.body == b"throttle":
        raise throttled()
    if request.body == b"fail":
        raise RuntimeRefusal("ModelError", "the model failed", 424, {"OriginalStatusCode": 500})
    return Reply(b"got " + request.body, request.accept, request.target_variant or "any")


@pytest.fixture
def client() -> Iterator[Any]:
    """Return a client of a running server."""
    with RuntimeServer(answer) as server:
        made = boto3.client(
            "sagemaker-runtime",
            endpoint_url=server.url,
            region_name="eu-west-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}),
        )
        yield made
        made.close()


def test_target_variant_and_body_arrive(client: Any) -> None:
    """TargetVariant decides who answers, and the reply says who did."""
    for body in (b"one", b"two"):
        reply = client.invoke_endpoint(
            EndpointName="e", TargetVariant="V2", Body=body, Accept="text/csv"
        )
        assert reply["Body"].read() == b"got " + body
        assert (reply["InvokedProductionVariant"], reply["ContentType"]) == ("V2", "text/csv")


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [(b"fail", "ModelError", 424), (b"throttle", "ThrottlingException", 400)],
)
def test_errors_have_their_code_and_status(
    client: Any, body: bytes, code: str, status: int
) -> None:
    """Refusals look as SageMaker Runtime's do to a client."""
    with pytest.raises(ClientError) as caught:
        client.invoke_endpoint(EndpointName="e", Body=body)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert caught.value.response.get("OriginalStatusCode") == (500 if body == b"fail" else None)
