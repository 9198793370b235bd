"""Places kept in memory."""

from collections.abc import Callable, Mapping, Sequence

from canary.domain.rollout.places import Place, Taken, Waiter


class MemoryPlaces:
    """Who has a place, and who waits; `seam` runs before each write, for whoever races."""

    def __init__(self, seam: Callable[[], object] = lambda: None) -> None:
        self.has = Taken()
        self.waiters: dict[str, Waiter] = {}
        self.seam = seam

    def taken(self) -> Taken:
        """Return who has a place."""
        return self.has

    def replace(self, taken: Taken, places: Mapping[str, Place]) -> bool:
        """Write who has a place unless somebody wrote since."""
        self.seam()
        if self.has.revision != taken.revision:
            return False
        self.has = Taken(revision=taken.revision + 1, places=dict(places))
        return True

    def wait(self, waiter: Waiter) -> None:
        """Note that a rollout waits."""
        self.waiters[_key(waiter)] = waiter

    def before(self, waiter: Waiter) -> Sequence[Waiter]:
        """Return those who began to wait before."""
        keys = sorted(key for key in self.waiters if key < _key(waiter))[:50]
        return [self.waiters[key] for key in keys]

    def leave(self, waiter: Waiter) -> None:
        """Let a rollout wait no more."""
        self.waiters.pop(_key(waiter), None)


def _key(waiter: Waiter) -> str:
    return f"{waiter.since.isoformat()}#{waiter.rollout}"
