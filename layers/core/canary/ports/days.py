"""Where the baseline's last day is kept that a rollout is compared with, and what is made of it."""

from collections.abc import Sequence
from typing import Protocol

from canary.domain.judge.bets.day import Day
from canary.domain.judge.bets.sketches import KeptSketch


class Days(Protocol):
    """The day of every rollout, and the sketches of it."""

    def save(self, rollout: str, day: Day, minute: int) -> None:
        """Keep the baseline's last day, read at `minute`."""

    def load(self, rollout: str) -> Day | None:
        """Return the day that was kept, or None where there is none."""

    def save_sketches(self, rollout: str, sketches: Sequence[KeptSketch], minute: int) -> None:
        """Keep sketches of the day, made at `minute`; the same one twice is kept once."""

    def sketches(self, rollout: str, step: int) -> tuple[KeptSketch, ...]:
        """Return the sketches kept of a step."""
