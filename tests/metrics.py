"""Metrics in memory: what CloudWatch has of each variant."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from canary.domain.judge.metrics import RawSeries
from canary.domain.plan.guards import Metric
from canary.domain.time import minute_of

Points = Mapping[int, Mapping[str, float]]
"""What CloudWatch has of a variant: by minute, values by metric and kind of statistic."""


def points(
    requests: float, errors: float, timed: float | None = None, within: float | None = None
) -> dict[str, float]:
    """Return one minute of a variant's metrics; what is None is missing."""
    values = {
        "Invocations Sum": requests,
        "InvocationModelErrors Sum": errors,
        "ModelLatency SampleCount": timed,
        "ModelLatency TC": within,
    }
    return {name: value for name, value in values.items() if value is not None}


class MemoryMetrics:
    """Minutes by variant."""

    def __init__(
        self, known: Mapping[str, Points] | None = None, p95_ms: float | None = None
    ) -> None:
        self.known = dict(known or {})
        self.p95_ms = p95_ms
        self.complete = True

    def minutes(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, RawSeries]:
        """Return the points of every metric."""
        return {metric: self._series(metric) for metric in metrics}

    def _series(self, metric: Metric) -> RawSeries:
        name = f"{metric.name} {metric.statistic.split('(')[0]}"
        variant = dict(metric.dimensions)["VariantName"]
        found = {
            minute: values[name]
            for minute, values in self.known.get(variant, {}).items()
            if name in values
        }
        return RawSeries(minutes=found, answered="Complete" if self.complete else "PartialData")

    def periods(
        self, metrics: Sequence[Metric], start: datetime, end: datetime, minutes: int
    ) -> Mapping[Metric, RawSeries]:
        """Return sums over periods, and the set percentile wherever there are timed requests."""
        return {metric: self._periods(metric, start, end, minutes) for metric in metrics}

    def _periods(self, metric: Metric, start: datetime, end: datetime, minutes: int) -> RawSeries:
        timed = self._series(metric.but(statistic="SampleCount")).minutes
        found: dict[int, float] = {}
        for minute, value in timed.items():
            if minute_of(start) <= minute < minute_of(end):
                period = minute - minute % minutes
                found[period] = found.get(period, 0.0) + value
        if metric.statistic == "p95":
            found = {} if self.p95_ms is None else dict.fromkeys(found, 1000 * self.p95_ms)
        return RawSeries(minutes=found)
