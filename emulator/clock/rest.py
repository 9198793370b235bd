"""Whether threads rest: none of them runs Python, or would if a core were free.

A thread of a pool tells nobody that it waits for its queue, so the clock asks the system. A thread
that waits for the interpreter's lock looks asleep as well; but while the caller sleeps that lock is
free, so that one of those that wait for it runs, and its switches go up between two looks.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path

APART_SECONDS = 0.002
LOOKS = 4
"""On a machine with more to do than cores, one that may run can be kept waiting through two."""
TASKS = Path("/proc/self/task")
IS_KNOWN = TASKS.is_dir()
"""Whether the system tells what its threads do; where it does not, waiting has to serve."""
_ASLEEP, _SWITCHES = b"\nState:\tS", b"\nvoluntary_ctxt_switches:"
LONGEST_STATUS = 16_384
Switches = bytes


def are_at_rest(threads: Iterable[threading.Thread]) -> bool:
    """Return whether none of these threads ran between the looks or does in one; True where the
    system cannot say.

    Source: proc_pid_status(5): State S for a thread that waits for something, and how often it left
    a core, by itself or not.
    """
    looked_at = list(threads)
    if not IS_KNOWN:
        return True
    before: dict[threading.Thread, Switches] = {}
    for _ in range(LOOKS):
        time.sleep(APART_SECONDS)
        for thread in looked_at:
            seen = _look(thread)
            if seen is None or seen != before.setdefault(thread, seen):
                return False
    return True


def _look(thread: threading.Thread) -> Switches | None:
    """Return how often a sleeping thread left a core, nothing of one that has ended; None while it
    runs or is yet to begin.
    """
    if thread.native_id is None:
        return None
    try:
        status = _read(f"{TASKS}/{thread.native_id}/status")
    except (FileNotFoundError, ProcessLookupError):
        return b""
    if _ASLEEP not in status:
        return None
    return status[status.index(_SWITCHES) :]


def _read(path: str) -> bytes:
    """Return a file of the system's, read at once: a hundred threads are looked at in turn."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, LONGEST_STATUS)
    finally:
        os.close(file)
