"""What an answer to a weight call says: nothing was done, or nobody knows."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from canary.adapters.sagemaker import SageMakerEndpoints
from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.plan.target import Target

LOST = "lost"


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> list[bytes]:
        return [self._body]


def endpoints(*answers: tuple[int, str] | str) -> SageMakerEndpoints:
    """Return the adapter on a client of two attempts that are answered so: status and error code,
    or not at all.
    """
    retries: Any = {"mode": "standard", "total_max_attempts": 2}
    client = boto3.client(
        "sagemaker",
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries=retries),
    )
    left = list(answers)

    def answer(request: Any, **_rest: Any) -> Any:
        given = left.pop(0)
        if isinstance(given, str):
            raise ReadTimeoutError(endpoint_url=request.url)
        status, code = given
        message = (
            "Cannot update in-progress endpoint" if code == "ValidationException" else "injected"
        )
        body = f'{{"__type":"{code}","message":"{message}"}}'.encode()
        headers: Any = {"content-type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, status, headers, _Raw(body))

    client.meta.events.register("before-send.sagemaker", answer)
    return SageMakerEndpoints(client)


THROTTLED, FAILED, BUSY = (
    (400, "ThrottlingException"),
    (500, "InternalFailure"),
    (400, "ValidationException"),
)


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ((THROTTLED, THROTTLED), True),
        ((BUSY,), True),
        ((LOST, LOST), False),
        ((FAILED, FAILED), False),
        ((LOST, THROTTLED), False),
        ((FAILED, BUSY), False),
        ((LOST, BUSY), False),
    ],
)
def test_only_answers_to_every_attempt_are_a_refusal(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[tuple[int, str] | str, ...], *, refused: bool
) -> None:
    """A second attempt that is refused says nothing of a first one whose answer was lost: it may be
    why.
    """
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    with pytest.raises(AwsUnavailable) as caught:
        endpoints(*answers).move("churn", Target(weights={"v1": 1.0}))
    assert caught.value.refused is refused


def test_a_lost_answer_of_one_call_is_not_held_against_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each call is judged by its own attempts."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    adapter = endpoints(LOST, LOST, BUSY)
    for refused in (False, True):
        with pytest.raises(AwsUnavailable) as caught:
            adapter.move("churn", Target(weights={"v1": 1.0}))
        assert caught.value.refused is refused


def test_a_denied_call_is_denied() -> None:
    """Trying again alone will not help."""
    with pytest.raises(AwsDenied, match="AccessDenied"):
        endpoints((400, "AccessDeniedException")).move("churn", Target(weights={"v1": 1.0}))
