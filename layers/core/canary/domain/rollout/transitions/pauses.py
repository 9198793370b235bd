"""A person's pause: it holds every advance, never a roll-back, and ends by itself. Limits stand
still as long.
"""

from datetime import datetime

from canary.domain.plan.standstill import Standstill
from canary.domain.rollout.kinds.going import PauseOver
from canary.domain.rollout.outbox import tell
from canary.domain.rollout.record import Record


def pause(record: Record, until: datetime, now: datetime, by: str = "", reason: str = "") -> Record:
    """Return the record paused until then; one that is paused already stays so from its beginning,
    with the newer end, person and reason.
    """
    until, since, kept = max(until, now), now, record.standstills
    if record.paused_until is not None and record.paused_until > now:
        since, kept = min(kept[-1].since, now), kept[:-1]
    asked = Standstill(since=since, until=until, by=by, reason=reason)
    return record.but(paused_until=until, standstills=(*kept, asked))


def resume(record: Record, now: datetime) -> Record:
    """Return the record free to advance; what was left of its pause is given back."""
    if record.paused_until is None:
        return record
    last = record.standstills[-1]
    ended = last.but(until=max(last.since, min(record.paused_until, now)))
    return record.but(paused_until=None, standstills=(*record.standstills[:-1], ended))


def expire(record: Record, now: datetime) -> Record:
    """Return the record with a pause that is over taken off, and told of; unchanged otherwise."""
    until = record.paused_until
    if until is None or until > now:
        return record
    last = record.standstills[-1]
    facts = PauseOver(paused_until=until, since=last.since, by=last.by, reason=last.reason)
    return tell(record.but(paused_until=None), facts, now)
