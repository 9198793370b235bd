"""A latency threshold learnt from the baseline: the median of its p95, hour by hour.

Rules: never the highest hour, so that an incident of less than half of the history moves nothing;
shorter slices where there are too few hours, and said so. The threshold ends a bin of the metric,
because CloudWatch counts values inside a bin as if they were spread evenly over it.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import median_low
from typing import NamedTuple

SPANS_MINUTES = (60, 5, 1)
LEAST_SLICES = 6
LEAST_TIMED = 20
"""Requests of a slice below which its p95 is the slowest request or so."""
P95_PART = 0.05
"""A variant with less of the requests changes little of what is slow of all."""
BIN_RATIO = 1.1
FAR = 3.0
"""Times the median that no day's ups and downs explain."""
CALM = 0.05


class LatencySlice(NamedTuple):
    """One variant's latency in one stretch of time: timed requests and their p95."""

    start_minute: int
    timed: float
    p95_ms: float


class Pooled(NamedTuple):
    """One stretch of time of all variants."""

    timed: float
    p95_ms: float
    apart: bool
    """Whether a variant with a good part of the requests is more than FAR times slower."""


class LearntThreshold(NamedTuple):
    """A threshold and what it was learnt from; latencies in milliseconds."""

    threshold_ms: float
    p95_ms: float
    """The median of the slices' p95."""
    slices: int
    span_minutes: int
    left_out: int
    """Slices with too few requests."""
    far: int
    """Slices whose p95 is more than FAR times the median."""
    calm_ms: float
    """What the p95 of a CALM part of the slices does not exceed, `calm` of them."""

    calm: int
    apart: int
    """Slices in which one of several variants was far slower than that of most requests."""

    @property
    def doubtful(self) -> bool:
        """Return whether something filled most of the history that the calm slices did not see."""
        return self.p95_ms > FAR * self.calm_ms


def learn_threshold(
    read: Callable[[int], Iterable[Sequence[LatencySlice]]],
) -> LearntThreshold | None:
    """Return the threshold that the baselines' latency teaches; None where fewer than LEAST_SLICES
    slices of any span have LEAST_TIMED timed requests.

    `read` gives the slices of so many minutes of each baseline, over the whole history.
    """
    for span in SPANS_MINUTES:
        found = _together(read(span))
        used = [one for one in found if one.timed >= LEAST_TIMED]
        if len(used) >= LEAST_SLICES:
            return _learnt(used, len(found) - len(used), span)
    return None


def bin_end_ms(latency_ms: float) -> float:
    """Return the end of the bin that a latency falls into, in milliseconds to the microsecond.

    Source: the CloudWatch agent's histogram, bins from one power of 1.1 of the unit to the next.
    """
    power = math.ceil(math.log(latency_ms * 1000) / math.log(BIN_RATIO) - 1e-6)
    return math.ceil(BIN_RATIO**power) / 1000


def _together(variants: Iterable[Sequence[LatencySlice]]) -> list[Pooled]:
    """Return the slices of all variants as one."""
    by_start: dict[int, list[LatencySlice]] = {}
    for slices in variants:
        for one in slices:
            by_start.setdefault(one.start_minute, []).append(one)
    return [_pooled(parts) for _, parts in sorted(by_start.items())]


def _pooled(parts: Sequence[LatencySlice]) -> Pooled:
    """Return the p95 that the variants of half of the requests do not exceed: a small slow variant
    would hide from the guard whatever is quicker than it.
    """
    timed = sum(part.timed for part in parts)
    so_far, rising = 0.0, sorted(parts, key=lambda part: part.p95_ms)
    for middle in rising:
        so_far += middle.timed
        if 2 * so_far >= timed:
            break
    apart = any(
        part.p95_ms > FAR * middle.p95_ms for part in parts if part.timed >= P95_PART * timed
    )
    return Pooled(timed, middle.p95_ms, apart)


def _learnt(used: Sequence[Pooled], left_out: int, span: int) -> LearntThreshold:
    p95s = sorted(one.p95_ms for one in used)
    middle, calm = median_low(p95s), int(CALM * len(p95s))
    return LearntThreshold(
        threshold_ms=bin_end_ms(middle),
        p95_ms=middle,
        slices=len(p95s),
        span_minutes=span,
        left_out=left_out,
        far=sum(value > FAR * middle for value in p95s),
        calm_ms=p95s[calm],
        calm=calm + 1,
        apart=sum(one.apart for one in used),
    )
