"""What a rollout has done to instances, kept in its record: written before each call."""

from datetime import datetime
from typing import Literal, Self

from canary.domain.model import Frozen
from canary.domain.words import moment

Way = Literal["count", "least"]
"""How a variant's instances are moved: its own count, or the minimum of its scalable target."""


class Change(Frozen):
    """One change of one variant's instances."""

    variant: str
    way: Way
    instances: int

    @property
    def words(self) -> str:
        """Return the change for a person."""
        if self.way == "count":
            return f"{self.instances} instances for {self.variant}"
        return f"a minimum of {self.instances} instances for {self.variant}"


class AskedInstances(Frozen):
    """The last change asked for; `accepted` says that AWS is known to have taken it."""

    change: Change
    at: datetime
    accepted: bool = False


class NoInstances(Frozen):
    """Why a step gets no instances, how often that was tried, and when it is tried again (None:
    when a person promotes).
    """

    step: int
    reason: str
    at: datetime
    tries: int
    again_at: datetime | None

    def words(self, canary: str, share: str, stays_at: str) -> str:
        """Return what is missing for which share, and when it is tried again."""
        again = (
            f"It is tried again at {moment(self.again_at)}"
            if self.again_at
            else f"It was tried {self.tries} times and is tried again when somebody promotes"
        )
        why = self.reason.rstrip(".")
        return f"No instances for {share}: {why}. {again}; until then {canary} stays at {stays_at}"


class Capacity(Frozen):
    """A rollout's instances. `counts` and `leasts` name the variants it has ever asked to change:
    what every end gives back.
    """

    asked: AskedInstances | None = None
    counts: tuple[str, ...] = ()
    leasts: tuple[str, ...] = ()
    missing: NoInstances | None = None
    giving_back_since: datetime | None = None
    left: tuple[str, ...] | None = None
    """What could not be given back, each with the remedy; None while nobody has tried."""

    @property
    def touched(self) -> bool:
        """Return whether it ever asked to change instances."""
        return bool(self.counts or self.leasts)

    def afresh(self) -> Self:
        """Return it at the beginning of a way back: whatever was asked, all is still to be given
        back.
        """
        return self.but(asked=None, missing=None, giving_back_since=None, left=None)
