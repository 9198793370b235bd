"""The clock of an application that is deployed here: it reads and pauses at one place, as a layer
would keep it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

from emulator.clock import Clock


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    """Pause."""
    time.sleep(seconds)


@contextmanager
def on_clock(clock: Clock) -> Iterator[None]:
    """Let the application live on emulated time."""
    here = f"{__name__}."
    with patch(here + "utc_now", clock.now), patch(here + "sleep", clock.sleep):
        yield
