"""The account's one lock: whoever holds it may change the account, nobody else does.

Rules. Every piece of the account's own code runs while its thread holds this lock: the actions and
conditions of the clock, the answer to an AWS call, a hook, an execution's steps, an invocation
before and after its handler, every control that a test or a person uses. A function's own code runs
outside it (`laid_down`) and comes in through an AWS call. Whoever waits in emulated time has laid
it down wholly. What may be changed under the lock alone says so with `check`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class NotHeld(RuntimeError):
    """Something of the account was about to be changed by a thread that does not hold its lock."""


class Exclusive:
    """A re-entrant lock that its holder can lay down wholly, and that knows its holder."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._holder: int | None = None

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *_: object) -> None:
        self.give()

    @property
    def holder(self) -> int | None:
        """The id of the thread that holds it, None when it is free."""
        return self._holder

    def take(self, patience_seconds: float = -1.0) -> bool:
        """Return whether the lock was had within so many wall seconds; -1 waits without end."""
        if not self._lock.acquire(timeout=patience_seconds):
            return False
        self._depth += 1
        self._holder = threading.get_ident()
        return True

    def give(self) -> None:
        """Give back what one `take` took."""
        self._depth -= 1
        if not self._depth:
            self._holder = None
        self._lock.release()

    @contextmanager
    def laid_down(self) -> Iterator[None]:
        """Let others have the lock for as long as the block lasts, however often it is held here;
        harmless where it is not.
        """
        depth = self._depth if self._holder == threading.get_ident() else 0
        for _ in range(depth):
            self.give()
        try:
            yield
        finally:
            for _ in range(depth):
                self.take()

    def check(self) -> None:
        """Raise NotHeld unless the calling thread holds the lock."""
        if self._holder != threading.get_ident():
            raise NotHeld(
                f"{threading.current_thread().name} would change the account without its lock; "
                "enter `clock.lock` first"
            )
