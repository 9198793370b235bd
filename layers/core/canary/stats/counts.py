"""The values every bet is made of: what one minute counted or measured, and how much worse is
allowed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MinuteCounts:
    """Bad events among requests in one judged minute; both sides served at least one request."""

    canary_bad: int
    canary_requests: int
    baseline_bad: int
    baseline_requests: int

    @property
    def traffic_ratio(self) -> float:
        """Return w = n_c / n_b."""
        return self.canary_requests / self.baseline_requests

    @property
    def swapped(self) -> "MinuteCounts":
        """Return the minute with the variants in each other's place: a baseline with more good
        events is to a bet what a canary with more bad ones is.
        """
        return MinuteCounts(
            self.baseline_bad, self.baseline_requests, self.canary_bad, self.canary_requests
        )

    @property
    def usable(self) -> bool:
        """Return whether both sides served requests and counted no more bad events than
        requests.
        """
        return (
            self.canary_requests > 0
            and self.baseline_requests > 0
            and 0 <= self.canary_bad <= self.canary_requests
            and 0 <= self.baseline_bad <= self.baseline_requests
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """A line between rates: canary rate = ratio x baseline rate + difference (a fraction of
    requests).
    """

    ratio: float
    difference: float

    def rate(self, baseline_rate: float) -> float:
        """Return the canary rate on the line."""
        return self.ratio * baseline_rate + self.difference


@dataclass(frozen=True, slots=True)
class MinuteValues:
    """One number of each variant in one judged minute, in any unit."""

    canary: float
    baseline: float

    def beyond(self, bound: Bound, *, higher_is_better: bool) -> bool:
        """Return whether the worse of both lies beyond the bound of the other; equal is not."""
        low, high = self.baseline, self.canary
        if higher_is_better:
            low, high = high, low
        return high > limit(low, bound)


def limit(value: float, bound: Bound) -> float:
    """Return the highest value that is not worse: ratio x value + difference, for a negative value
    as far above it as for a positive one.
    """
    return value + (bound.ratio - 1) * abs(value) + bound.difference
