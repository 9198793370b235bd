"""Running functions: an invocation is a worker on the clock, ended by its handler, its timeout or
its death.

Threads. What the fleet keeps is changed under the account's lock, by the worker of an invocation
before and after its handler; the handler, and what it starts, runs outside the lock.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from emulator.clock import Clock, ClockClosed, DeadlinePassed
from emulator.functions import logs, sandbox
from emulator.functions.invocation import (
    Invocation,
    InvocationResult,
    InvokeRefused,
    LambdaContext,
    ProcessKilled,
    death_of,
    failure_of,
    timeout_of,
)

MOST_RESPONSE_BYTES = 6_291_556

Proceed = Callable[[], InvocationResult]
Around = Callable[[str, Any, Proceed], InvocationResult]


@dataclass(frozen=True)
class FunctionConfiguration:
    """What the Lambda service knows of a function; timeout in seconds."""

    name: str
    arn: str
    role_arn: str
    entry: str
    timeout_seconds: float
    memory_mb: int
    variables: Mapping[str, str]


class FunctionFleet:
    """Every deployed function's code, warm sandboxes and finished invocations, of which `on_end` is
    told too: whoever runs for long may clear the list.

    `around(function, event, proceed)` may be set to inject faults: it runs in the invocation's own
    worker, so it may sleep on the clock, raise InvokeRefused, ProcessKilled or any exception, or
    call `proceed` and lose its answer.
    """

    def __init__(
        self, clock: Clock, region: str, credentials_of: Callable[[str], Mapping[str, str]]
    ) -> None:
        self.clock = clock
        self.region = region
        self.credentials_of = credentials_of
        self.code: dict[str, Path] = {}
        self.invocations: list[Invocation] = []
        self.on_end: Callable[[Invocation], object] = lambda _invocation: None
        self.around: Around = lambda _function, _event, proceed: proceed()
        self._sandboxes: dict[str, sandbox.Sandbox] = {}
        self._sent = 0

    def invoke(self, function: FunctionConfiguration, event: str) -> InvocationResult:
        """Return what the function answers to this JSON text; blocks in emulated time. Raises
        InvokeRefused.
        """
        handle = self.start(function, event)
        self.clock.wait_for(lambda: handle.finished)
        return handle.result()

    def start(self, function: FunctionConfiguration, event: str) -> RunningInvocation:
        """Return the invocation, begun as a worker of its own."""
        running = RunningInvocation()

        def work() -> None:
            with self.clock.lock:
                try:
                    running.outcome = self._run(function, json.loads(event))
                except InvokeRefused as refused:
                    running.refused = refused

        self.clock.spawn(work, name=f"lambda {function.name}")
        return running

    def close(self) -> None:
        """Forget every sandbox."""
        for box in self._sandboxes.values():
            box.forget()
        self._sandboxes.clear()

    def _run(self, function: FunctionConfiguration, event: object) -> InvocationResult:
        self.clock.lock.check()
        self._sent += 1
        request_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{function.arn}/{self._sent}"))
        started = self.clock.now()
        box = self._sandbox(function)
        with logs.captured() as log, sandbox.inside(box):
            try:
                with self.clock.deadline(function.timeout_seconds):
                    outcome = self.around(
                        function.name, event, lambda: self._handle(box, function, event, request_id)
                    )
            except DeadlinePassed:
                outcome = timeout_of(request_id, function.timeout_seconds)
            except ProcessKilled:
                outcome = death_of(request_id)
            except (InvokeRefused, ClockClosed):
                raise
            except Exception as error:  # noqa: BLE001 -- what an injected fault raises is the function's own failure
                outcome = failure_of(error, request_id)
        if outcome.error_type in {"Sandbox.Timedout", "Runtime.ExitError"}:
            self._discard(function.name)
        outcome = InvocationResult(outcome.payload, outcome.is_error, log.getvalue())
        ended = Invocation(function.name, request_id, started, self.clock.now(), event, outcome)
        self.invocations.append(ended)
        self.on_end(ended)
        return outcome

    def _handle(
        self, box: sandbox.Sandbox, function: FunctionConfiguration, event: object, request_id: str
    ) -> InvocationResult:
        context = LambdaContext(
            function.name,
            function.arn,
            function.memory_mb,
            request_id,
            f"/aws/lambda/{function.name}",
            f"{self.clock.now():%Y/%m/%d}/[$LATEST]{request_id.replace('-', '')}",
            self.clock.now() + timedelta(seconds=function.timeout_seconds),
            self.clock.now,
        )
        try:
            with self.clock.lock.laid_down():
                answer = box.load()(event, context)
        except (ClockClosed, DeadlinePassed, ProcessKilled):
            raise
        except SystemExit:
            return death_of(request_id)
        except BaseException as error:  # noqa: BLE001 -- the runtime catches all a handler lets through
            return failure_of(error, request_id)
        return _marshalled(answer, request_id)

    def _sandbox(self, function: FunctionConfiguration) -> sandbox.Sandbox:
        folder = self.code.get(function.name)
        if folder is None:
            raise InvokeRefused(
                "ResourceNotFoundException", f"no code was deployed for function {function.name}"
            )
        box = self._sandboxes.get(function.name)
        if box is not None and box.configuration == (function, folder):
            return box
        self._discard(function.name)
        service = sandbox.lambda_variables(
            function.name, function.memory_mb, self.region, self.credentials_of(function.role_arn)
        )
        variables = {**service, **function.variables}
        box = sandbox.Sandbox(
            function.name, function.role_arn, folder, function.entry, (function, folder), variables
        )
        self._sandboxes[function.name] = box
        return box

    def _discard(self, name: str) -> None:
        box = self._sandboxes.pop(name, None)
        if box is not None:
            box.forget()


class RunningInvocation:
    """An invocation that may still run."""

    def __init__(self) -> None:
        self.outcome: InvocationResult | None = None
        self.refused: InvokeRefused | None = None

    @property
    def finished(self) -> bool:
        """Whether it answered or was refused."""
        return self.outcome is not None or self.refused is not None

    def result(self) -> InvocationResult:
        """Return the answer. Raises InvokeRefused when the service did not run it."""
        if self.refused is not None:
            raise self.refused
        if self.outcome is None:
            raise RuntimeError("the invocation has not finished")
        return self.outcome


def _marshalled(answer: object, request_id: str) -> InvocationResult:
    try:
        text = json.dumps(answer)
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        document = {
            "errorMessage": message,
            "errorType": "Runtime.MarshalError",
            "requestId": request_id,
        }
        return InvocationResult(json.dumps(document), is_error=True)
    if len(text.encode()) > MOST_RESPONSE_BYTES:
        message = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        document = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
        return InvocationResult(json.dumps(document), is_error=True)
    return InvocationResult(text)
