"""Faults of the answers to waiting bakes, as the account gives them: those that come before the
bake's own invocation returned are lost, or every one comes twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.functions.fleet import Proceed
from emulator.functions.invocation import InvocationResult
from tests.faults.sites import Site, invocation_site
from tests.faults.world import World

# Nearly all the time that the decider has: ticks, alarms and commands answer meanwhile, too early.
RETURNS_LATE_SECONDS = 50.0


@dataclass(frozen=True)
class AnswerFault:
    """Early answers are lost, or all are `doubled`, for the whole run; the first invocation of a
    bake at a `site` returns late.
    """

    site: Site | None = None
    doubled: bool = False
    permanent: bool = False
    waits_for: None = None

    def __str__(self) -> str:
        """Return the fault as people read it."""
        kind = "answers come twice" if self.doubled else "early answers are lost"
        return kind if self.site is None else f"{kind}, returning late: {self.site}"

    def arm(self, world: World) -> None:
        """Put the fault in the way of the run."""
        faults = world.emulator.states.tokens.faults
        faults.doubled, faults.early_lost = self.doubled, not self.doubled
        if self.site is None:
            world.fire(str(self))
            return
        hit: list[Site] = []

        def late(function: str, event: Any, proceed: Proceed) -> InvocationResult:
            is_hit = not hit and invocation_site(world, function, event) == self.site
            if not is_hit:
                return proceed()
            hit.append(invocation_site(world, function, event))
            world.fire(str(self))
            outcome = proceed()
            world.emulator.clock.sleep(RETURNS_LATE_SECONDS)
            return outcome

        world.arounds.append(late)
