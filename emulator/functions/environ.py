"""`os.environ` as each Lambda function sees it: its own variables over the process's, chosen by
context.

Every reference to `os.environ` taken anywhere is the one object, so its class is swapped while an
emulator runs. A function writes into its own overlay only, as a Lambda writes into its own process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_overlay: ContextVar[dict[str, str] | None] = ContextVar("function_environment", default=None)


class FunctionEnviron(os._Environ):  # type: ignore[type-arg]
    """The process environment, under the overlay of the function that runs in this context."""

    def __getitem__(self, key: str) -> str:
        overlay = _overlay.get()
        if overlay is not None and key in overlay:
            return overlay[key]
        value: str = super().__getitem__(key)
        return value

    def __setitem__(self, key: str, value: str) -> None:
        overlay = _overlay.get()
        if overlay is None:
            super().__setitem__(key, value)
        else:
            overlay[key] = value

    def __delitem__(self, key: str) -> None:
        overlay = _overlay.get()
        if overlay is None or key not in overlay:
            super().__delitem__(key)
        else:
            del overlay[key]

    def __iter__(self) -> Iterator[str]:
        # Copies: threads of one function share its overlay, and may write while another one reads.
        overlay = dict(_overlay.get() or {})
        yield from overlay
        yield from (key for key in list(super().__iter__()) if key not in overlay)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def install() -> None:
    """Let `os.environ` answer by context."""
    os.environ.__class__ = FunctionEnviron


def remove() -> None:
    """Make `os.environ` the plain process environment again."""
    os.environ.__class__ = os._Environ


@contextmanager
def overlaid(variables: dict[str, str]) -> Iterator[None]:
    """Show `variables` in `os.environ` to the code run inside, and keep what it writes in them."""
    token = _overlay.set(variables)
    try:
        yield
    finally:
        _overlay.reset(token)
