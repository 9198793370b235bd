"""The loop that moves time, with everything it decides by.

Rules. What is kept here belongs to the driving thread: nobody else reads or changes it. Other
threads `tell` the loop a note, which the driving thread carries out in the order the notes came;
each note checks that it does. Only the time itself is read from anywhere. Conditions and actions
run under the account's lock, waiting happens without it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from queue import Empty, Queue

from emulator.clock import rest
from emulator.clock.calendar import Calendar
from emulator.clock.exclusive import Exclusive
from emulator.clock.pace import Pace
from emulator.clock.worker import Scheduled, Stuck, Waiting, Worker, stacks_of

GUEST_GRACE_SECONDS, LONGEST_GRACE_SECONDS = 0.01 if not rest.IS_KNOWN else 0.001, 0.02
JOIN_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0


class WrongThread(RuntimeError):
    """The loop's own state was about to be changed by a thread that does not drive it."""


class Loop:
    """A discrete-event loop over cooperating threads; one worker has the turn at a time."""

    def __init__(self, start: datetime, pace: Pace, patience_seconds: float) -> None:
        self.now = start
        self.pace = pace
        self.lock = Exclusive()
        self._patience_seconds = patience_seconds
        self._calendar = Calendar()
        self._alive: dict[Worker, None] = {}
        self._ready: deque[Worker] = deque()
        self._waiting: dict[Worker, Waiting] = {}
        self._running: set[Worker] = set()
        self._woken: set[threading.Thread | None] = set()
        # Not a SimpleQueue: asked to wait for a moment it waits for ever where its thread is kept
        # from a core for as long, since a deadline that has passed reads there as none.
        self._notes: Queue[Callable[[], None]] = Queue()
        self._driving = threading.Lock()
        self._driver: int | None = None

    # -- from any thread ---------------------------------------------------------------------------

    def tell(self, note: Callable[[], None]) -> None:
        """Let the driving thread carry out a note, after those that came before it."""
        self._notes.put(note)

    @property
    def driver(self) -> int | None:
        """The id of the thread that drives, None between two runs."""
        return self._driver

    @contextmanager
    def driven(self) -> Iterator[None]:
        """Make the calling thread the driving one. Raises RuntimeError when another one drives."""
        if not self._driving.acquire(blocking=False):
            raise RuntimeError("the clock is already being driven")
        self._driver = threading.get_ident()
        try:
            with self.lock.laid_down():
                yield
        finally:
            self._driver = None
            self._driving.release()

    # -- notes -------------------------------------------------------------------------------------

    def enter(self, when: datetime, item: Scheduled) -> None:
        """Put an appointment into the calendar."""
        self._check()
        self._calendar.add(when, item)

    def keep(self, pace: Pace) -> None:
        """Keep another pace with the wall, from the next moment on."""
        self._check()
        self.pace = pace

    def join(self, worker: Worker) -> None:
        """Let a worker wait for its first turn."""
        self._check()
        self._alive[worker] = None
        self._ready.append(worker)

    def block(self, worker: Worker, waiting: Waiting) -> None:
        """Take the turn back from a worker that waits."""
        self._check()
        if waiting.limit is not None:
            waiting.timer = Scheduled(lambda: self._wake(worker))
            self._calendar.add(waiting.limit, waiting.timer)
        self._waiting[worker] = waiting
        self._running.discard(worker)
        self._woken.discard(worker.thread)
        if not worker.is_guest and any(other.is_guest for other in self._waiting):
            self._woken.add(None)  # others of that pool may have work, whoever owns it

    def leave(self, worker: Worker) -> None:
        """Take the turn back from a worker that has ended; what it raised ends the run."""
        self._check()
        self._alive.pop(worker, None)
        self._running.discard(worker)
        if worker.error is not None:
            error, worker.error = worker.error, None
            raise error

    # -- driving -----------------------------------------------------------------------------------

    def drive(
        self,
        done: Callable[[], bool],
        end: datetime | None,
        between: Callable[[], bool] | None = None,
    ) -> bool:
        """Return whether `done` held by `end`; without an end, False when nothing can happen any
        more. `between` ends it too, True, and is asked whenever nobody has the turn.
        """
        self._check()
        self.pace.begin()
        while True:
            self._settle()
            self._wake_satisfied()
            if between is not None and self._asked(between):
                return True
            if self._ready:
                self._give_turn(self._ready.popleft())
                continue
            when = self._calendar.next_moment()
            if (when is None or when > self.now) and self._asked(done):
                return True
            if when is None or (end is not None and when > end):
                if end is None:
                    return False
                if self._may_move(end):
                    self.now = end
                    return self._asked(done)
            elif self._may_move(when):
                self._fire()

    def resting(self) -> tuple[Worker, ...] | None:
        """Return who is alive while nobody has the turn and all there is to do is in this loop;
        None while a thread that is not the loop's own may have work left.
        """
        self._check()
        guests = any(worker.is_guest for worker in self._waiting)
        busy = self._running or self._woken or guests or not self._notes.empty()
        return None if busy else tuple(self._alive)

    def forked(self) -> None:
        """Forget the thread that drove before this process was forked: it did not come along."""
        self._notes = Queue()
        self._driving = threading.Lock()
        self._driver = None

    def close(self) -> None:
        """Unwind every worker and join its thread; raises Stuck when one does not end."""
        self._check()
        while not self._notes.empty():
            with suppress(BaseException):  # a worker's error came too late to end a run
                self._notes.get()()
        guests = [worker for worker in self._waiting if worker.is_guest]
        everybody = [*self._alive, *guests]
        for worker in everybody:
            worker.turn.release()
        others = [w for w in everybody if w.thread not in {None, threading.current_thread()}]
        for worker in others:
            if worker.thread is not None:
                worker.thread.join(timeout=JOIN_SECONDS)
                if worker.thread.is_alive() and not worker.is_guest:
                    raise Stuck(f"worker {worker.name} does not end\n{stacks_of([worker.thread])}")
        self._calendar.clear()

    def _fire(self) -> None:
        when, item = self._calendar.take()
        self.now = max(self.now, when)
        if not item.cancelled:
            with self._held():
                item.action()

    def _asked(self, done: Callable[[], bool]) -> bool:
        with self._held():
            return done()

    def _may_move(self, when: datetime) -> bool:
        """Return whether time may move to `when`; False when something arrived while waiting for
        the wall.
        """
        left = self.pace.left(self.now, when)
        if left > 0:
            try:
                note = self._notes.get(timeout=min(left, LONGEST_WAIT_SECONDS))
            except Empty:
                if left > LONGEST_WAIT_SECONDS:
                    return False
            else:
                note()
                return False
        self.pace.moved(self.now, when)
        return True

    def _give_turn(self, worker: Worker) -> None:
        self._running.add(worker)
        worker.turn.release()
        self._settle()

    def _settle(self) -> None:
        """Return when no worker runs, or when those that run only wait for guests that sleep, and
        no guest that was woken has work left.
        """
        since, grace = time.monotonic(), GUEST_GRACE_SECONDS
        while self._running or self._woken or not self._notes.empty():
            has_guests = bool(self._woken) or any(worker.is_guest for worker in self._waiting)
            patience = grace if has_guests else self._patience_seconds
            try:
                note = self._notes.get(timeout=patience)
            except Empty:
                if has_guests and rest.are_at_rest(self._others()) and self._notes.empty():
                    self._woken.clear()
                    if self._running and not any(worker.is_guest for worker in self._waiting):
                        continue
                    return
                if not has_guests or time.monotonic() - since > self._patience_seconds:
                    raise self._stuck([worker.thread for worker in self._running]) from None
                grace = min(2 * grace, LONGEST_GRACE_SECONDS)
            else:
                note()
                since, grace = time.monotonic(), GUEST_GRACE_SECONDS

    def _others(self) -> list[threading.Thread]:
        """Return every other thread: one that is about to wait may still hold the interpreter, and
        those that want it look asleep until it lets go. Whoever was given a turn comes first: they
        are the likeliest to work still.
        """
        given = self._woken | {worker.thread for worker in self._running}
        others = [thread for thread in threading.enumerate() if thread.ident != self._driver]
        return sorted(others, key=lambda thread: thread not in given)

    def _wake_satisfied(self) -> None:
        with self._held():
            for worker, waiting in list(self._waiting.items()):
                if waiting.holds():
                    waiting.answer = True
                    self._wake(worker)

    def _wake(self, worker: Worker) -> None:
        self._check()
        waiting = self._waiting.pop(worker, None)
        if waiting is None:
            return
        if waiting.timer is not None:
            waiting.timer.cancel()
        if worker.is_guest:
            self._woken.add(worker.thread)
            worker.turn.release()
        else:
            self._ready.append(worker)

    # -- holding to the rules ----------------------------------------------------------------------

    @contextmanager
    def _held(self) -> Iterator[None]:
        if not self.lock.take(self._patience_seconds):
            holders = [t for t in threading.enumerate() if t.ident == self.lock.holder]
            raise self._stuck(list(holders))
        try:
            yield
        finally:
            self.lock.give()

    def _stuck(self, threads: list[threading.Thread | None]) -> Stuck:
        return Stuck(
            f"no progress in {self._patience_seconds:g} s of wall time\n{stacks_of(threads)}"
        )

    def _check(self) -> None:
        if self._driver != threading.get_ident():
            raise WrongThread(
                f"{threading.current_thread().name} would change the loop; only the thread that "
                "drives may: tell it"
            )
