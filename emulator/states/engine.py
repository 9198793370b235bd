"""Starting, stopping, redriving and ending executions; each runs as a worker on the clock.

Threads. Executions are changed under the account's lock: their workers hold it while they step, and
so does whoever starts, stops or redrives one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from emulator.clock import Clock, DeadlinePassed
from emulator.states.execution import (
    ABORTED,
    FAILED,
    RUNNING,
    SUCCEEDED,
    TIMED_OUT,
    Execution,
    compact,
)
from emulator.states.interpreter import Walk, context_of
from emulator.states.language.errors import TIMEOUT, Halted, InvalidDefinition, StateError
from emulator.states.tasks import Services, StateTasks
from emulator.states.tokens import AnswerFaults, Tokens


class NotRedrivable(Exception):
    """Only a failed, stopped or timed-out execution can be redriven."""


class Engine:
    """Every execution. `on_status(execution)` is told of each change of status; `heartbeat_error`
    is the name a missed heartbeat is given: States.Timeout, as in AWS's own runs, or
    States.HeartbeatTimeout, as its documentation has it too.
    """

    def __init__(
        self, clock: Clock, services: Services, answer_faults: AnswerFaults | None = None
    ) -> None:
        self.clock = clock
        self.tokens = Tokens(answer_faults or AnswerFaults())
        self.on_status: Callable[[Execution], None] = lambda _execution: None
        self.heartbeat_error = TIMEOUT
        self._tasks = StateTasks(
            self.tokens,
            services,
            lambda: self.heartbeat_error,
            self._tell,
        )
        self.map_runs = self._tasks.map_runs

    def _tell(self, execution: Execution) -> None:
        self.on_status(execution)

    def start(self, execution: Execution) -> None:
        """Begin an execution; it runs as soon as the clock gives it a turn."""
        with self.clock.lock:
            execution.record(
                self.clock.now(),
                "ExecutionStarted",
                input=execution.execution_input,
                roleArn=execution.role_arn,
            )
            first = (execution.definition["StartAt"], json.loads(execution.execution_input))
            self._launch(execution, *first)

    def stop(self, execution: Execution, error: str | None, cause: str | None) -> None:
        """Abort an execution now, whatever it waits for; one that ended keeps its end."""
        self.end(execution, ABORTED, error=error, cause=cause)

    def end(
        self, execution: Execution, status: str, *, error: str | None, cause: str | None
    ) -> None:
        """Give an execution this end now, whatever it waits for; one that ended keeps its own."""
        with self.clock.lock:
            self._end(execution, execution.run, status, error=error, cause=cause)

    def redrive(self, execution: Execution) -> None:
        """Resume at the state that did not end well, with that state's own input. Raises
        NotRedrivable.
        """
        with self.clock.lock:
            if execution.status not in {FAILED, TIMED_OUT, ABORTED} or execution.position is None:
                raise NotRedrivable(f"Execution {execution.execution_arn} is {execution.status}")
            execution.status, execution.stop_date, execution.error, execution.cause = (
                RUNNING,
                None,
                None,
                None,
            )
            execution.redrive_count += 1
            execution.redrive_date = self.clock.now()
            execution.run += 1
            execution.record(
                self.clock.now(), "ExecutionRedriven", redriveCount=execution.redrive_count
            )
            self._launch(execution, *execution.position)

    def _launch(self, execution: Execution, name: str, data: Any) -> None:
        run = execution.run
        self.on_status(execution)

        def work() -> None:
            with self.clock.lock:
                self._run(execution, run, name, data)

        self.clock.spawn(work, name=f"execution {execution.name}")

    def _run(self, execution: Execution, run: int, name: str, data: Any) -> None:
        walk = Walk(
            self.clock,
            execution,
            self._tasks,
            lambda: not execution.is_running or execution.run != run,
        )

        def remember(state: str, given: Any) -> None:
            if not walk.is_halted():
                execution.position = (state, given)

        walk.on_enter = remember
        timeout = execution.definition.get("TimeoutSeconds")
        try:
            if timeout is None:
                output = walk.run(execution.definition["States"], name, data, context_of(execution))
            else:
                with self.clock.deadline(timeout):
                    output = walk.run(
                        execution.definition["States"], name, data, context_of(execution)
                    )
        except Halted:
            return
        except DeadlinePassed:
            self._end(execution, run, TIMED_OUT)
        except StateError as error:
            self._end(execution, run, FAILED, error=error.error or None, cause=error.cause or None)
        except InvalidDefinition as error:
            self._end(execution, run, FAILED, error="States.Runtime", cause=str(error))
        else:
            execution.output = compact(output)
            self._end(execution, run, SUCCEEDED)

    def _end(self, execution: Execution, run: int, status: str, **why: str | None) -> None:
        self.clock.lock.check()
        if execution.is_running and execution.run == run:
            execution.end(self.clock.now(), status, **why)
            self.on_status(execution)
