"""One execution as its readers see it: status, input, output, history. Plain data that the engine
moves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.states.language.errors import StateError

RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED = (
    "RUNNING",
    "SUCCEEDED",
    "FAILED",
    "TIMED_OUT",
    "ABORTED",
)
MOST_HISTORY_EVENTS = 25_000


@dataclass(eq=False)
class Execution:
    """An execution; the attribute names are those moto's responses read."""

    execution_arn: str
    name: str
    state_machine_arn: str
    state_machine_name: str
    role_arn: str
    definition: dict[str, Any]
    execution_input: str
    start_date: datetime
    status: str = RUNNING
    stop_date: datetime | None = None
    output: str | None = None
    output_details: dict[str, bool] = field(default_factory=lambda: {"included": True})
    error: str | None = None
    cause: str | None = None
    redrive_count: int = 0
    redrive_date: datetime | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    # Where a redrive resumes: the state that was entered last, and its own input.
    position: tuple[str, Any] | None = None
    # Counts starts and redrives: what an earlier run still does after the execution ended is void.
    run: int = 0

    @property
    def is_running(self) -> bool:
        """Whether it can still move."""
        return self.status == RUNNING

    def record(self, at: datetime, kind: str, **details: object) -> None:
        """Add a history event. Raises StateError when the history is full, as AWS fails the
        execution then.
        """
        number = len(self.history) + 1
        if number > MOST_HISTORY_EVENTS:
            raise StateError(
                "States.Runtime",
                "The execution reached the maximum number of history events (25000).",
            )
        event: dict[str, Any] = {
            "id": number,
            "previousEventId": number - 1,
            "timestamp": at,
            "type": kind,
        }
        if details:
            event[details_key(kind)] = {
                key: value for key, value in details.items() if value is not None
            }
        self.history.append(event)

    def end(
        self, at: datetime, status: str, *, error: str | None = None, cause: str | None = None
    ) -> None:
        """Give it its end, once."""
        self.status, self.stop_date, self.error, self.cause = status, at, error, cause
        if len(self.history) < MOST_HISTORY_EVENTS:
            kind = {
                SUCCEEDED: "Succeeded",
                FAILED: "Failed",
                TIMED_OUT: "TimedOut",
                ABORTED: "Aborted",
            }[status]
            details = (
                {"output": self.output} if status == SUCCEEDED else {"error": error, "cause": cause}
            )
            self.record(at, f"Execution{kind}", **details)


def details_key(kind: str) -> str:
    """Return the name of the details member of a history event type."""
    if kind.endswith("StateEntered"):
        return "stateEnteredEventDetails"
    if kind.endswith("StateExited"):
        return "stateExitedEventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"


def compact(value: object) -> str:
    """Return a value as the JSON text Step Functions keeps."""
    return json.dumps(value, separators=(",", ":"))
