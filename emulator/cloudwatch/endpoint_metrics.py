"""The AWS/SageMaker namespace: one-minute points per endpoint and variant, kept as aggregates.

Each request sends 1 or 0 to every count metric, so Sum counts and Average is a rate; to
InvocationsPerInstance it sends 1 / instances. A variant
without traffic has no point, or one zero a minute when `emit_zeros` is on; ModelLatency has none
either way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import RLock

from emulator.cloudwatch.distribution import Distribution, Floats, merged, of_values
from emulator.cloudwatch.minute import Counts, Minute, bin_counts
from emulator.cloudwatch.publication import IMMEDIATE, Publication, Published

NAMESPACE = "AWS/SageMaker"
UNITS = {
    "Invocations": "None",
    "InvocationsPerInstance": "None",
    "Invocation4XXErrors": "None",
    "Invocation5XXErrors": "None",
    "InvocationModelErrors": "None",
    "ModelLatency": "Microseconds",
    "OverheadLatency": "Microseconds",
}
_FAILURES = {
    "Invocation4XXErrors": "errors_4xx",
    "Invocation5XXErrors": "errors_5xx",
    "InvocationModelErrors": "model_errors",
}
KEPT_MINUTES = 15 * 1440  # one-minute points live 15 days
READ_MINUTES = 30
"""How long what was read of a minute is kept beside it: whoever watches reads the newest ones
again, a plan the whole history once.
"""


@dataclass(frozen=True)
class Served:
    """A batch of answered requests: how many, how they failed, how long the model and the rest took
    (microseconds), and how many instances shared them.
    """

    requests: int
    errors_4xx: int
    errors_5xx: int
    model_us: Floats
    overhead_us: Floats
    instances: int = 1


class EndpointMetrics:
    """Minutes by (endpoint, variant) and minute since the epoch."""

    def __init__(self, publication: Publication = IMMEDIATE, *, emit_zeros: bool = False) -> None:
        self.publication = publication
        self.emit_zeros = emit_zeros
        self._minutes: dict[tuple[str, str], dict[int, Minute]] = {}
        self._since: dict[tuple[str, str], int] = {}
        self._lock = RLock()

    def record(self, endpoint: str, variant: str, when: datetime, served: Served) -> None:
        """Add a batch to the minute of `when`."""
        if not served.requests:
            return
        minute, second = divmod(int(when.timestamp()), 60)
        with self._lock:
            minutes = self._minutes.setdefault((endpoint, variant), {})
            if minute not in minutes:
                _begin(minutes, minute)
            half = minutes[minute].half(second)
            half.invocations += served.requests
            shared = max(1, served.instances)
            half.by_instances[shared] = half.by_instances.get(shared, 0) + served.requests
            half.errors_4xx += served.errors_4xx
            half.errors_5xx += served.errors_5xx
            half.model_errors += served.errors_4xx + served.errors_5xx
            for latencies, values in (
                (half.model_latency, served.model_us),
                (half.overhead_latency, served.overhead_us),
            ):
                if len(values):
                    latencies.add(
                        bin_counts(values),
                        float(values.sum()),
                        float(values.min()),
                        float(values.max()),
                    )

    def know(self, endpoint: str, variant: str, when: datetime) -> None:
        """Let the variant exist from `when` on: its idle minutes are zeros then, if zeros are
        emitted at all.
        """
        with self._lock:
            self._minutes.setdefault((endpoint, variant), {})
            self._since.setdefault((endpoint, variant), int(when.timestamp()) // 60)

    def series(self) -> Iterator[tuple[str, str]]:
        """Yield every (endpoint, variant) that ever had a point."""
        yield from [key for key, minutes in self._minutes.items() if minutes or self.emit_zeros]

    def read(
        self, endpoint: str, variant: str, metric: str, first: int, last: int, now: datetime
    ) -> Distribution | None:
        """Return what can be read at `now` of the minutes first <= m < last; None without a single
        point.
        """
        with self._lock:
            minutes = self._minutes.get((endpoint, variant))
            if minutes is None or metric not in UNITS:
                return None
            now_minute = int(now.timestamp()) // 60
            since = self._since.get((endpoint, variant), now_minute)
            found: list[_Points] = []
            for at in range(max(first, now_minute - KEPT_MINUTES), min(last, now_minute + 1)):
                state = self.publication.state(endpoint, variant, at, now)
                if state is Published.NOTHING:
                    continue
                if at in minutes:
                    found.append(_points(minutes[at], metric, state))
                elif self.emit_zeros and at >= since and not metric.endswith("Latency"):
                    found.append(_Points([of_values([0.0])]))
            if len(found) == 1:
                return found[0].merged
            return _Points([part for points in found for part in points.parts]).merged


def _begin(minutes: dict[int, Minute], minute: int) -> None:
    """Begin a minute; one falls out of the retention with it, another is no longer watched."""
    minutes[minute] = Minute()
    minutes.pop(minute - KEPT_MINUTES, None)
    watched = minutes.get(minute - READ_MINUTES)
    if watched is not None:
        watched.read = None


@dataclass
class _Points:
    """What a minute's halves say of a metric."""

    parts: list[Distribution]

    @cached_property
    def merged(self) -> Distribution | None:
        """Return all values, None where there are none."""
        return merged(self.parts) if self.parts else None


def _points(minute: Minute, metric: str, state: Published) -> _Points:
    """Return the minute's points, as they were read before where it has not changed."""
    if minute.read is None:
        minute.read = {}
    known: _Points | None = minute.read.get((metric, state))
    if known is None:
        known = minute.read[metric, state] = _Points(_halves(minute, metric, state))
    return known


def _halves(minute: Minute, metric: str, state: Published) -> list[Distribution]:
    halves = [minute.first] if state is Published.HALF else [minute.first, minute.second]
    return [found for half in halves if (found := _distribution(half, metric)) is not None]


def _distribution(counts: Counts, metric: str) -> Distribution | None:
    if metric == "ModelLatency":
        return counts.model_latency.distribution()
    if metric == "OverheadLatency":
        return counts.overhead_latency.distribution()
    if not counts.invocations:
        return None
    if metric == "Invocations":
        return of_values([1.0], [counts.invocations])
    if metric == "InvocationsPerInstance":
        shared = counts.by_instances
        return of_values([1 / instances for instances in shared], shared.values())
    failed = getattr(counts, _FAILURES[metric])
    points = [(0.0, counts.invocations - failed), (1.0, failed)]
    present = [(value, count) for value, count in points if count]
    return of_values([value for value, _ in present], [count for _, count in present])
