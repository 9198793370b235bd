"""Where places, and those who wait for one, are kept."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from canary.domain.rollout.places import Place, Taken, Waiter


class PlaceStore(Protocol):
    """Who has a place, and who waits. Every method may raise AwsUnavailable or AwsDenied."""

    def taken(self) -> Taken:
        """Return who has a place (consistent read)."""

    def replace(self, taken: Taken, places: Mapping[str, Place]) -> bool:
        """Write who has a place, by rollout, unless somebody wrote since `taken` was read; return
        whether it was written.
        """

    def wait(self, waiter: Waiter) -> None:
        """Note that a rollout waits, over what was noted of it."""

    def before(self, waiter: Waiter) -> Sequence[Waiter]:
        """Return those who began to wait before, the first fifty at most, the first one first."""

    def leave(self, waiter: Waiter) -> None:
        """Let a rollout wait no more."""
