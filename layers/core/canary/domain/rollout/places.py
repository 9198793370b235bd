"""Places: how many canaries may serve at once on all endpoints of a stack, and who is next.

Rules: pure. A rollout takes its place before its first share of traffic and has it until it lets go
of its endpoint; those without one wait in the order in which they began to. What is held back is
the first share alone: nothing that serves is ever stopped for it.
"""

from datetime import datetime, timedelta

from pydantic import Field

from canary.domain.model import Frozen

SEEN_WITHIN = timedelta(minutes=5)
NAMED_AT_MOST = 3


class Place(Frozen):
    """The place of a rollout: on which endpoint, and taken when."""

    endpoint: str
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Return whether what it was taken for may not be written yet."""
        return now - self.at <= SEEN_WITHIN


class Taken(Frozen):
    """Who has a place, by rollout; `revision` is what a write is conditional on."""

    revision: int = 0
    places: dict[str, Place] = Field(default_factory=dict)


class Waiter(Frozen):
    """One rollout that waits for a place, since when and when it last asked."""

    rollout: str
    endpoint: str
    since: datetime
    seen: datetime

    def asks_still(self, now: datetime) -> bool:
        """Return whether it is still there to take a place: one that something else holds, or that
        has ended, lets those behind it pass.
        """
        return now - self.seen <= SEEN_WITHIN


class Line(Frozen):
    """That there is no place yet: how many there are, whose canaries serve, and which endpoints are
    ahead, the next one first.
    """

    limit: int
    serving: tuple[str, ...]
    ahead: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Return for what it waits and who is ahead."""
        canaries = "canary serves" if self.limit == 1 else "canaries serve"
        before = f"ahead of it: {_named(self.ahead)}" if self.ahead else "it is next"
        return f"at most {self.limit} {canaries} at once, now {_named(self.serving)}; {before}"


def _named(endpoints: tuple[str, ...]) -> str:
    named, more = ", ".join(endpoints[:NAMED_AT_MOST]), len(endpoints) - NAMED_AT_MOST
    return f"{named} and {more} more" if more > 0 else named
