"""Moto's Lambda, which wants Docker, calls the fleet instead: direct, event and SNS invocations end
here.

Restores on moto: the real handler runs; FunctionError "Unhandled" with the runtime's error
document; asynchronous retries and destinations; threads started by a handler keep its environment.
"""

from __future__ import annotations

import base64
import contextvars
import json
import threading
from typing import Any

import boto3
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from emulator.functions import sandbox
from emulator.functions.asynchronous import EventQueue
from emulator.functions.fleet import FunctionConfiguration, FunctionFleet
from emulator.functions.invocation import InvokeRefused
from emulator.patching import Patches

LOG_TAIL_BYTES = 4096


def configuration_of(function: LambdaFunction) -> FunctionConfiguration:
    """Return what the fleet needs of moto's function."""
    return FunctionConfiguration(
        function.function_name,
        function.function_arn,
        function.role,
        function.handler,
        float(function.timeout),
        int(function.memory_size),
        {key: str(value) for key, value in function.environment_vars.items()},
    )


def patch_lambda(patches: Patches, fleet: FunctionFleet, queue: EventQueue) -> None:
    """Route every invocation that reaches moto's Lambda to the fleet."""

    def invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> Any:
        text = body.decode() if isinstance(body, bytes) else (body or "{}")
        kind = request_headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind == "DryRun":
            return ""
        try:
            json.loads(text)
            if kind == "Event":
                queue.accept(configuration_of(self), text)
                return ""
            outcome = fleet.invoke(configuration_of(self), text)
        except ValueError as error:
            raise LambdaClientError(
                "InvalidRequestContentException", f"Could not parse request body: {error}"
            ) from None
        except InvokeRefused as refused:
            raise LambdaClientError(refused.code, refused.message) from refused
        if outcome.is_error:
            response_headers["x-amz-function-error"] = "Unhandled"
        tail = outcome.logs.encode()[-LOG_TAIL_BYTES:]
        response_headers["x-amz-log-result"] = base64.b64encode(tail).decode()
        return outcome.payload.encode()

    patches.replace(
        LambdaFunction, "invoke", invoke, parameters=("body", "request_headers", "response_headers")
    )


def patch_process(patches: Patches) -> None:
    """Give each function its own default boto3 session, and its context to the threads its handler
    starts.
    """
    original_session = boto3._get_default_session
    patches.replace(
        boto3, "_get_default_session", lambda: sandbox.default_session(original_session)
    )
    original_start = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if sandbox.current() is not None:
            context = contextvars.copy_context()
            run = self.run
            self.run = lambda: context.run(run)  # type: ignore[method-assign]
        original_start(self)

    patches.replace(threading.Thread, "start", start, parameters=())
