"""The walk through a block of states: input and output processing, Wait, Choice, Retry and Catch.

Every wait is on the clock, and ends at once when the execution is stopped. The walk knows nothing
of AWS services: tasks are run by whoever is passed in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from emulator.clock import Clock
from emulator.states.execution import Execution, compact
from emulator.states.language import choice, intrinsics, paths
from emulator.states.language.errors import DATA_LIMIT, Halted, StateError, matches

MOST_DATA_BYTES = 262_144
State = dict[str, Any]


class TaskRunner(Protocol):
    """Runs one attempt at a Task, Parallel or Map state."""

    def run(self, walk: Walk, state: State, given: Any, context: paths.Context) -> Any:
        """Return the state's result for its effective input. Raises StateError."""


class Walk:
    """One sequence of states: the machine's own, or a branch's."""

    def __init__(
        self, clock: Clock, execution: Execution, tasks: TaskRunner, is_halted: Callable[[], bool]
    ) -> None:
        self.clock = clock
        self.execution = execution
        self.tasks = tasks
        self.is_halted = is_halted
        self.on_enter: Callable[[str, Any], None] = lambda _name, _data: None

    def run(self, states: dict[str, State], name: str, data: Any, context: paths.Context) -> Any:
        """Return the output of the last state. Raises StateError when a state fails uncaught,
        Halted when stopped.
        """
        following: str | None = name
        while following is not None:
            self.on_enter(following, data)
            following, data = self._step(following, states[following], data, context)
        return data

    def wait(self, holds: Callable[[], bool], seconds: float | None) -> bool:
        """Return whether `holds` came true within `seconds`. Raises Halted when the execution is
        stopped meanwhile.
        """
        answer = self.clock.wait_for(lambda: self.is_halted() or holds(), seconds)
        if self.is_halted():
            raise Halted
        return answer

    def note(self, kind: str, **details: object) -> None:
        """Add to the execution's history."""
        if self.is_halted():
            raise Halted
        self.execution.record(self.clock.now(), kind, **details)

    def _step(
        self, name: str, state: State, data: Any, context: paths.Context
    ) -> tuple[str | None, Any]:
        kind = state["Type"]
        context["State"] = {"EnteredTime": stamp(self.clock.now()), "Name": name, "RetryCount": 0}
        self.note(f"{kind}StateEntered", name=name, input=compact(data))
        try:
            following, output = self._perform(state, data, context)
        except StateError as error:
            caught = self._caught(state, error, data)
            if caught is None:
                raise
            following, output = caught
        if len(compact(output)) > MOST_DATA_BYTES:
            raise StateError(
                DATA_LIMIT,
                f"The state/task '{name}' returned a result with a size exceeding the maximum",
            )
        self.note(f"{kind}StateExited", name=name, output=compact(output))
        return following, output

    def _perform(self, state: State, data: Any, context: paths.Context) -> tuple[str | None, Any]:
        given = self._narrowed(state.get("InputPath", "$"), data, context)
        following: str | None = state.get("Next")
        match state["Type"]:
            case "Succeed":
                output, following = given, None
            case "Fail":
                raise self._failure(state, given, context)
            case "Choice":
                output, following = given, self._chosen(state, given, context)
            case "Wait":
                self._wait_out(state, given, context)
                output = given
            case "Pass":
                output = paths.write(
                    state.get("ResultPath", "$"), data, self._passed(state, given, context)
                )
            case _:
                result = self._attempted(state, given, context)
                output = paths.write(state.get("ResultPath", "$"), data, result)
        return following, self._narrowed(state.get("OutputPath", "$"), output, context)

    def _narrowed(self, path: str | None, data: Any, context: paths.Context) -> Any:
        return {} if path is None else paths.read(path, data, context)

    def _passed(self, state: State, given: Any, context: paths.Context) -> Any:
        if "Parameters" in state:
            given = intrinsics.template(state["Parameters"], given, context)
        return state.get("Result", given)

    def _failure(self, state: State, given: Any, context: paths.Context) -> StateError:
        def text(field: str) -> str:
            if f"{field}Path" in state:
                return str(intrinsics.evaluate(state[f"{field}Path"], given, context))
            return str(state.get(field, ""))

        return StateError(text("Error"), text("Cause"))

    def _chosen(self, state: State, given: Any, context: paths.Context) -> str:
        for rule in state["Choices"]:
            if choice.holds(rule, given, context):
                return str(rule["Next"])
        if "Default" not in state:
            raise StateError(
                "States.NoChoiceMatched", "No Choice rule matched and there is no Default"
            )
        return str(state["Default"])

    def _wait_out(self, state: State, given: Any, context: paths.Context) -> None:
        if "Seconds" in state or "SecondsPath" in state:
            seconds = float(
                state["Seconds"]
                if "Seconds" in state
                else paths.read(state["SecondsPath"], given, context)
            )
        else:
            text = state.get("Timestamp") or paths.read(state["TimestampPath"], given, context)
            seconds = (datetime.fromisoformat(text) - self.clock.now()).total_seconds()
        self.wait(lambda: False, max(0.0, seconds))

    def _attempted(self, state: State, given: Any, context: paths.Context) -> Any:
        tried = [0] * len(state.get("Retry", []))
        while True:
            try:
                result = self.tasks.run(self, state, given, context)
                if "ResultSelector" in state:
                    result = intrinsics.template(state["ResultSelector"], result, context)
            except StateError as error:
                seconds = _retry_wait(state, error, tried)
                if seconds is None:
                    if state["Type"] in {"Map", "Parallel"}:
                        self.note(f"{state['Type']}StateFailed")
                    raise
                self.wait(lambda: False, seconds)
                context["State"]["RetryCount"] += 1
            else:
                return result

    def _caught(self, state: State, error: StateError, data: Any) -> tuple[str, Any] | None:
        for catcher in state.get("Catch", []):
            if matches(error, catcher["ErrorEquals"], is_task=state["Type"] == "Task"):
                told = {"Error": error.error, "Cause": error.cause}
                return catcher["Next"], paths.write(catcher.get("ResultPath", "$"), data, told)
        return None


def _retry_wait(state: State, error: StateError, tried: list[int]) -> float | None:
    """Return the seconds to wait before the next attempt, None when no retrier takes the error or
    all are spent.
    """
    for index, retrier in enumerate(state.get("Retry", [])):
        if matches(error, retrier["ErrorEquals"], is_task=state["Type"] == "Task"):
            if tried[index] >= retrier.get("MaxAttempts", 3):
                return None
            seconds = (
                retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** tried[index]
            )
            tried[index] += 1
            return float(min(seconds, retrier.get("MaxDelaySeconds", seconds)))
    return None


def stamp(moment: datetime) -> str:
    """Return a moment as the context object writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def context_of(execution: Execution) -> dict[str, Any]:
    """Return the context object that an execution begins with."""
    about: dict[str, Any] = {
        "Id": execution.execution_arn,
        "Input": json.loads(execution.execution_input),
        "Name": execution.name,
        "RoleArn": execution.role_arn,
        "StartTime": stamp(execution.start_date),
        "RedriveCount": execution.redrive_count,
    }
    if execution.redrive_date is not None:
        about["RedriveTime"] = stamp(execution.redrive_date)
    return {
        "Execution": about,
        "StateMachine": {
            "Id": execution.state_machine_arn,
            "Name": execution.state_machine_name,
        },
    }
