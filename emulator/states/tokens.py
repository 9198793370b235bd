"""Task tokens: who may answer a waiting task, once, and what a late or repeated answer is told.

AWS does not document what becomes of an answer that comes before the invocation that was given the
token has returned: it is taken here, as AWS is believed to do, unless an account is told to lose
it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from emulator.states.language.errors import StateError


class InvalidToken(Exception):
    """Nobody ever gave out this token."""


class TaskTimedOut(Exception):
    """The task of this token is over: answered, timed out, or its execution ended."""


@dataclass
class AnswerFaults:
    """What becomes of answers on their way; each may be changed while the account is open.

    `early_lost`: an answer that comes before its invocation returned is accepted and forgotten.
    `doubled`: every answer comes twice, and its sender hears what the second one is told.
    """

    early_lost: bool = False
    doubled: bool = False


@dataclass(eq=False)
class PendingTask:
    """A task that waits for its token; `answer` is a JSON text or the error it failed with.

    `is_invoking` says whether the invocation that was given the token still runs.
    """

    token: str
    beaten: datetime
    state_machine_arn: str
    answer: str | StateError | None = None
    is_open: bool = True
    is_invoking: Callable[[], bool] = lambda: False


@dataclass
class Tokens:
    """Every token given out, and what goes wrong with their answers."""

    faults: AnswerFaults = field(default_factory=AnswerFaults)
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
        self._take(token, answer)
        if self.faults.doubled:
            self._take(token, answer)

    def _take(self, token: str, answer: str | StateError) -> None:
        task = self.open_task(token)
        if self.faults.early_lost and task.is_invoking():
            return
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
