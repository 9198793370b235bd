"""Moto's Step Functions API in front of our engine.

Restores on moto: real waits and timeouts in emulated time, heartbeats, tokens answered once,
StopExecution at once with error and cause, redrive, definitions checked at creation.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.exceptions import ExecutionDoesNotExist, InvalidToken
from moto.stepfunctions.models import StateMachine, StepFunctionBackend
from moto.stepfunctions.responses import StepFunctionResponse

from emulator.patching import Patches
from emulator.place import Place
from emulator.states import tokens
from emulator.states.engine import Engine, NotRedrivable
from emulator.states.execution import RUNNING, SUCCEEDED, Execution
from emulator.states.language.definition import parse
from emulator.states.language.errors import InvalidDefinition, StateError


class InvalidDefinitionError(AWSError):  # type: ignore[misc]
    """InvalidDefinition as the API says it."""

    TYPE = "InvalidDefinition"


class TaskTimedOutError(AWSError):  # type: ignore[misc]
    """TaskTimedOut as the API says it."""

    TYPE = "TaskTimedOut"


class InvalidOutputError(AWSError):  # type: ignore[misc]
    """InvalidOutput as the API says it."""

    TYPE = "InvalidOutput"


class ExecutionNotRedrivableError(AWSError):  # type: ignore[misc]
    """ExecutionNotRedrivable as the API says it."""

    TYPE = "ExecutionNotRedrivable"


@lru_cache(maxsize=64)
def _parsed(definition: str) -> dict[str, Any]:
    return parse(definition)


def patch_step_functions(patches: Patches, engine: Engine) -> None:
    """Put the engine behind moto's API."""
    _patch_machines(patches)
    _patch_executions(patches, engine)
    _patch_tokens(patches, engine)
    _patch_responses(patches, engine)


def _patch_machines(patches: Patches) -> None:
    original = StepFunctionBackend.create_state_machine

    def create_state_machine(
        self: StepFunctionBackend, name: str, definition: str, *args: Any, **more: Any
    ) -> Any:
        try:
            _parsed(definition)
        except InvalidDefinition as error:
            raise InvalidDefinitionError(f"Invalid State Machine Definition: '{error}'") from error
        return original(self, name, definition, *args, **more)

    patches.replace(StepFunctionBackend, "create_state_machine", create_state_machine)


def _patch_executions(patches: Patches, engine: Engine) -> None:
    def start_execution(
        self: StateMachine,
        region_name: str,
        account_id: str,
        execution_name: str,
        execution_input: str,
    ) -> Execution:
        self._validate_execution_input(execution_input)
        existing = self._handle_name_input_idempotency(execution_name, execution_input)
        if existing is not None:
            return existing  # type: ignore[no-any-return]
        arn = Place(region_name, account_id).arn(
            "states", f"execution:{self.name}:{execution_name}"
        )
        execution = Execution(
            arn,
            execution_name,
            self.arn,
            self.name,
            self.roleArn,
            _parsed(self.definition),
            execution_input,
            engine.clock.now(),
        )
        self.executions.append(execution)
        engine.start(execution)
        return execution

    patches.replace(
        StateMachine,
        "start_execution",
        start_execution,
        parameters=("region_name", "account_id", "execution_name", "execution_input"),
    )


def _patch_tokens(patches: Patches, engine: Engine) -> None:
    def send_task_success(_self: StepFunctionBackend, task_token: str, outcome: str) -> None:
        try:
            json.loads(outcome)
        except ValueError as error:
            raise InvalidOutputError(f"Invalid Output: '{error}'") from error
        with _token_errors():
            engine.tokens.answer(task_token, outcome)

    def send_task_failure(
        _self: StepFunctionBackend,
        task_token: str,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        with _token_errors():
            engine.tokens.answer(task_token, StateError(error or "", cause or ""))

    def send_task_heartbeat(_self: StepFunctionBackend, task_token: str) -> None:
        with _token_errors():
            engine.tokens.heartbeat(task_token, engine.clock.now())

    patches.replace(
        StepFunctionBackend,
        "send_task_success",
        send_task_success,
        parameters=("task_token", "outcome"),
    )
    patches.replace(
        StepFunctionBackend,
        "send_task_failure",
        send_task_failure,
        parameters=("task_token", "error"),
    )
    patches.replace(
        StepFunctionBackend, "send_task_heartbeat", send_task_heartbeat, parameters=("task_token",)
    )


class _token_errors:  # noqa: N801 -- used as a with-statement
    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, tokens.InvalidToken):
            raise InvalidToken("Invalid Token: 'Invalid token'") from error
        if isinstance(error, tokens.TaskTimedOut):
            raise TaskTimedOutError(
                "Task Timed Out: 'Provided task does not exist anymore'"
            ) from error


def _patch_responses(patches: Patches, engine: Engine) -> None:
    def found(response: StepFunctionResponse) -> Execution:
        execution = response.stepfunction_backend.describe_execution(
            response._get_param("executionArn")
        )
        if not isinstance(execution, Execution):
            raise ExecutionDoesNotExist(
                f"Execution Does Not Exist: '{response._get_param('executionArn')}'"
            )
        return execution

    def describe_execution(self: StepFunctionResponse) -> ActionResult:
        return ActionResult(described(found(self)))

    def stop_execution(self: StepFunctionResponse) -> ActionResult:
        execution = found(self)
        engine.stop(execution, self._get_param("error"), self._get_param("cause"))
        return ActionResult({"stopDate": execution.stop_date})

    def redrive_execution(self: StepFunctionResponse) -> ActionResult:
        execution = found(self)
        try:
            engine.redrive(execution)
        except NotRedrivable as error:
            raise ExecutionNotRedrivableError(str(error)) from error
        return ActionResult({"redriveDate": execution.redrive_date})

    def send_task_failure(self: StepFunctionResponse) -> ActionResult:
        token, error, cause = (self._get_param(name) for name in ("taskToken", "error", "cause"))
        self.stepfunction_backend.send_task_failure(token, error, cause)
        return EmptyResult()

    def get_execution_history(self: StepFunctionResponse) -> ActionResult:
        events = found(self).history
        if self._get_param("reverseOrder"):
            events = events[::-1]
        return ActionResult({"events": events[: self._get_param("maxResults") or None]})

    patches.replace(StepFunctionResponse, "describe_execution", describe_execution, parameters=())
    patches.replace(StepFunctionResponse, "stop_execution", stop_execution, parameters=())
    patches.add(StepFunctionResponse, "redrive_execution", redrive_execution)
    patches.replace(StepFunctionResponse, "send_task_failure", send_task_failure, parameters=())
    patches.replace(
        StepFunctionResponse, "get_execution_history", get_execution_history, parameters=()
    )


def described(execution: Execution) -> dict[str, Any]:
    """Return DescribeExecution's answer."""
    answer = {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date,
        "input": execution.execution_input,
        "inputDetails": {"included": True},
        "error": execution.error,
        "cause": execution.cause,
        "redriveCount": execution.redrive_count,
        "redriveDate": execution.redrive_date,
        "redriveStatus": "NOT_REDRIVABLE"
        if execution.status in {RUNNING, SUCCEEDED}
        else "REDRIVABLE",
    }
    if execution.status == SUCCEEDED:
        answer |= {"output": execution.output, "outputDetails": {"included": True}}
    return {key: value for key, value in answer.items() if value is not None}
