"""What the clock keeps about each thread it schedules, and the signals it raises inside them."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime


class ClockClosed(BaseException):
    """The run is over; raised inside a worker that still waited. Not an Exception, so that no
    handler swallows it.
    """


class DeadlinePassed(BaseException):
    """The emulated deadline of this worker (a Lambda function's timeout) passed while it waited."""


class Stuck(RuntimeError):
    """A worker made no progress in wall time; the message holds its stack."""


@dataclass(eq=False)
class Scheduled:
    """An appointment on the clock."""

    action: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        """Withdraw the appointment; a no-op once it ran."""
        self.cancelled = True


@dataclass(eq=False)
class Worker:
    """A thread that runs only while it has the turn. Guests are threads of a pool inside a worker's
    own work. Only the thread itself writes `deadline` and `error`. An errand is done by the thread
    while it waits for its turn, and takes it one release of `turn` more.
    """

    name: str
    is_guest: bool = False
    thread: threading.Thread | None = None
    deadline: datetime | None = None
    error: BaseException | None = None
    errand: Callable[[], object] | None = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


@dataclass(eq=False)
class Waiting:
    """What a blocked worker waits for, at most until `limit`; timer and answer are the loop's."""

    holds: Callable[[], bool]
    limit: datetime | None = None
    timer: Scheduled | None = None
    answer: bool = False


def stacks_of(threads: Iterable[threading.Thread | None]) -> str:
    """Return the Python stacks of these threads, readable, for a message about one that hangs."""
    frames = sys._current_frames()
    parts = []
    for thread in threads:
        frame = frames.get(thread.ident or 0) if thread is not None else None
        stack = "".join(traceback.format_stack(frame)) if frame is not None else "  (no frame)\n"
        parts.append(f"--- {thread.name if thread is not None else 'no thread'}\n{stack}")
    return "\n".join(parts)
