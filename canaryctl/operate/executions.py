"""Executions of the state machine, started by hand and followed to their answer."""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from canary.domain.errors import AwsUnavailable, CanaryError, Refused
from canary.ports.aws import ExecutionView
from canaryctl.operate.stack import Stack, StackError

NAME_LENGTH = 80
NAME = re.compile(
    rf"""[^\s<>{{}}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff]{{1,{NAME_LENGTH}}}"""
)
"""Source: Step Functions API reference, StartExecution, name."""
POLL_SECONDS = 1.0
Sleep = Callable[[float], object]


def start_execution(
    stack: Stack, document: Mapping[str, Any], name: str | None, prefix: str
) -> str:
    """Return the ARN of a new execution; without a name it gets one that begins with `prefix`.
    Raises Refused, StackError.
    """
    if name is not None and not NAME.fullmatch(name):
        problem = f"{name[:NAME_LENGTH]!r} is no name of an execution"
        remedy = f"Give at most {NAME_LENGTH} letters, digits, hyphens, dots and underscores"
        raise Refused("--name", problem, remedy)
    chosen = name or f"{prefix[: NAME_LENGTH - 13]}-{uuid.uuid4().hex[:12]}"
    arn = stack.executions.start_new(chosen, document)
    if arn is None:
        raise StackError(
            f"an execution named {chosen!r} exists already", "--name", "choose another --name"
        )
    return arn


def wait_for(
    stack: Stack,
    arn: str,
    sleep: Sleep,
    at_most_seconds: float,
    done: Callable[[ExecutionView], bool] | None = None,
) -> ExecutionView:
    """Return the execution once it is over or `done` holds, or as it stands after
    `at_most_seconds`.
    """
    found, waited = stack.executions.look(arn), 0.0
    while not found.over and not (done and done(found)) and waited < at_most_seconds:
        sleep(POLL_SECONDS)
        waited += POLL_SECONDS
        found = stack.executions.look(arn)
    return found


class RefusedThere(CanaryError):
    """The controller refused, in its own words: field, problem and remedy."""


def refusal(execution: ExecutionView) -> CanaryError:
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
