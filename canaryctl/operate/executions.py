"""Executions of the state machine, started by hand and followed to their answer."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from canary.domain.errors import AwsUnavailable, CanaryError
from canaryctl.operate.stack import Stack, StackError

OVER = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})
NAME_LENGTH = 80
POLL_SECONDS = 1.0
Sleep = Callable[[float], object]


@dataclass(frozen=True)
class Execution:
    """An execution as it stands; `error` and `cause` are set once it has failed."""

    arn: str
    status: str
    output: str | None = None
    error: str | None = None
    cause: str | None = None

    @property
    def over(self) -> bool:
        """Return whether it has ended."""
        return self.status in OVER


def start_execution(
    stack: Stack, document: Mapping[str, Any], name: str | None, prefix: str
) -> str:
    """Return the ARN of a new execution; without a name it gets one that begins with `prefix`.
    Raises StackError.
    """
    client = stack.client("stepfunctions")
    chosen = name or f"{prefix[: NAME_LENGTH - 13]}-{uuid.uuid4().hex[:12]}"
    try:
        answer = client.start_execution(
            stateMachineArn=stack.state_machine_arn, name=chosen, input=json.dumps(document)
        )
    except client.exceptions.ExecutionAlreadyExists as error:
        raise StackError(
            f"an execution named {chosen!r} exists already; choose another --name"
        ) from error
    return str(answer["executionArn"])


def look_at(stack: Stack, arn: str) -> Execution:
    """Return an execution as it stands."""
    answer = stack.client("stepfunctions").describe_execution(executionArn=arn)
    return Execution(
        arn, answer["status"], answer.get("output"), answer.get("error"), answer.get("cause")
    )


def wait_for(
    stack: Stack,
    arn: str,
    sleep: Sleep,
    at_most_seconds: float,
    done: Callable[[Execution], bool] | None = None,
) -> Execution:
    """Return the execution once it is over or `done` holds, or as it stands after
    `at_most_seconds`.
    """
    found, waited = look_at(stack, arn), 0.0
    while not found.over and not (done and done(found)) and waited < at_most_seconds:
        sleep(POLL_SECONDS)
        waited += POLL_SECONDS
        found = look_at(stack, arn)
    return found


class RefusedThere(CanaryError):
    """The controller refused, in its own words: field, problem and remedy."""


def refusal(execution: Execution) -> CanaryError:
    """Return why an execution did not do what it was started for: refused by the controller, or
    failed on the way.
    """
    said = _message(execution.cause) or execution.error or f"is still {execution.status}"
    if execution.error == "Refused":
        return RefusedThere(said)
    return AwsUnavailable(f"execution {execution.arn}: {said}")


def _message(cause: str | None) -> str:
    """Return the sentence in the cause of a failed Lambda task, which is JSON with an
    errorMessage.
    """
    try:
        document = json.loads(cause or "")
    except ValueError:
        return cause or ""
    return str(document.get("errorMessage", cause)) if isinstance(document, dict) else str(cause)
