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
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

WALL_SECONDS = 300.0
Given = TypeVar("Given")


class Died(Exception):
    """A run did not answer: it crashed, hung, or was killed by its own account."""


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
    if threading.active_count() > 1:
        raise RuntimeError(f"a fork would lose the threads {threading.enumerate()}")
    waiting, running = iter(cases), dict[int, _Fork]()
    with _set_aside():
        while True:
            for case in islice(waiting, jobs - len(running)):
                fork = _start(case, work)
                running[fork.reader] = fork
            if not running:
                return
            for fork in _ready(running, wall_seconds):
                del running[fork.reader]
                yield fork.given, _answer(fork)


@contextmanager
def _set_aside() -> Iterator[None]:
    """Spare every fork a search for garbage among what it was given: half a million objects, a
    fifth of a long run.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _start(case: Any, work: Callable[[Any], Any]) -> _Fork:
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work(case, work, writer)
    os.close(writer)
    return _Fork(case, pid, reader)


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
