"""What one variant did in one minute: counts, and a histogram of latencies 10% wide.

Kept in two halves, so that a minute can be published half-filled first. Latencies are in
microseconds.
"""

from collections import Counter
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


@dataclass
class Latencies:
    """A histogram that grows; `sparse` bins are kept once the minute is closed."""

    bins: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    counts: Floats = field(default_factory=lambda: np.zeros(0))
    total: float = 0.0
    minimum: float = np.inf
    maximum: float = 0.0

    def add(self, counts: NDArray[np.int64], total: float, minimum: float, maximum: float) -> None:
        """Add binned latencies with their exact sum, minimum and maximum."""
        dense = counts.astype(np.float64)
        np.add.at(dense, self.bins, self.counts)
        self.bins = np.flatnonzero(dense)
        self.counts = dense[self.bins]
        self.total += total
        self.minimum, self.maximum = min(self.minimum, minimum), max(self.maximum, maximum)

    def distribution(self) -> Distribution | None:
        """Return the latencies, None when there are none."""
        if not len(self.bins):
            return None
        lower, upper = EDGES[self.bins], EDGES[self.bins + 1]
        return Distribution(lower, upper, self.counts, self.total, self.minimum, self.maximum)


@dataclass
class Counts:
    """Requests and failures of half a minute. `model_errors` overlaps the other two: never add them
    up.
    """

    invocations: int = 0
    errors_4xx: int = 0
    errors_5xx: int = 0
    model_errors: int = 0
    by_instances: Counter[int] = field(default_factory=Counter)
    """Requests by how many instances the variant had."""
    model_latency: Latencies = field(default_factory=Latencies)
    overhead_latency: Latencies = field(default_factory=Latencies)


@dataclass
class Minute:
    """One variant's minute; the first half is what a half-filled point shows."""

    first: Counts = field(default_factory=Counts)
    second: Counts = field(default_factory=Counts)
    read: dict[object, Any] = field(default_factory=dict, compare=False)
    """What was read of the minute as it is: history is read again and again, and stays."""

    def half(self, second: int) -> Counts:
        """Return the half that holds this second of the minute, to be added to."""
        self.read.clear()
        return self.first if second < 30 else self.second
