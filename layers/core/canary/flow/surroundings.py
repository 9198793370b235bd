"""What one tick says of a serving rollout: alarms, the endpoint, and whether it saw everything."""

from dataclasses import dataclass
from datetime import datetime

from canary.domain.rollout.arrival import is_foreign
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Tick
from canary.domain.time import minute_of
from canary.flow.judge import STALE_TICK_MINUTES, fresh_alarms, ringing
from canary.flow.shift import FOREIGN_REASON, GONE_REASON


@dataclass(frozen=True)
class Surroundings:
    """The newest tick, read once, as seen `now`; None where there is none yet. It says nothing of
    what was before.
    """

    tick: Tick | None
    now: datetime

    @property
    def complete(self) -> bool:
        """Return whether it saw everything: only then is a HOLD a reason to live on."""
        return (
            self.tick is not None
            and self.tick.complete
            and minute_of(self.now) - self.tick.minute <= 1
        )

    @property
    def standing(self) -> str:
        """Return what the endpoint's state was a moment ago."""
        tick = self._fresh
        return (
            tick.endpoint.standing
            if tick
            else "unknown: nobody could look at it in the last minutes"
        )

    def ringing(self, record: Record) -> str | None:
        """Return the guard alarm that a fresh tick saw in ALARM, None when there is none."""
        return ringing(record, fresh_alarms(self.tick, minute_of(self.now)))

    def lost(self, record: Record) -> str | None:
        """Return why the endpoint is not ours any more, on which three reads agreed; None while it
        is.
        """
        tick = self.tick
        if tick is None or not _since_the_bake(tick, record):
            return None
        if not tick.endpoint.exists:
            return GONE_REASON
        return FOREIGN_REASON if is_foreign(record, tick.endpoint) else None

    def failed(self, record: Record) -> str | None:
        """Return the state that the endpoint does not leave by itself, None when it is in none."""
        tick = self._fresh
        if tick is None or not _since_the_bake(tick, record):
            return None
        return tick.endpoint.standing if tick.endpoint.stuck else None

    @property
    def _fresh(self) -> Tick | None:
        tick = self.tick
        return tick if tick and minute_of(self.now) - tick.minute <= STALE_TICK_MINUTES else None


def _since_the_bake(tick: Tick, record: Record) -> bool:
    return bool(record.bakes) and tick.minute > record.bakes[-1].reached_minute
