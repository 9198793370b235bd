"""The emulator's one clock: a discrete-event loop over cooperating threads.

Rules. Time moves only here, and only when every worker (a state machine execution, a Lambda
invocation) is blocked in `sleep` or `wait_for`; then it jumps to the next due moment, ordered by
due time and then by the order of asking. One worker runs at a time, so a run is repeatable. Nobody
else sleeps. Actions given to `call_at` and `every` run on the driving thread and must not block;
work that blocks is spawned. With `minute_seconds` the loop also keeps pace with the wall; the wall
never moves emulated time by itself.
"""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from emulator.clock.calendar import Calendar
from emulator.clock.pace import Pace
from emulator.clock.worker import (
    ClockClosed,
    DeadlinePassed,
    Scheduled,
    Stuck,
    Waiting,
    Worker,
    stacks_of,
)

GUEST_GRACE_SECONDS = 0.01


class Clock:
    """Emulated UTC time, and the loop that moves it.

    minute_seconds: wall seconds an emulated minute takes, 0 = as fast as the work allows.
    patience_seconds: wall seconds one piece of work may run before the loop raises Stuck with its
    stack.
    """

    def __init__(
        self, start: datetime, minute_seconds: float = 0.0, patience_seconds: float = 120.0
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        self._now = start
        self._pacing = Pace(minute_seconds)
        self._patience_seconds = patience_seconds
        self._calendar = Calendar()
        self._workers: dict[int, Worker] = {}
        self._ready: deque[Worker] = deque()
        self._waiting: dict[Worker, Waiting] = {}
        self._running: set[Worker] = set()
        self._inbox: SimpleQueue[Worker | None] = SimpleQueue()
        self._driver: int | None = None
        self._closed = False

    # -- reading and asking ------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the emulated time (aware, UTC)."""
        return self._now

    def set_pace(self, minute_seconds: float) -> None:
        """Let an emulated minute take this many wall seconds from the next run on; 0 = as fast as
        the work allows.
        """
        self._pacing = Pace(minute_seconds)

    def call_at(self, when: datetime, action: Callable[[], object]) -> Scheduled:
        """Return the appointment to run `action` at `when` (at once if that is past); `.cancel()`
        withdraws it.
        """
        item = Scheduled(action)
        self._calendar.add(max(when, self._now), item)
        self._inbox.put(None)
        return item

    def call_in(self, seconds: float, action: Callable[[], object]) -> Scheduled:
        """Return the appointment to run `action` `seconds` from now."""
        return self.call_at(self._now + timedelta(seconds=seconds), action)

    def every(
        self, seconds: float, action: Callable[[], object], first: datetime | None = None
    ) -> Scheduled:
        """Return the appointment to run `action` at `first` (default: in one period) and every
        `seconds` after.
        """
        period = timedelta(seconds=seconds)
        if period <= timedelta(0):
            raise ValueError("every: seconds must be positive")
        series = Scheduled(action)
        due = first if first is not None else self._now + period

        def again() -> None:
            nonlocal due
            if not series.cancelled:
                due += period
                self.call_at(due, again)
                action()

        self.call_at(due, again)
        return series

    def spawn(self, action: Callable[[], object], name: str = "worker") -> Worker:
        """Return a new worker thread that runs `action` when its turn comes; an exception of it
        stops the loop.
        """
        self._refuse_when_closed()
        worker = Worker(name)
        worker.thread = threading.Thread(
            target=self._run_worker, args=(worker, action), name=name, daemon=True
        )
        # An empty context: whose work this is must not depend on whose call spawned it.
        contextvars.Context().run(worker.thread.start)
        self._ready.append(worker)
        self._inbox.put(None)
        return worker

    @contextmanager
    def working(self, name: str = "guest") -> Iterator[Worker]:
        """Make the calling thread a worker: it holds time still while it runs, and waits for its
        turn to begin.
        """
        self._refuse_when_closed()
        worker = Worker(name)
        worker.thread = threading.current_thread()
        self._ready.append(worker)
        self._inbox.put(None)
        self._enter(worker)
        try:
            yield worker
        finally:
            self._leave(worker)

    # -- blocking ----------------------------------------------------------------------------------

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds` of emulated time."""
        self.wait_for(lambda: False, max(0.0, seconds))

    def wait_for(
        self, condition: Callable[[], bool] | threading.Event, timeout_seconds: float | None = None
    ) -> bool:
        """Return True once `condition` holds, False after `timeout_seconds` of emulated time.

        From a worker it gives the turn away. From the thread that owns the run it drives the loop.
        From any other thread (a pool inside a handler) it waits as a guest: time may move while its
        owner waits for it.
        """
        holds = condition.is_set if isinstance(condition, threading.Event) else condition
        if holds():
            return True
        self._refuse_when_closed()
        worker = self._workers.get(threading.get_ident())
        if worker is not None:
            return self._block(worker, holds, timeout_seconds)
        if self._driver is None:
            return self.run_until(holds, timeout_seconds)
        if self._driver == threading.get_ident():
            raise RuntimeError("an action on the clock must not block; use clock.spawn")
        guest = Worker("guest", is_guest=True)
        guest.thread = threading.current_thread()
        return self._block(guest, holds, timeout_seconds)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Raise DeadlinePassed from the worker's next or current wait once `seconds` of emulated
        time have passed.
        """
        worker = self._workers.get(threading.get_ident())
        if worker is None:
            yield
            return
        before = worker.deadline
        mine = self._now + timedelta(seconds=seconds)
        worker.deadline = mine if before is None else min(before, mine)
        try:
            yield
        finally:
            worker.deadline = before

    # -- driving -----------------------------------------------------------------------------------

    def run_for(self, seconds: float) -> None:
        """Run everything due within `seconds` of emulated time, and stand at its end."""
        self.run_until(lambda: False, seconds)

    def run_until(self, done: Callable[[], bool], at_most_seconds: float | None = None) -> bool:
        """Return whether `done` held within `at_most_seconds`; it is asked whenever time is about
        to move.

        Without a bound the run also ends, False, when nothing is left that could ever happen.
        """
        self._refuse_when_closed()
        if self._driver is not None:
            raise RuntimeError("the clock is already being driven")
        end = None if at_most_seconds is None else self._now + timedelta(seconds=at_most_seconds)
        self._driver = threading.get_ident()
        self._pacing.begin()
        try:
            return self._drive(done, end)
        finally:
            self._driver = None

    def close(self) -> None:
        """Unwind every worker with ClockClosed and join its thread; raises Stuck when one does not
        end.
        """
        self._closed = True
        for worker in [*self._workers.values(), *self._ready, *self._waiting]:
            worker.turn.release()
            if worker.thread is not threading.current_thread() and worker.thread is not None:
                worker.thread.join(timeout=5.0)
                if worker.thread.is_alive() and not worker.is_guest:
                    raise Stuck(f"worker {worker.name} does not end\n{stacks_of([worker])}")
        self._calendar.clear()

    # -- the loop ----------------------------------------------------------------------------------

    def _drive(self, done: Callable[[], bool], end: datetime | None) -> bool:
        while True:
            self._settle()
            self._wake_satisfied()
            if self._ready:
                self._give_turn(self._ready.popleft())
                continue
            when = self._calendar.next_moment()
            if (when is None or when > self._now) and done():
                return True
            if when is None or (end is not None and when > end):
                if end is None:
                    return False
                if self._pace(end):
                    self._now = end
                    return done()
            elif self._pace(when):
                self._fire()

    def _fire(self) -> None:
        when, item = self._calendar.take()
        self._now = max(self._now, when)
        if not item.cancelled:
            item.action()

    def _pace(self, when: datetime) -> bool:
        """Return whether time may move to `when`; False when something arrived while waiting for
        the wall.
        """
        left = self._pacing.left(self._now, when)
        if left > 0:
            try:
                self._note(self._inbox.get(timeout=left))
            except Empty:
                pass
            else:
                return False
        self._pacing.moved(self._now, when)
        return True

    def _give_turn(self, worker: Worker) -> None:
        self._running.add(worker)
        worker.turn.release()
        self._settle()

    def _settle(self) -> None:
        """Return when no worker runs, or when those that run only wait for guests that sleep."""
        while self._running or not self._inbox.empty():
            has_guests = any(worker.is_guest for worker in self._waiting)
            try:
                worker = self._inbox.get(
                    timeout=GUEST_GRACE_SECONDS if has_guests else self._patience_seconds
                )
            except Empty:
                if has_guests:
                    return
                raise Stuck(
                    f"no progress in {self._patience_seconds:g} s of wall "
                    f"time\n{stacks_of(self._running)}"
                ) from None
            self._note(worker)

    def _note(self, worker: Worker | None) -> None:
        """Take the news that this worker gave its turn away; what it raised ends the run."""
        if worker is None:
            return
        self._running.discard(worker)
        if worker.error is not None:
            error, worker.error = worker.error, None
            raise error

    def _wake_satisfied(self) -> None:
        for worker, waiting in list(self._waiting.items()):
            if waiting.holds():
                waiting.answer = True
                self._wake(worker)

    def _wake(self, worker: Worker) -> None:
        waiting = self._waiting.pop(worker, None)
        if waiting is not None:
            if waiting.timer is not None:
                waiting.timer.cancel()
            if worker.is_guest:
                worker.turn.release()
            else:
                self._ready.append(worker)

    # -- inside a worker ---------------------------------------------------------------------------

    def _block(
        self, worker: Worker, holds: Callable[[], bool], timeout_seconds: float | None
    ) -> bool:
        until = None if timeout_seconds is None else self._now + timedelta(seconds=timeout_seconds)
        limit = min(
            (moment for moment in (until, worker.deadline) if moment is not None), default=None
        )
        waiting = Waiting(holds)
        if limit is not None:
            waiting.timer = self.call_at(limit, lambda: self._wake(worker))
        self._waiting[worker] = waiting
        self._inbox.put(worker)
        worker.turn.acquire()
        self._refuse_when_closed()
        if not waiting.answer and worker.deadline is not None and self._now >= worker.deadline:
            raise DeadlinePassed
        return waiting.answer

    def _run_worker(self, worker: Worker, action: Callable[[], object]) -> None:
        try:
            self._enter(worker)
            action()
        except ClockClosed:
            pass
        except BaseException as error:  # noqa: BLE001 -- told to the driver, which raises it
            worker.error = error
        finally:
            self._leave(worker)

    def _enter(self, worker: Worker) -> None:
        self._workers[threading.get_ident()] = worker
        worker.turn.acquire()
        self._refuse_when_closed()

    def _leave(self, worker: Worker) -> None:
        self._workers.pop(threading.get_ident(), None)
        self._inbox.put(worker)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ClockClosed
