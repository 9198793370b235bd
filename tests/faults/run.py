"""One run that is over, as the invariants read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from tests.faults.deeds import Revision
from tests.faults.observer import Observer
from tests.faults.world import World


@dataclass(frozen=True)
class Run:
    """One run that is over: the world it happened in and what it may end as.

    `weights`: what serves, by endpoint. `succeeded`: the executions of the rollout, commands aside,
    that did. `promotes`: how many promotes were commanded, None where nobody counted.
    """

    world: World
    ends: frozenset[Phase]
    never: frozenset[Phase]
    permanent: bool
    stored_leases: Mapping[str, str]
    weights: Mapping[str, Mapping[str, float] | None]
    running: tuple[str, ...] = ()
    succeeded: tuple[str, ...] = ()
    promotes: int | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    """The approval of every package in the registry, by ARN."""
    next_waits: str = ""
    """Why a rollout that comes next would wait for a place, '' where it gets one."""

    @property
    def observer(self) -> Observer:
        """Return what really happened."""
        return self.world.observer

    def changes(self) -> Iterator[tuple[Revision, Record]]:
        """Yield every revision but a rollout's first, with the record it replaced."""
        previous: dict[str, Record] = {}
        for revision in self.observer.revisions:
            before = previous.get(revision.record.rollout)
            previous[revision.record.rollout] = revision.record
            if before is not None:
                yield revision, before

    @property
    def last(self) -> dict[str, Record]:
        """Return the newest record of every rollout."""
        return {revision.record.rollout: revision.record for revision in self.observer.revisions}

    def newest(self, endpoint: str) -> Record:
        """Return the newest record of an endpoint that has one."""
        return [record for record in self.last.values() if record.endpoint == endpoint][-1]


# Said here once more: what a record says of itself may be what is broken.
LETS_GO = frozenset({Phase.REFUSED, Phase.PROMOTED, Phase.ROLLED_BACK, Phase.HANDED_OVER})
OVER = LETS_GO | {Phase.UNPROVEN}
Invariant = Callable[[Run], Iterator[str]]
