"""Times are aware UTC datetimes, minutes whole minutes since the epoch."""

from datetime import UTC, datetime


def minute_of(when: datetime) -> int:
    """Return the whole minutes between the epoch and `when`."""
    return int(when.timestamp() // 60)


def start_of(minute: int) -> datetime:
    """Return when a whole minute since the epoch begins."""
    return datetime.fromtimestamp(60 * minute, UTC)
