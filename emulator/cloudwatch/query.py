"""GetMetricData and GetMetricStatistics with CloudWatch's semantics.

StartTime is inclusive and rounded down to the minute, EndTime is exclusive, a point is stamped with
the start of its period, the newest comes first unless asked otherwise, a period without values has
no point.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)

from emulator.cloudwatch.distribution import Distribution
from emulator.cloudwatch.sources import MetricName, Sources
from emulator.cloudwatch.statistic import UnknownStatistic, statistic

MOST_QUERIES = 500
MOST_POINTS = 100_800


@dataclass
class Trouble:
    """Status codes to answer instead of the truth: one per coming GetMetricData call, `for_good`
    for every call.

    PartialData loses the newest half of the points; InternalError and Forbidden lose all of them.
    """

    coming: deque[str] = field(default_factory=deque)
    for_good: str | None = None

    def next(self) -> str:
        """Return the status code of the call that is being answered."""
        if self.coming:
            return self.coming.popleft()
        return self.for_good or "Complete"


def metric_data(
    sources: Sources,
    queries: Sequence[Mapping[str, Any]],
    start: datetime,
    end: datetime,
    scan_by: str,
    status: str,
) -> list[dict[str, Any]]:
    """Return one MetricDataResult (moto's snake_case) per query that returns data.

    Raises moto's ValidationError for what CloudWatch refuses, and for metric math, which is not
    emulated.
    """
    _refuse_bad_queries(queries, start, end)
    results = []
    points = 0
    for query in queries:
        timestamps, values = _points(sources, query["MetricStat"], start, end)
        points += len(values)
        if query.get("ReturnData") is False:
            continue
        if scan_by != "TimestampAscending":
            timestamps, values = timestamps[::-1], values[::-1]
        timestamps, values = _as_status(
            status, timestamps, values, newest_first=scan_by != "TimestampAscending"
        )
        label = query.get("Label") or query["MetricStat"]["Metric"]["MetricName"]
        results.append(
            {
                "id": query["Id"],
                "label": label,
                "timestamps": timestamps,
                "values": values,
                "status_code": status,
            }
        )
    if points > MOST_POINTS:
        raise ValidationError(f"The request asks for more than {MOST_POINTS} data points.")
    return results


def metric_statistics(
    sources: Sources,
    metric: MetricName,
    start: datetime,
    end: datetime,
    period: int,
    names: Sequence[str],
) -> list[dict[str, Any]]:
    """Return GetMetricStatistics datapoints, unordered as the service leaves them (here oldest
    first).
    """
    if start >= end:
        raise InvalidParameterValue(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    functions = {name: _statistic(name) for name in names}
    if not functions:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    return [
        {
            "timestamp": when,
            "values": {name: function(values) for name, function in functions.items()},
        }
        for when, values in periods(sources, metric, start, end, period)
    ]


def periods(
    sources: Sources, metric: MetricName, start: datetime, end: datetime, period: int
) -> Iterator[tuple[datetime, Distribution]]:
    """Yield every period that has values, oldest first. Raises moto's ValidationError for an
    impossible period.
    """
    if period < 60 or period % 60:
        raise ValidationError(
            "Period must be a multiple of 60 seconds; high-resolution metrics are not emulated."
        )
    first = int(start.timestamp()) // 60 * 60
    for begin in range(first, int(end.timestamp()), period):
        values = sources.read(metric, begin, min(begin + period, _minute_above(end)))
        if values is not None:
            yield datetime.fromtimestamp(begin, UTC), values


def _minute_above(end: datetime) -> int:
    return -(-int(end.timestamp()) // 60) * 60


def _points(
    sources: Sources, stat: Mapping[str, Any], start: datetime, end: datetime
) -> tuple[list[datetime], list[float]]:
    function = _statistic(stat["Stat"])
    metric = MetricName.of(stat["Metric"], stat.get("Unit"))
    found = [
        (when, function(values))
        for when, values in periods(sources, metric, start, end, int(stat["Period"]))
    ]
    return [when for when, _ in found], [value for _, value in found]


def _statistic(name: str) -> Any:
    try:
        return statistic(name)
    except UnknownStatistic as unknown:
        raise ValidationError(str(unknown)) from unknown


def _as_status(
    status: str, timestamps: list[datetime], values: list[float], *, newest_first: bool
) -> tuple[list[datetime], list[float]]:
    if status == "Complete":
        return timestamps, values
    if status == "PartialData":
        half = len(values) // 2
        kept = slice(len(values) - half, None) if newest_first else slice(0, half)
        return timestamps[kept], values[kept]
    return [], []


def _refuse_bad_queries(
    queries: Sequence[Mapping[str, Any]], start: datetime, end: datetime
) -> None:
    if len(queries) > MOST_QUERIES:
        raise ValidationError(
            f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )
    if start >= end:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    ids = [query["Id"] for query in queries]
    if len(set(ids)) != len(ids):
        raise ValidationError("The values for parameter id in MetricDataQueries are not unique.")
    for number, query in enumerate(queries, 1):
        if "Expression" in query:
            raise ValidationError(
                "Metric math and Metrics Insights are not emulated; query the metrics themselves."
            )
        if "MetricStat" not in query:
            raise ValidationError(
                f"The parameter MetricDataQueries.member.{number}.MetricStat is required.\n"
            )
