"""One case: a scenario and what is broken in it; and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from canary.domain.rollout.phase import Phase
from tests.faults.invariants import Violation
from tests.faults.sites import Recording, Site
from tests.faults.world import World


class Fault(Protocol):
    """Something that breaks a run."""

    @property
    def permanent(self) -> bool:
        """Return whether it lasts until somebody lifts it."""

    @property
    def waits_for(self) -> Site | int | None:
        """Return the site, or the number of the write, before which it makes no difference; None
        where it makes one from the start.
        """

    def arm(self, world: World) -> None:
        """Put the fault in the way of the run; `world.fire` says when it takes effect."""


@dataclass(frozen=True)
class Case:
    """One run of the campaign. `ends` are the ends that its faults may bring about besides the
    scenario's own; `exact`: it must end as its scenario does when nothing is broken.
    """

    category: str
    scenario: str
    faults: Sequence[Fault] = ()
    ends: frozenset[Phase] = frozenset()
    seed: int = 0
    exact: bool = False

    @property
    def name(self) -> str:
        """Return scenario and faults as people read them; the same for the same case."""
        return (
            f"{self.scenario}: "
            f"{' and '.join(str(fault) for fault in self.faults) or 'nothing broken'}"
        )

    @property
    def key(self) -> str:
        """Return what tells it from every other case of a campaign."""
        return f"{self.category} {self.name} {self.seed}"

    @property
    def permanent(self) -> bool:
        """Return whether a fault lasts until somebody lifts it."""
        return any(fault.permanent for fault in self.faults)

    def rests_before(self, recording: Recording) -> int:
        """Return how many rests of its scenario's clean run come before its first fault."""
        return min((recording.rests_before(one.waits_for) for one in self.faults), default=0)


@dataclass(frozen=True)
class Result:
    """What came of a case. `seconds_to_safe`: from the recorded roll-back to the safe weights
    serving.
    """

    case: str
    category: str
    fired: tuple[str, ...]
    violations: tuple[Violation, ...]
    end: str
    minutes: float
    wall_seconds: float
    timeline: tuple[str, ...]
    seconds_to_safe: float | None = None
    seed: int = 0

    @property
    def key(self) -> str:
        """Return its case's key."""
        return f"{self.category} {self.case} {self.seed}"

    @property
    def survived(self) -> bool:
        """Return whether every invariant held."""
        return not self.violations
