"""The emulator's one clock: a discrete-event loop over cooperating threads.

Rules. Time moves only in the loop, and only when every worker (a state machine execution, a Lambda
invocation) is blocked in `sleep` or `wait_for`; then it jumps to the next due moment, ordered by
due time and then by the order of asking. One worker runs at a time, so a run is repeatable. Nobody
else sleeps. Actions given to `call_at` and `every` run on the driving thread and must not block;
work that blocks is spawned. With `minute_seconds` the loop also keeps pace with the wall; the wall
never moves emulated time by itself.

Threads. The loop's state is the driving thread's own; what other threads ask for here becomes a
note to it. What the account holds is changed under `lock` alone; whoever waits here lays it down.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from emulator.clock import forking
from emulator.clock.exclusive import Exclusive
from emulator.clock.loop import Loop
from emulator.clock.pace import Pace
from emulator.clock.worker import ClockClosed, DeadlinePassed, Scheduled, Waiting, Worker


class Clock:
    """Emulated UTC time, and the ways to read it, to wait for it and to let it pass.

    minute_seconds: wall seconds an emulated minute takes, 0 = as fast as the work allows.
    patience_seconds: wall seconds one piece of work may run before the loop raises Stuck with its
    stack.
    """

    def __init__(
        self, start: datetime, minute_seconds: float = 0.0, patience_seconds: float = 120.0
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        self._loop = Loop(start, Pace(minute_seconds), patience_seconds)
        self._own = threading.local()
        self._closed = False

    @property
    def lock(self) -> Exclusive:
        """The account's one lock."""
        return self._loop.lock

    # -- reading and asking ------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the emulated time (aware, UTC)."""
        return self._loop.now

    def set_pace(self, minute_seconds: float) -> None:
        """Let an emulated minute take this many wall seconds from now on; 0 = as fast as the work
        allows.
        """
        self._loop.tell(lambda: self._loop.keep(Pace(minute_seconds)))

    def call_at(self, when: datetime, action: Callable[[], object]) -> Scheduled:
        """Return the appointment to run `action` at `when` (at once if that is past); `.cancel()`
        withdraws it.
        """
        item, due = Scheduled(action), max(when, self.now())
        self._loop.tell(lambda: self._loop.enter(due, item))
        return item

    def call_in(self, seconds: float, action: Callable[[], object]) -> Scheduled:
        """Return the appointment to run `action` `seconds` from now."""
        return self.call_at(self.now() + timedelta(seconds=seconds), action)

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
        due = first if first is not None else self.now() + period

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
        stops the loop. It does not hold `lock`: an action that changes the account enters it.
        """
        self._refuse_when_closed()
        worker = Worker(name)
        worker.thread = threading.Thread(
            target=self._run_worker, args=(worker, action), name=name, daemon=True
        )
        # An empty context: whose work this is must not depend on whose call spawned it.
        contextvars.Context().run(worker.thread.start)
        self._loop.tell(lambda: self._loop.join(worker))
        return worker

    @contextmanager
    def working(self, name: str = "guest") -> Iterator[Worker]:
        """Make the calling thread a worker: it holds time still while it runs, and waits for its
        turn to begin.
        """
        worker = Worker(name)
        worker.thread = threading.current_thread()
        self._loop.tell(lambda: self._loop.join(worker))
        self._begin(worker)
        try:
            yield worker
        finally:
            self._end(worker)

    # -- waiting -----------------------------------------------------------------------------------

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
        worker = self._worker
        if worker is not None:
            return self._wait(worker, holds, timeout_seconds)
        if self._loop.driver is None:
            return self.run_until(holds, timeout_seconds)
        if self._loop.driver == threading.get_ident():
            raise RuntimeError("an action on the clock must not block; use clock.spawn")
        guest = Worker("guest", is_guest=True)
        guest.thread = threading.current_thread()
        return self._wait(guest, holds, timeout_seconds)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Raise DeadlinePassed from the worker's next or current wait once `seconds` of emulated
        time have passed.
        """
        worker = self._worker
        if worker is None:
            yield
            return
        before = worker.deadline
        mine = self.now() + timedelta(seconds=seconds)
        worker.deadline = mine if before is None else min(before, mine)
        try:
            yield
        finally:
            worker.deadline = before

    # -- driving -----------------------------------------------------------------------------------

    def run_for(self, seconds: float) -> None:
        """Run everything due within `seconds` of emulated time, and stand at its end."""
        self.run_until(lambda: False, seconds)

    def run_until(
        self,
        done: Callable[[], bool],
        at_most_seconds: float | None = None,
        between: Callable[[], bool] | None = None,
    ) -> bool:
        """Return whether `done` held within `at_most_seconds`; it is asked whenever time is about
        to move. `between` ends the run as well, and is asked whenever nobody has the turn.

        Without a bound the run also ends, False, when nothing is left that could ever happen.
        """
        self._refuse_when_closed()
        end = None if at_most_seconds is None else self.now() + timedelta(seconds=at_most_seconds)
        with self._loop.driven():
            return self._loop.drive(done, end, between)

    def resting(self) -> tuple[str, ...] | None:
        """Return the names of the workers alive, all of them waiting; None while work may be under
        way that the clock does not see. Asked where the loop asks `between`.
        """
        workers = self._loop.resting()
        return None if workers is None else tuple(worker.name for worker in workers)

    def fork(self, resume: Callable[[], object]) -> int:
        """Return the process id of a fork in which `resume` runs, and may drive this clock on from
        where it stands.

        Only the thread that forks lives on in the fork, so at most one worker may be alive, and
        waits; it keeps its place. Raises RuntimeError where there are others.
        """
        with self._loop.driven():
            workers = self._loop.resting()
        return forking.fork(workers, self._loop.forked, resume)

    def close(self) -> None:
        """Unwind every worker with ClockClosed and join its thread; raises Stuck when one does not
        end.
        """
        self._closed = True
        with self._loop.driven():
            self._loop.close()

    # -- inside a worker ---------------------------------------------------------------------------

    @property
    def _worker(self) -> Worker | None:
        found: Worker | None = getattr(self._own, "worker", None)
        return found

    def _wait(
        self, worker: Worker, holds: Callable[[], bool], timeout_seconds: float | None
    ) -> bool:
        until = None if timeout_seconds is None else self.now() + timedelta(seconds=timeout_seconds)
        limit = min((m for m in (until, worker.deadline) if m is not None), default=None)
        waiting = Waiting(holds, None if limit is None else max(limit, self.now()))
        with self.lock.laid_down():
            self._loop.tell(lambda: self._loop.block(worker, waiting))
            self._take_turn(worker)
        if not waiting.answer and worker.deadline is not None and self.now() >= worker.deadline:
            raise DeadlinePassed
        return waiting.answer

    def _run_worker(self, worker: Worker, action: Callable[[], object]) -> None:
        try:
            self._begin(worker)
            action()
        except ClockClosed:
            pass
        except BaseException as error:  # noqa: BLE001 -- told to the driver, which raises it
            worker.error = error
        finally:
            self._end(worker)

    def _begin(self, worker: Worker) -> None:
        self._own.worker = worker
        self._take_turn(worker)

    def _end(self, worker: Worker) -> None:
        self._own.worker = None
        self._loop.tell(lambda: self._loop.leave(worker))

    def _take_turn(self, worker: Worker) -> None:
        # Asked after the loop was told: closing sees the note, or this sees that it was closed.
        self._refuse_when_closed()
        worker.turn.acquire()
        while worker.errand is not None:
            worker.errand()
            worker.turn.acquire()
        self._refuse_when_closed()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ClockClosed
