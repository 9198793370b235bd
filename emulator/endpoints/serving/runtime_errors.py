"""The errors of SageMaker Runtime, with their codes, HTTP statuses and members."""

from dataclasses import dataclass, field
from typing import Any

from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.serving.service import Batch


@dataclass
class RuntimeRefusal(Exception):
    """One error answer: the code botocore shows, the message, the HTTP status, further members of
    the body.
    """

    code: str
    message: str
    status: int
    members: dict[str, Any] = field(default_factory=dict)


def not_found(endpoint: str, account: str) -> RuntimeRefusal:
    """Return what a request to an endpoint that is not there, or not yet, meets."""
    return RuntimeRefusal(
        "ValidationError", f"Endpoint {endpoint} of account {account} not found.", 400
    )


def throttled() -> RuntimeRefusal:
    """Return the refusal of too many requests."""
    return RuntimeRefusal("ThrottlingException", "Rate exceeded", 400)


def model_not_ready() -> RuntimeRefusal:
    """Return what a serverless or multi-model variant answers while its model is loading."""
    return RuntimeRefusal("ModelNotReadyException", "Model is not ready for inference.", 429)


def service_unavailable() -> RuntimeRefusal:
    """Return what SageMaker answers when it is itself in trouble."""
    return RuntimeRefusal("ServiceUnavailable", "The service is currently unavailable.", 503)


def dependency_failed() -> RuntimeRefusal:
    """Return what SageMaker answers when one of its own dependencies fails."""
    return RuntimeRefusal("InternalDependencyException", "An internal dependency failed.", 530)


def model_error(endpoint: str, variant: str, fleet: Fleet, batch: Batch) -> RuntimeRefusal:
    """Return ModelError 424 for a request the container failed, with the container's own status and
    message.
    """
    status = int(batch.statuses[0])
    answer = batch.answers[0]
    said = answer.message if isinstance(answer, ModelFailure) else _platform_message(status)
    side = "server" if status >= 500 else "client"
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    console = f"https://{fleet.place.region}.console.aws.amazon.com/cloudwatch/home?region={fleet.place.region}"
    message = (
        f'Received {side} error ({status}) from {variant} with message "{said}". '
        f"See {console}#logEventViewer:group={group} in account {fleet.place.account} for more "
        "information."
    )
    members = {
        "OriginalStatusCode": status,
        "OriginalMessage": said,
        "LogStreamArn": fleet.place.arn("logs", f"log-group:{group}"),
    }
    return RuntimeRefusal("ModelError", message, 424, members)


def _platform_message(status: int) -> str:
    if status == 504:
        return "Your invocation timed out while waiting for a response from container."
    return "Service Unavailable"
