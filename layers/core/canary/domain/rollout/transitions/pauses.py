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
    until, lasting = max(until, now), record.pause_at(now)
    since = min(lasting.since, now) if lasting else now
    kept = tuple(one for one in record.standstills if one is not lasting)
    asked = Standstill(since=since, until=until, by=by, reason=reason)
    return record.but(paused_until=until, standstills=(*kept, asked))


def resume(record: Record, now: datetime) -> Record:
    """Return the record free to advance; what was left of its pause is given back."""
    if record.paused_until is None:
        return record
    last = _newest(record)
    ended = last.but(until=max(last.since, min(record.paused_until, now)))
    stretches = tuple(ended if one is last else one for one in record.standstills)
    return record.but(paused_until=None, standstills=stretches)


def expire(record: Record, now: datetime) -> Record:
    """Return the record with a pause that is over taken off, and told of; unchanged otherwise."""
    until = record.paused_until
    if until is None or until > now:
        return record
    last = _newest(record)
    facts = PauseOver(paused_until=until, since=last.since, by=last.by, reason=last.reason)
    return tell(record.but(paused_until=None), facts, now)


def _newest(record: Record) -> Standstill:
    return next(one for one in reversed(record.standstills) if one.kind == "pause")
