"""What one variant did in one minute: counts, and a histogram of latencies 10% wide.

Kept in two halves, so that a minute can be published half-filled first. Latencies are in
microseconds.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.cloudwatch.distribution import Distribution, Floats

BIN_RATIO = 1.1
"""As the CloudWatch agent's own histograms: bins end at powers of 1.1 of the metric's unit."""
BINS = 195  # up to 1.1**194 us, about 107 s: more than the 60 s a container has
EDGES: Floats = np.asarray(BIN_RATIO ** np.arange(-1.0, BINS), dtype=np.float64)
EDGES[0] = 0.0
_LOG_RATIO = float(np.log(BIN_RATIO))


def bin_counts(latencies_us: Floats) -> NDArray[np.int64]:
    """Return how many latencies fall into each bin."""
    exponents = np.log(np.maximum(latencies_us, 1.0)) / _LOG_RATIO
    at = np.clip(np.ceil(exponents).astype(np.int64), 0, BINS - 1)
    return np.bincount(at, minlength=BINS)


NO_COUNTS: NDArray[np.uint32] = np.zeros(0, np.uint32)


@dataclass(slots=True)
class Latencies:
    """A histogram that grows. An account of many variants holds hundreds of thousands for a day, so
    it keeps the counts from its first bin to its last and nothing else.
    """

    first: int = 0
    counts: NDArray[np.uint32] = field(default_factory=lambda: NO_COUNTS)
    total: float = 0.0
    minimum: float = np.inf
    maximum: float = 0.0

    def add(self, counts: NDArray[np.int64], total: float, minimum: float, maximum: float) -> None:
        """Add binned latencies, at least one, with their exact sum, minimum and maximum; `counts`
        is used up.
        """
        if len(self.counts):
            counts[self.first : self.first + len(self.counts)] += self.counts
        present = np.flatnonzero(counts)
        self.first = int(present[0])
        self.counts = counts[self.first : int(present[-1]) + 1].astype(np.uint32)
        self.total += total
        self.minimum, self.maximum = min(self.minimum, minimum), max(self.maximum, maximum)

    def distribution(self) -> Distribution | None:
        """Return the latencies, None when there are none."""
        present = np.flatnonzero(self.counts)
        if not len(present):
            return None
        bins, counts = present + self.first, self.counts[present].astype(np.float64)
        lower, upper = EDGES[bins], EDGES[bins + 1]
        return Distribution(lower, upper, counts, self.total, self.minimum, self.maximum)


@dataclass(slots=True)
class Counts:
    """Requests and failures of half a minute. `model_errors` overlaps the other two: never add them
    up.
    """

    invocations: int = 0
    errors_4xx: int = 0
    errors_5xx: int = 0
    model_errors: int = 0
    by_instances: dict[int, int] = field(default_factory=dict)
    """Requests by how many instances the variant had."""
    model_latency: Latencies = field(default_factory=Latencies)
    overhead_latency: Latencies = field(default_factory=Latencies)


@dataclass(slots=True)
class Minute:
    """One variant's minute; the first half is what a half-filled point shows."""

    first: Counts = field(default_factory=Counts)
    second: Counts = field(default_factory=Counts)
    read: dict[object, Any] | None = field(default=None, compare=False)
    """What was read of the minute as it is: history is read again and again, and stays."""

    def half(self, second: int) -> Counts:
        """Return the half that holds this second of the minute, to be added to."""
        self.read = None
        return self.first if second < 30 else self.second
