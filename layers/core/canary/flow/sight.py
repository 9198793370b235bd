"""What the newest tick says of a serving rollout: alarms, the endpoint, and whether it saw everything."""

from datetime import datetime

from canary.domain.arrival import is_foreign
from canary.domain.record import Record, minute_of
from canary.domain.tick import Tick
from canary.flow.judging import STALE_TICK_MINUTES
from canary.flow.shifting import FOREIGN_REASON, GONE_REASON
from canary.ports.rollouts import Evidence


class Sight:
    """Reads the newest tick; it says nothing of what happened before, and changes nothing."""

    def __init__(self, evidence: Evidence) -> None:
        """Take the store of ticks."""
        self._evidence = evidence

    def complete(self, record: Record, now: datetime) -> bool:
        """Return whether the newest tick saw everything: only then is a HOLD a reason to live on."""
        tick = self._evidence.tick(record.rollout)
        return tick is not None and tick.complete and minute_of(now) - tick.minute <= 1

    def ringing(self, record: Record, now: datetime) -> str | None:
        """Return the guard alarm that a fresh tick saw in ALARM, None when there is none."""
        tick = self._fresh(record, now)
        alarms = tick.alarms if tick else {}
        return next((name for name in record.plan.alarms if alarms.get(name) == "ALARM"), None)

    def lost(self, record: Record) -> str | None:
        """Return why the endpoint is not ours any more, on which three reads agreed; None while it is."""
        tick = self._evidence.tick(record.rollout)
        if tick is None or not _since_the_bake(tick, record):
            return None
        if not tick.endpoint.exists:
            return GONE_REASON
        return FOREIGN_REASON if is_foreign(record, tick.endpoint) else None

    def failed(self, record: Record, now: datetime) -> str | None:
        """Return the state that the endpoint does not leave by itself, None when it is in none."""
        tick = self._fresh(record, now)
        if tick is None or not _since_the_bake(tick, record):
            return None
        return tick.endpoint.standing if tick.endpoint.stuck else None

    def standing(self, record: Record, now: datetime) -> str:
        """Return what the endpoint's state was a moment ago."""
        tick = self._fresh(record, now)
        return tick.endpoint.standing if tick else "unknown: nobody could look at it in the last minutes"

    def _fresh(self, record: Record, now: datetime) -> Tick | None:
        tick = self._evidence.tick(record.rollout)
        return tick if tick and minute_of(now) - tick.minute <= STALE_TICK_MINUTES else None


def _since_the_bake(tick: Tick, record: Record) -> bool:
    return bool(record.bakes) and tick.minute > record.bakes[-1].reached_minute
