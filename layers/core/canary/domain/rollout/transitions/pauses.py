"""A person's pause: it holds every advance, never a roll-back, and ends by itself."""

from datetime import datetime

from canary.domain.rollout.messages import PauseOver
from canary.domain.rollout.outbox import tell_once
from canary.domain.rollout.record import Record


def pause(record: Record, until: datetime) -> Record:
    """Return the record paused until then."""
    return record.but(paused_until=until)


def resume(record: Record) -> Record:
    """Return the record free to advance."""
    return record.but(paused_until=None)


def expire(record: Record, now: datetime) -> Record:
    """Return the record with a pause that is over taken off, and told of; unchanged otherwise."""
    until = record.paused_until
    if until is None or until > now:
        return record
    return tell_once(resume(record), PauseOver(paused_until=until), "pause over", now)
