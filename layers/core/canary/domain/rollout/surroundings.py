"""What one tick says of a serving rollout: alarms, the endpoint, and whether it saw everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from canary.domain.plan.brakes.keys import Freeze
from canary.domain.rollout.arrival import (
    GONE_REASON,
    foreign_reason,
    is_foreign,
    taken_by_hand,
)
from canary.domain.rollout.blindness import STALE_TICK_MINUTES, blindness
from canary.domain.rollout.kinds.values import Seen
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Tick
from canary.domain.time import minute_of, start_of

if TYPE_CHECKING:  # who only looks pays for no places
    from canary.domain.rollout.places import Line


@dataclass(frozen=True)
class FreezeList:
    """The freezes that hold for everybody, or why nobody knows them, in words."""

    freezes: tuple[Freeze, ...] = ()
    problem: str = ""
    unseen: bool = False
    """Whether the problem is the reader's own (denied, no answer): another may know them."""


@dataclass(frozen=True)
class Surroundings:
    """The newest tick, read once a visit, as seen `now`; None where there is none yet. It says
    nothing of what was before. `freezes` are read where a step up is due, and a
    place is asked for before the first share: `line` says that there is none yet.
    """

    tick: Tick | None
    now: datetime
    freezes: FreezeList = field(default_factory=FreezeList)
    line: Line | None = None

    @property
    def fresh(self) -> Tick | None:
        """Return the tick unless it is older than three minutes: then it says nothing."""
        tick = self.tick
        return tick if tick and minute_of(self.now) - tick.minute <= STALE_TICK_MINUTES else None

    @property
    def complete(self) -> bool:
        """Return whether it saw everything: only then is a HOLD a reason to live on."""
        return (
            self.tick is not None
            and self.tick.complete
            and minute_of(self.now) - self.tick.minute <= 1
        )

    def blindness(self, record: Record) -> str:
        """Return what nobody can see now and what to do about it, '' where all is seen."""
        return blindness(self.tick, record.endpoint, self.now)

    @property
    def standing(self) -> str:
        """Return what the endpoint's state was a moment ago."""
        tick = self.fresh
        return (
            tick.endpoint.standing
            if tick and tick.endpoint
            else "unknown: nobody could look at it in the last minutes"
        )

    @property
    def serving(self) -> Seen | None:
        """Return the weights that a fresh tick saw, None where it could not look."""
        tick = self.fresh
        if tick is None or tick.endpoint is None:
            return None
        return Seen.of(tick.endpoint, start_of(tick.minute))

    @property
    def alarms(self) -> Mapping[str, str]:
        """Return the alarm states of a fresh tick by name."""
        return self.fresh.alarms if self.fresh else {}

    def ringing(self, record: Record) -> str | None:
        """Return the first guard alarm that a fresh tick saw in ALARM, None when there is none."""
        return next((name for name in record.plan.alarms if self.alarms.get(name) == "ALARM"), None)

    def lost(self, record: Record) -> str | None:
        """Return why the endpoint is not ours any more, on which three reads agreed; None while it
        is.
        """
        tick = self.tick
        if tick is None or tick.endpoint is None or not since_the_bake(tick, record):
            return None
        if not tick.endpoint.exists:
            return GONE_REASON
        return foreign_reason(record) if is_foreign(record, tick.endpoint) else None

    def taken_by_hand(self, record: Record) -> int | None:
        """Return the step that a person has taken by setting its weights, 0 for the way back; None
        where nobody has.
        """
        tick = self.fresh
        if tick is None or tick.endpoint is None or not since_the_bake(tick, record):
            return None
        return taken_by_hand(record, tick.endpoint)

    def failed(self, record: Record) -> str | None:
        """Return the state that the endpoint does not leave by itself, None when it is in none."""
        tick = self.fresh
        if tick is None or tick.endpoint is None or not since_the_bake(tick, record):
            return None
        return tick.endpoint.standing if tick.endpoint.stuck else None


def since_the_bake(tick: Tick, record: Record) -> bool:
    """Return whether a tick is younger than the arrival of the step that serves: an older one saw
    the endpoint on its way.
    """
    return bool(record.bakes) and tick.minute > record.bakes[-1].reached_minute
