"""Where the live view goes: redrawn in place on a terminal, new lines only anywhere else."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live

from canaryctl.history import ToldMessage
from canaryctl.live.plain import PlainLines
from canaryctl.live.row import LiveRow
from canaryctl.live.table import live_view


class Screen(AbstractContextManager["Screen"]):
    """A context manager; `show` may be called as often as there is news."""

    def __init__(self, console: Console, title: str = "") -> None:
        """Take the console to draw on; without a terminal behind it plain lines are printed."""
        self._console = console
        self._title = title
        self._plain = PlainLines()
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None

    def __enter__(self) -> Self:
        """Take the screen."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the screen back, the last view left standing."""
        if self._live:
            self._live.stop()

    def show(self, rows: Sequence[LiveRow], messages: Sequence[ToldMessage], now: datetime) -> None:
        """Draw the rollouts and messages as they stand at `now`."""
        if self._live:
            title = f"{self._title}  {now:%Y-%m-%d %H:%M} UTC".strip()
            self._live.update(live_view(rows, messages, title, self._console.size), refresh=True)
            return
        for line in self._plain.news(rows, messages, now):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
