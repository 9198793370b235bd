"""Whether threads rest: none of them runs Python, or would if a core were free.

A thread of a pool tells nobody that it waits for its queue, so the clock asks the system. A thread
that waits for the interpreter's lock looks asleep as well, but only while another one runs, and the
caller's own reading lays that lock down: two looks apart cannot both miss a thread with work to do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

APART_SECONDS = 0.001
TASKS = Path("/proc/self/task")
IS_KNOWN = TASKS.is_dir()
"""Whether the system tells what its threads do; where it does not, waiting has to serve."""
_ASLEEP = "S"


def are_at_rest(threads: Iterable[threading.Thread]) -> bool:
    """Return whether none of these threads ran in two looks; True where the system cannot say.

    Source: proc_pid_stat(5), the third field: S for a thread that waits for something.
    """
    looked_at = list(threads)
    if not IS_KNOWN:
        return True
    for _ in range(2):
        time.sleep(APART_SECONDS)
        if not all(_is_asleep(thread) for thread in looked_at):
            return False
    return True


def _is_asleep(thread: threading.Thread) -> bool:
    try:
        told = (TASKS / str(thread.native_id) / "stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True  # it has ended
    return told.rpartition(")")[2].split()[0] == _ASLEEP
