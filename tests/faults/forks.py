"""Runs cases in forks of one prepared account, a few at a time: every run starts from the very same
state.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

WALL_SECONDS = 300.0
Given = TypeVar("Given")
Fork = Callable[[Callable[[], object]], int]


class Died(Exception):
    """A run did not answer: it crashed, hung, or was killed by its own account."""


class Runs:
    """Runs under way in forks, at most so many at once; a run without an answer is a Died."""

    def __init__(self, jobs: int, wall_seconds: float = WALL_SECONDS) -> None:
        self._jobs, self._wall_seconds = jobs, wall_seconds
        self._running: dict[int, _Fork] = {}

    def start(
        self, given: Given, work: Callable[[Given], Any], fork: Fork
    ) -> Iterator[tuple[Any, Any]]:
        """Begin a run as soon as there is room; yield those that finish meanwhile."""
        while len(self._running) >= self._jobs:
            yield from self._finished()
        sys.stdout.flush()
        sys.stderr.flush()
        reader, writer = os.pipe()
        pid = fork(lambda: _work(given, work, writer))
        os.close(writer)
        self._running[reader] = _Fork(given, pid, reader)

    def rest(self) -> Iterator[tuple[Any, Any]]:
        """Yield (given, answer) of all that still run, in the order they finish."""
        while self._running:
            yield from self._finished()

    def _finished(self) -> Iterator[tuple[Any, Any]]:
        for run in _ready(self._running, self._wall_seconds):
            del self._running[run.reader]
            yield run.given, _answer(run)


@dataclass
class _Fork:
    given: Any
    pid: int
    reader: int
    began: float = field(default_factory=time.monotonic)
    data: bytes = b""


def in_forks(
    cases: Iterable[Given],
    work: Callable[[Given], Any],
    jobs: int,
    wall_seconds: float = WALL_SECONDS,
) -> Iterator[tuple[Given, Any]]:
    """Yield (case, answer) in the order they finish; the answer is a Died where there was none."""
    runs = Runs(jobs, wall_seconds)
    with set_aside():
        for case in cases:
            yield from runs.start(case, work, forked)
        yield from runs.rest()


def forked(work: Callable[[], object]) -> int:
    """Return the process id of a fork that does the work, which ends it. Raises RuntimeError beside
    other threads.
    """
    if threading.active_count() > 1:
        raise RuntimeError(f"a fork would lose the threads {threading.enumerate()}")
    pid = os.fork()
    if pid == 0:
        work()
    return pid


def told_by_fork(work: Callable[[], Iterator[Given]]) -> Iterator[Given]:
    """Yield what the work yields in one fork, as it comes. Raises the Died that it became."""
    reader, writer = os.pipe()
    pid = forked(lambda: _tell(work, writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as told, suppress(EOFError):
        while True:
            found = pickle.load(told)
            if isinstance(found, Died):
                raise found
            yield found
    os.waitpid(pid, 0)


def _tell(work: Callable[[], Iterator[Any]], writer: int) -> None:
    try:
        with os.fdopen(writer, "wb") as out:
            try:
                for found in work():
                    pickle.dump(found, out)
                    out.flush()  # nothing is left in it for the forks of this fork to write again
            except BaseException:  # noqa: BLE001 -- told to the parent, as below
                pickle.dump(Died(traceback.format_exc()), out)
    finally:
        os._exit(0)


@contextmanager
def set_aside() -> Iterator[None]:
    """Spare every fork a search for garbage among what it was given: half a million objects, a
    fifth of a long run.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _work(case: Any, work: Callable[[Any], Any], writer: int) -> None:
    try:
        answer = work(case)
    except BaseException:  # noqa: BLE001 -- told to the parent, which has no other way to know
        answer = Died(traceback.format_exc())
    try:
        with os.fdopen(writer, "wb") as out:
            out.write(pickle.dumps(answer))
    finally:
        os._exit(0)


def _ready(running: dict[int, _Fork], wall_seconds: float) -> list[_Fork]:
    """Return the forks that have finished, reading what the others have to say meanwhile."""
    done = []
    readable, _, _ = select.select(list(running), [], [], 1.0)
    for reader in readable:
        chunk = os.read(reader, 1 << 20)
        running[reader].data += chunk
        if not chunk:
            done.append(running[reader])
    for fork in running.values():
        if time.monotonic() - fork.began > wall_seconds and fork not in done:
            os.kill(fork.pid, signal.SIGKILL)
            fork.data = pickle.dumps(Died(f"no answer within {wall_seconds:g} s"))
            done.append(fork)
    return done


def _answer(fork: _Fork) -> Any:
    os.close(fork.reader)
    os.waitpid(fork.pid, 0)
    return pickle.loads(fork.data) if fork.data else Died("the fork died without a word")
