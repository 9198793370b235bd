"""When a minute can be read: some time after it ended, now and then half-filled first.

Every minute of every variant has its own lag, drawn from the seed and the minute alone, so that the
same minute always appears at the same moment whoever asks, and however often.
"""

import random
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Published(Enum):
    """How much of a minute can be read."""

    NOTHING = 0
    HALF = 1
    ALL = 2


@dataclass(frozen=True)
class Publication:
    """The law of the lag, in emulated seconds after the minute's end.

    With probability `half_probability` the point first shows only the minute's first half, and the
    rest `completion_seconds` later.
    """

    seed: int = 0
    lag_seconds: tuple[float, float] = (30.0, 120.0)
    half_probability: float = 0.1
    completion_seconds: tuple[float, float] = (30.0, 90.0)

    def state(self, endpoint: str, variant: str, minute: int, now: datetime) -> Published:
        """Return how much of the minute (minutes since the epoch) can be read at `now`."""
        age_seconds = now.timestamp() - (minute + 1) * 60
        longest = self.lag_seconds[1] + self.completion_seconds[1]
        if age_seconds >= longest:
            return Published.ALL
        if age_seconds < self.lag_seconds[0]:
            return Published.NOTHING
        first, complete = self.ages(endpoint, variant, minute)
        if age_seconds < first:
            return Published.NOTHING
        return Published.HALF if age_seconds < complete else Published.ALL

    def ages(self, endpoint: str, variant: str, minute: int) -> tuple[float, float]:
        """Return how old the minute is when it first appears and when it is complete, in seconds
        after its end.
        """
        drawn = random.Random(f"{self.seed} {endpoint} {variant} {minute}")  # noqa: S311 - a simulation
        first = drawn.uniform(*self.lag_seconds)
        half = drawn.random() < self.half_probability
        return first, first + (drawn.uniform(*self.completion_seconds) if half else 0.0)


IMMEDIATE = Publication(lag_seconds=(0.0, 0.0), half_probability=0.0, completion_seconds=(0.0, 0.0))
