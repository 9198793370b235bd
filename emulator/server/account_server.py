"""A running server in front of one open account."""

from __future__ import annotations

import threading
from typing import Self

from emulator.account import Emulator
from emulator.server.front import LOOPBACK, Front
from emulator.server.times import Times


class AccountServer:
    """The account at `url`, which AWS_ENDPOINT_URL is set to; use as a context manager around
    `run`, in which time passes. Listens on 127.0.0.1 alone.
    """

    def __init__(self, account: Emulator, *, port: int = 0, minute_seconds: float = 0.0) -> None:
        """Take an open account; port 0 takes a free one. Raises OSError when the port is taken.

        minute_seconds: wall seconds an emulated minute takes, 0 = as fast as the work allows,
        math.inf = time moves only when it is told to.
        """
        self._account = account
        self._stopping = threading.Event()
        self.times = Times(account.clock, minute_seconds)
        self._server = Front(port, account.clock, self.times)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="http", daemon=True
        )
        self.url = f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Start listening; requests are answered once `run` lets the clock go."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def run(self) -> None:
        """Let time pass and requests be answered, until `stop`; the calling thread drives."""
        self._account.clock.run_until(self._stopping.is_set)

    def stop(self) -> None:
        """Let `run` return soon; from any thread, and from a signal's handler."""
        self._stopping.set()
        self._account.clock.call_in(0, lambda: None)  # wakes a clock that waits for the wall
