"""A fork of a process whose clock rests: the one worker that waits is the thread that forks, and so
lives on in the fork; whoever drove does not, and a new thread drives there.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from emulator.clock.worker import Worker

ENDING_SECONDS = 5.0
"""What a thread whose work is over may take to end."""


def fork(
    workers: Sequence[Worker] | None, forked: Callable[[], None], resume: Callable[[], object]
) -> int:
    """Return the process id of a fork; in it, `forked` is called before `resume` runs on a thread
    of its own. Raises RuntimeError where a thread would be lost.
    """
    if workers is None or len(workers) > 1:
        raise RuntimeError(f"a fork would lose workers: {workers}")
    worker = workers[0] if workers else None
    _only(worker)
    if worker is None:
        return _fork(forked, resume)
    answers: SimpleQueue[int | OSError] = SimpleQueue()

    def errand() -> None:
        worker.errand = None
        try:
            pid = _fork(forked, threading.Thread(target=resume, daemon=True).start)
        except OSError as error:
            answers.put(error)
        else:
            answers.put(pid)

    worker.errand = errand
    worker.turn.release()
    answer = answers.get()
    if isinstance(answer, OSError):
        raise answer
    return answer


def _only(worker: Worker | None) -> None:
    """Wait for threads whose work is over. Raises RuntimeError where others live."""
    mine = {threading.current_thread(), worker.thread if worker is not None else None}
    others = [thread for thread in threading.enumerate() if thread not in mine]
    for thread in others:
        thread.join(ENDING_SECONDS)
    if lost := [thread.name for thread in others if thread.is_alive()]:
        raise RuntimeError(f"a fork would lose the threads {lost}")


def _fork(forked: Callable[[], None], resume: Callable[[], object]) -> int:
    with warnings.catch_warnings():
        # From Python 3.12 on every fork beside other threads is warned of; those were looked at.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        threading.current_thread()._set_native_id()  # type: ignore[attr-defined]
        forked()
        resume()
    return pid
