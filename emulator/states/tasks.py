"""One attempt at a Task: the Lambda integration with its token, heartbeat and timeout, and calls of
other services.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from emulator.functions.fleet import RunningInvocation
from emulator.functions.invocation import InvokeRefused
from emulator.states import branches
from emulator.states.execution import Execution, compact
from emulator.states.interpreter import State, Walk
from emulator.states.language import intrinsics, paths
from emulator.states.language.errors import (
    HEARTBEAT_TIMEOUT,
    TIMEOUT,
    InvalidDefinition,
    StateError,
    missed_heartbeat,
)
from emulator.states.map_run import DistributedMap, MapRun, Objects, is_distributed, new_map_run
from emulator.states.tokens import PendingTask, Tokens

LONGEST_SECONDS = 99_999_999
LAMBDA_INVOKE = ":states:::lambda:invoke"


class Services(Objects, Protocol):
    """What a state machine's role can reach."""

    def refuse_elsewhere(self, resource: str) -> None:
        """Raise StateError for a resource of another partition."""

    def start_function(self, role_arn: str, function: str, payload: str) -> RunningInvocation:
        """Return an invocation, begun. Raises StateError when refused."""

    def call(self, role_arn: str, resource: str, arguments: dict[str, Any]) -> Any:
        """Return the answer of another service's action. Raises StateError."""


class StateTasks:
    """Runs attempts for every execution; `on_status` is told of child executions, and `map_runs`
    holds all there were.
    """

    def __init__(
        self,
        tokens: Tokens,
        services: Services,
        heartbeat_error: Callable[[], str],
        on_status: Callable[[Execution], None],
    ) -> None:
        self._on_status = on_status
        self.map_runs: list[MapRun] = []
        self._tokens = tokens
        self._services = services
        self._heartbeat_error = heartbeat_error

    def run(self, walk: Walk, state: State, given: Any, context: paths.Context) -> Any:
        """Return the state's result for its effective input. Raises StateError."""
        if state["Type"] == "Parallel":
            return branches.parallel(
                walk,
                state,
                intrinsics.template(state.get("Parameters", given), given, context),
                context,
            )
        if state["Type"] == "Map" and is_distributed(state):
            self.map_runs.append(new_map_run(walk, state, len(self.map_runs)))
            attempted = DistributedMap(walk, state, given, context, self._services, self._on_status)
            return attempted.run(self.map_runs[-1])
        if state["Type"] == "Map":
            return branches.each_item(walk, state, given, context)
        attempt = _Attempt(walk, self._tokens, self._services, state, given, context)
        attempt.heartbeat_error = self._heartbeat_error()
        return attempt.run()


class _Attempt:
    heartbeat_error = TIMEOUT

    def __init__(
        self,
        walk: Walk,
        tokens: Tokens,
        services: Services,
        state: State,
        given: Any,
        context: paths.Context,
    ) -> None:
        self._walk = walk
        self._services = services
        self._tokens = tokens
        self._resource: str = state["Resource"]
        self._timeout = _seconds(state, "TimeoutSeconds", given, context) or LONGEST_SECONDS
        self._heartbeat = _seconds(state, "HeartbeatSeconds", given, context)
        self._pending = self._token() if self._resource.endswith(".waitForTaskToken") else None
        if self._pending is not None:
            context["Task"] = {"Token": self._pending.token}
        self._arguments = (
            intrinsics.template(state["Parameters"], given, context)
            if "Parameters" in state
            else given
        )
        self._ends = walk.clock.now() + timedelta(seconds=self._timeout)

    def run(self) -> Any:
        self._walk.note(
            "TaskScheduled",
            resource=self._action,
            resourceType=self._service,
            parameters=compact(self._arguments),
            region=self._walk.execution.execution_arn.split(":")[3],
            timeoutInSeconds=int(self._timeout),
            heartbeatInSeconds=None if self._heartbeat is None else int(self._heartbeat),
        )
        try:
            self._note("TaskStarted")
            result = self._performed()
        except StateError as error:
            kind = "TaskTimedOut" if error.error in {TIMEOUT, HEARTBEAT_TIMEOUT} else "TaskFailed"
            self._note(kind, error=error.error, cause=error.cause or None)
            raise
        finally:
            if self._pending is not None:
                self._pending.is_open = False
        self._note("TaskSucceeded", output=compact(result))
        return result

    def _note(self, kind: str, **details: object) -> None:
        self._walk.note(kind, resource=self._action, resourceType=self._service, **details)

    @property
    def _service(self) -> str:
        return "lambda" if ":lambda:" in self._resource else self._resource.split(":")[5]

    @property
    def _action(self) -> str:
        return self._resource.rsplit(":", 1)[-1]

    def _token(self) -> PendingTask:
        execution = self._walk.execution
        return self._tokens.issue(
            execution.execution_arn, execution.state_machine_arn, self._walk.clock.now()
        )

    def _performed(self) -> Any:
        self._services.refuse_elsewhere(self._resource)
        if LAMBDA_INVOKE in self._resource:
            invocation = self._started(
                self._arguments["FunctionName"], self._arguments.get("Payload", {})
            )
            if self._pending is not None:
                self._pending.is_invoking = lambda: not invocation.finished
                return self._answered(self._pending, invocation)
            return _wrapped(self._returned(invocation))
        if ":function:" in self._resource:
            return self._returned(self._started(self._resource, self._arguments))
        if self._pending is not None or self._resource.endswith((".sync", ".sync:2")):
            raise InvalidDefinition(
                f"the integration pattern of {self._resource} is not interpreted"
            )
        return self._services.call(self._walk.execution.role_arn, self._resource, self._arguments)

    def _started(self, function: str, payload: object) -> RunningInvocation:
        return self._services.start_function(
            self._walk.execution.role_arn, function, json.dumps(payload)
        )

    def _returned(self, invocation: RunningInvocation) -> Any:
        self._wait(lambda: invocation.finished, self._left())
        if not invocation.finished:
            raise StateError(TIMEOUT)
        return _result_of(invocation)

    def _answered(self, pending: PendingTask, invocation: RunningInvocation) -> Any:
        """Return the token's answer; it may come while the function still runs, and ends the task
        then. A function that returned has submitted the task.
        """

        def is_over() -> bool:
            return pending.answer is not None or _failed(invocation)

        def known() -> tuple[Any, bool]:
            return pending.beaten, invocation.finished

        submitted = False
        while not is_over():
            if invocation.finished and not submitted:
                submitted = True
                self._note("TaskSubmitted", output=compact(_wrapped(_result_of(invocation))))
            before, silence = known(), self._silence(pending.beaten)
            if self._wait(
                lambda before=before: is_over() or known() != before,  # type: ignore[misc]
                min(self._left(), silence),
            ):
                continue
            if self._left() <= 0:
                raise StateError(TIMEOUT)
            raise missed_heartbeat(self.heartbeat_error)
        if isinstance(pending.answer, StateError):
            raise pending.answer
        if pending.answer is None:
            return _result_of(invocation)
        return json.loads(pending.answer)

    def _silence(self, beaten: Any) -> float:
        if self._heartbeat is None:
            return LONGEST_SECONDS
        return float(
            (beaten + timedelta(seconds=self._heartbeat) - self._walk.clock.now()).total_seconds()
        )

    def _left(self) -> float:
        return (self._ends - self._walk.clock.now()).total_seconds()

    def _wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        return self._walk.wait(holds, max(0.0, seconds))


def _seconds(state: State, field: str, given: Any, context: paths.Context) -> float | None:
    if f"{field}Path" in state:
        return float(paths.read(state[f"{field}Path"], given, context))
    return float(state[field]) if field in state else None


def _failed(invocation: RunningInvocation) -> bool:
    return invocation.refused is not None or (
        invocation.outcome is not None and invocation.outcome.is_error
    )


def _result_of(invocation: RunningInvocation) -> Any:
    try:
        outcome = invocation.result()
    except InvokeRefused as refused:
        raise StateError(f"Lambda.{refused.code}", refused.message) from refused
    if outcome.is_error:
        raise StateError(outcome.error_type or "Lambda.Unknown", outcome.payload)
    return json.loads(outcome.payload)


def _wrapped(payload: object) -> dict[str, Any]:
    return {
        "ExecutedVersion": "$LATEST",
        "Payload": payload,
        "SdkHttpMetadata": {"HttpStatusCode": 200},
        "SdkResponseMetadata": {},
        "StatusCode": 200,
    }
