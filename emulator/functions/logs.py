"""What a handler prints, kept with its invocation instead of mixed into the terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

_buffer: ContextVar[io.StringIO | None] = ContextVar("invocation_log", default=None)


class Router(io.TextIOBase):
    """A standard stream that writes into the log of the invocation running in this context, if
    any.
    """

    def __init__(self, terminal: TextIO) -> None:
        self.terminal = terminal

    def write(self, text: str) -> int:
        """Write to the invocation's log, or through."""
        return (_buffer.get() or self.terminal).write(text)

    def flush(self) -> None:
        """Flush the terminal."""
        if not self.terminal.closed:
            self.terminal.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.terminal, name)


def install() -> None:
    """Put routers in the place of stdout and stderr; harmless when they are there."""
    if not isinstance(sys.stdout, Router):
        sys.stdout = Router(sys.stdout)
    if not isinstance(sys.stderr, Router):
        sys.stderr = Router(sys.stderr)


def remove() -> None:
    """Take the routers away again."""
    if isinstance(sys.stdout, Router):
        sys.stdout = sys.stdout.terminal
    if isinstance(sys.stderr, Router):
        sys.stderr = sys.stderr.terminal


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """Collect what the code run inside prints."""
    install()  # a test runner may have put its own streams there since
    buffer = io.StringIO()
    token = _buffer.set(buffer)
    try:
        yield buffer
    finally:
        _buffer.reset(token)
