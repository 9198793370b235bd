"""The one place where ports meet adapters: environment in, use cases out.

Nothing here runs at import time: every function builds its use case at the first call and keeps it.
One module a function, so that none pays for another's imports.
"""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time; the only clock this package reads, always called as `wiring.utc_now()`."""
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    """Pause; the only pause this package makes, always called as `wiring.sleep()`, so that it can
    be emulated.
    """
    time.sleep(seconds)
