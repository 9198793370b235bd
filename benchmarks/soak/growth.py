"""What may grow while rollouts go on, and how fast; anything faster is a leak.

Once it is warm a process grows by what AWS would keep for it, here in the same memory: an item a
minute for 90 days, histories for as long, two variants' metrics for 15 days, the router's tallies.
That is the bound, and a half more. Growth is the median of the slopes between any two samples, so
that neither one search for garbage nor one jump of the allocator decides.
"""

from __future__ import annotations

from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

WARM_UP_MINUTES = 60
STEPS, SAMPLES = (1, 2, 5, 10, 20, 30), 24
"""Minutes between two samples, the first that needs no more of them; otherwise an hour."""
FEWEST = 3
"""Samples after warming up, below which nothing can be said."""
MINUTES = 60


class Bound(NamedTuple):
    """How much of something may come: once, once a rollout, an hour, an hour of a rollout."""

    what: str
    unit: str
    once: float = 0.0
    once_of_one: float = 0.0
    an_hour: float = 0.0
    an_hour_of_one: float = 0.0

    def most(self, rollouts: int, hours: float) -> float:
        """Return how much may come of so many rollouts in so many hours."""
        steady = self.an_hour + self.an_hour_of_one * rollouts
        return self.once + self.once_of_one * rollouts + steady * hours


BOUNDS = (
    Bound("memory_mb", "MB of memory", once=4.0, an_hour=3.0, an_hour_of_one=1.0),
    Bound("items", "items", once_of_one=6, an_hour_of_one=100),
    Bound("executions", "executions running"),
)
"""Items of an hour of one rollout: 60 verdicts, 20 windows and a quarter more. Executions are all
started before the first sample.
"""


class Growth(NamedTuple):
    """How much something grew after warming up, and how much it might have."""

    what: str
    unit: str
    grown: float
    most: float

    @property
    def is_leak(self) -> bool:
        """Whether it grew by more."""
        return self.grown > self.most


def every_minutes(minutes: int) -> int:
    """Return how far apart the samples of a soak are; whole hours are among them."""
    return next((step for step in STEPS if minutes <= step * SAMPLES), MINUTES)


def growths(samples: Sequence[dict[str, Any]], minutes: int, rollouts: int) -> list[Growth]:
    """Return how each bounded thing grew. Raises ValueError below FEWEST samples after warming
    up: a soak of a few minutes.
    """
    warm_up = min(WARM_UP_MINUTES, minutes // 3)
    warm = [one for one in samples if one["minute"] >= warm_up]
    if len(warm) < FEWEST:
        raise ValueError(f"minutes: {minutes} leave {len(warm)} samples, {FEWEST} are needed")
    hours = (warm[-1]["minute"] - warm[0]["minute"]) / MINUTES
    return [
        Growth(
            bound.what,
            bound.unit,
            round(_an_hour(warm, bound.what) * hours, 1),
            round(bound.most(rollouts, hours), 1),
        )
        for bound in BOUNDS
    ]


def _an_hour(samples: Sequence[dict[str, Any]], what: str) -> float:
    return MINUTES * median(
        (later[what] - sooner[what]) / (later["minute"] - sooner["minute"])
        for sooner, later in combinations(samples, 2)
    )


def told(growths: Sequence[dict[str, Any]]) -> str:
    """Return the growths as a sentence, and one more that names what leaks."""
    each = ", ".join(f"{g['grown']:,g} {g['unit']} (at most {g['most']:,g})" for g in growths)
    leaks = [f"{g['unit']} by {g['grown'] - g['most']:,.1f} too many" for g in growths if g["leak"]]
    bad = f" It leaks: {', '.join(leaks)}." if leaks else ""
    return f"Grown after warming up: {each}.{bad}"
