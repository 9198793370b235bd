"""Task tokens: who may answer a waiting task, once, and what a late or repeated answer is told."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from emulator.states.language.errors import StateError


class InvalidToken(Exception):
    """Nobody ever gave out this token."""


class TaskTimedOut(Exception):
    """The task of this token is over: answered, timed out, or its execution ended."""


@dataclass(eq=False)
class PendingTask:
    """A task that waits for its token; `answer` is a JSON text or the error it failed with."""

    token: str
    beaten: datetime
    state_machine_arn: str
    answer: str | StateError | None = None
    is_open: bool = True


@dataclass
class Tokens:
    """Every token given out."""

    tasks: dict[str, PendingTask] = field(default_factory=dict)

    def issue(self, execution_arn: str, state_machine_arn: str, now: datetime) -> PendingTask:
        """Return a new waiting task; its token is unique and, run by run, the same."""
        number = len(self.tasks) + 1
        token = "AQC" + uuid.uuid5(uuid.NAMESPACE_URL, f"{execution_arn}/{number}").hex * 4
        task = PendingTask(token, now, state_machine_arn)
        self.tasks[token] = task
        return task

    def answer(self, token: str, answer: str | StateError) -> None:
        """Take the one answer of a task. Raises InvalidToken or TaskTimedOut."""
        task = self.open_task(token)
        task.answer = answer
        task.is_open = False

    def heartbeat(self, token: str, now: datetime) -> None:
        """Take a sign of life. Raises InvalidToken or TaskTimedOut."""
        self.open_task(token).beaten = now

    def open_task(self, token: str) -> PendingTask:
        """Return the waiting task of a token. Raises InvalidToken or TaskTimedOut."""
        task = self.tasks.get(token)
        if task is None:
            raise InvalidToken
        if not task.is_open:
            raise TaskTimedOut
        return task
