"""The emulated account with the application's clock on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from canary import wiring
from emulator import Clock, Emulator

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


def open_account(start: datetime, **options: Any) -> Emulator:
    """Return an account whose deployed functions live on emulated time; options as the Emulator
    takes them. It is to be entered.
    """
    return Emulator(start, time_hooks=[on_clock], **options)


@contextmanager
def on_clock(clock: Clock) -> Iterator[None]:
    """Let the application read and await this clock, for as long as the block lasts."""
    with (
        patch.object(wiring, "utc_now", clock.now),
        patch.object(wiring, "sleep", clock.sleep),
    ):
        yield
