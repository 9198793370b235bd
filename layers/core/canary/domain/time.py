"""Times are aware UTC datetimes, minutes whole minutes since the epoch."""

from datetime import datetime


def minute_of(when: datetime) -> int:
    """Return the whole minutes between the epoch and `when`."""
    return int(when.timestamp() // 60)
