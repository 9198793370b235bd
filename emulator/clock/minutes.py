"""Whole minutes."""

from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


def minute_of(when: datetime) -> datetime:
    """Return the start of the minute."""
    return when.replace(second=0, microsecond=0)


def next_minute(when: datetime) -> datetime:
    """Return the start of the minute after it."""
    return minute_of(when) + MINUTE
