"""Where a metric's values come from: our aggregates for AWS/SageMaker, moto's list of points for
everything else.

Dimensions are a set: their order never matters, all of them must match, and a metric of another
namespace is another metric.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, MetricAggregatedDatum, MetricDatum

from emulator.cloudwatch.distribution import Distribution, merged, of_values
from emulator.cloudwatch.endpoint_metrics import NAMESPACE, UNITS, EndpointMetrics


@dataclass(frozen=True)
class MetricName:
    """One metric: namespace, name, dimensions; `unit` None means any."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str | None = None

    @classmethod
    def of(cls, metric: Mapping[str, Any], unit: str | None = None) -> "MetricName":
        """Return the name in a Metric structure (Namespace, MetricName, Dimensions)."""
        dimensions = sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or ())
        return cls(metric["Namespace"], metric["MetricName"], tuple(dimensions), unit)


@dataclass(frozen=True)
class Sources:
    """Both kinds of values, read as of `now`."""

    endpoint_metrics: EndpointMetrics
    backend: CloudWatchBackend
    now: datetime

    def read(self, metric: MetricName, start: int, end: int) -> Distribution | None:
        """Return the values of start <= t < end (epoch seconds); None when there is nothing to
        read.
        """
        if metric.namespace == NAMESPACE:
            return self._endpoint(metric, start // 60, -(-end // 60))
        return self._custom(metric, start, end)

    def _endpoint(self, metric: MetricName, first: int, last: int) -> Distribution | None:
        names = dict(metric.dimensions)
        if names.keys() != {"EndpointName", "VariantName"} or metric.unit not in {
            None,
            UNITS.get(metric.name),
        }:
            return None
        store = self.endpoint_metrics
        return store.read(
            names["EndpointName"], names["VariantName"], metric.name, first, last, self.now
        )

    def _custom(self, metric: MetricName, start: int, end: int) -> Distribution | None:
        if metric not in self._series:
            found = [
                d
                for d in self._named.get((metric.namespace, metric.name), ())
                if _matches(d, metric)
            ]
            found.sort(key=lambda datum: _epoch(datum.timestamp))
            self._series[metric] = ([_epoch(datum.timestamp) for datum in found], found)
        times, data = self._series[metric]
        due = data[bisect_left(times, start) : bisect_left(times, end)]
        parts = [values for datum in due if (values := _values(datum)) is not None]
        return merged(parts) if parts else None

    @cached_property
    def _series(self) -> dict[MetricName, tuple[list[float], list[Any]]]:
        """Return the data of each metric that was read, in the order of their times."""
        return {}

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], Sequence[Any]]:
        """Return the data by namespace and name: a look reads a few metrics of very many."""
        named: dict[tuple[str, str], list[Any]] = {}
        for datum in self.backend.metric_data:
            named.setdefault((datum.namespace, datum.name), []).append(datum)
        return named


def _matches(datum: Any, metric: MetricName) -> bool:
    return (metric.unit is None or (datum.unit or "None") == metric.unit) and tuple(
        sorted((d.name, d.value) for d in datum.dimensions)
    ) == metric.dimensions


def _values(datum: Any) -> Distribution | None:
    if isinstance(datum, MetricDatum):
        return of_values([datum.value])
    if isinstance(datum, MetricAggregatedDatum) and datum.sample_count:
        average = datum.sum / datum.sample_count
        return of_values([average], [datum.sample_count]).within(datum.min, datum.max)
    return None


def _epoch(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def dimensions_of(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return (name, value) pairs as the API writes dimensions."""
    return [{"Name": name, "Value": value} for name, value in pairs]
