"""Faults of events on their way: twice, late, out of order, or not at all; once, or for a quarter
of an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.events.bus import Passage
from tests.faults.sites import Site, delivery_site
from tests.faults.world import World

LASTING = timedelta(minutes=15)
Disturb = Callable[[World], list[float]]

KINDS: dict[str, Disturb] = {
    "duplicate": lambda _world: [0.0, 0.0],
    "duplicate later": lambda _world: [0.0, 95.0],
    "drop": lambda _world: [],
    "delay": lambda _world: [300.0],
    # Behind the next one of a stream that comes every minute.
    "reorder": lambda _world: [61.0],
    "shuffle": lambda world: [
        world.random.uniform(0, 200) for _ in range(world.random.choice((1, 1, 2)))
    ],
}


@dataclass(frozen=True)
class DeliveryFault:
    """The first delivery at a site is disturbed, or every one to the same target for a quarter of
    an hour.
    """

    kind: str
    site: Site
    lasting: bool = False
    permanent: bool = False

    @property
    def waits_for(self) -> Site:
        """Return what it hits."""
        return self.site

    def __str__(self) -> str:
        """Return the fault as people read it."""
        return f"{self.kind}{' for 15 minutes' if self.lasting else ''}: {self.site}"

    def arm(self, world: World) -> None:
        """Put the fault in the way of the run."""
        until: list[datetime] = []

        def deliver(passage: Passage, seconds: list[float]) -> list[float]:
            now, site = world.emulator.clock.now(), delivery_site(world, passage)
            if not until and site == self.site:
                until.append(now + LASTING if self.lasting else now)
                world.fire(str(self))
                return KINDS[self.kind](world)
            if (
                until
                and now < until[0]
                and (site.who, site.what) == (self.site.who, self.site.what)
            ):
                return KINDS[self.kind](world)
            return seconds

        world.deliveries.append(deliver)
