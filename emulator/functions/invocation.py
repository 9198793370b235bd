"""The data of an invocation: what went in, what came out, and the context object a handler gets."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


class InvokeRefused(Exception):
    """The Lambda service refused or lost an invocation; `code` is AWS's error code, as
    TooManyRequestsException.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class ProcessKilled(BaseException):
    """The function's process dies here. Raised by whoever injects the death; no handler can swallow
    it.
    """


@dataclass(frozen=True)
class InvocationResult:
    """What an invocation answered: a JSON text, and whether it is an error (FunctionError:
    Unhandled).
    """

    payload: str
    is_error: bool = False
    logs: str = ""

    @property
    def error_type(self) -> str:
        """The errorType of a failed invocation, "" when it has none or did not fail."""
        document = json.loads(self.payload) if self.is_error else {}
        return str(document.get("errorType") or "") if isinstance(document, dict) else ""


@dataclass(frozen=True)
class Invocation:
    """One finished invocation, for people and tests to read."""

    function: str
    request_id: str
    started: datetime
    ended: datetime
    event: object
    outcome: InvocationResult

    @property
    def error(self) -> str:
        """Return the errorType, "" when it succeeded."""
        return self.outcome.error_type if self.outcome.is_error else ""

    @property
    def logs(self) -> str:
        """Return what the handler printed."""
        return self.outcome.logs


@dataclass(frozen=True)
class LambdaContext:
    """The context object as the Python runtime passes it, on emulated time."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    ends: datetime
    now: Callable[[], datetime]
    function_version: str = "$LATEST"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left before the function's timeout."""
        return max(0, (self.ends - self.now()) // timedelta(milliseconds=1))


def failure_of(error: BaseException, request_id: str) -> InvocationResult:
    """Return the error document the Python runtime writes for an exception a handler let
    through.
    """
    document = {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": [
            line
            for frame in traceback.format_tb(error.__traceback__)
            for line in frame.splitlines(True)
        ],
    }
    return InvocationResult(json.dumps(document), is_error=True)


def timeout_of(request_id: str, seconds: float) -> InvocationResult:
    """Return what Lambda answers when a function outlived its Timeout."""
    message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return InvocationResult(
        json.dumps({"errorMessage": message, "errorType": "Sandbox.Timedout"}), is_error=True
    )


def death_of(request_id: str) -> InvocationResult:
    """Return what Lambda answers when a function's process died."""
    message = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
    return InvocationResult(
        json.dumps({"errorMessage": message, "errorType": "Runtime.ExitError"}), is_error=True
    )
