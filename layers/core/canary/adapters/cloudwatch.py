"""Metrics and alarms. Reads what CloudWatch has and whether it was all of it; never decides what it
means.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from canary.adapters.translation import translated
from canary.domain.judge.metrics import ERROR_METRICS, RawMinute, RawSeries, VariantQuery
from canary.domain.time import minute_of

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricDataResultTypeDef

NAMESPACE = "AWS/SageMaker"
QUERIES_A_CALL = 500
POINTS_A_CALL = 100_800
ALARMS_A_CALL = 100
MICROSECONDS_A_MILLISECOND = 1000


class _Column(NamedTuple):
    """One metric of one query: the field of RawMinute it fills."""

    query: VariantQuery
    field: str
    metric: str
    statistic: str


class CloudWatchMetrics:
    """Reads closed minutes of variants in batched GetMetricData calls."""

    def __init__(self, client: "CloudWatchClient") -> None:
        """Take a boto3 CloudWatch client."""
        self._client = client

    def minutes(
        self, queries: Sequence[VariantQuery], start: datetime, end: datetime
    ) -> Mapping[VariantQuery, RawSeries]:
        """Return the one-minute points in [start, end) for every query."""
        columns = [column for query in dict.fromkeys(queries) for column in _columns(query)]
        minutes = max(1, int((end - start).total_seconds() // 60))
        a_call = max(1, min(QUERIES_A_CALL, POINTS_A_CALL // minutes))
        points: dict[VariantQuery, dict[int, dict[str, float]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        complete = dict.fromkeys(queries, True)
        for first in range(0, len(columns), a_call):
            batch = columns[first : first + a_call]
            for index, result in self._fetch(batch, start, end):
                column = batch[index]
                complete[column.query] &= result["StatusCode"] == "Complete"
                for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                    points[column.query][minute_of(at)][column.field] = value
        return {
            query: RawSeries(
                minutes={minute: RawMinute(**raw) for minute, raw in sorted(points[query].items())},
                complete=complete[query],
            )
            for query in complete
        }

    def _fetch(
        self, columns: Sequence[_Column], start: datetime, end: datetime
    ) -> list[tuple[int, "MetricDataResultTypeDef"]]:
        queries = [_metric_query(f"m{index}", column) for index, column in enumerate(columns)]
        with translated("GetMetricData"):
            pages = self._client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
            )
            results = [result for page in pages for result in page["MetricDataResults"]]
        # A page that is not the last says PartialData; the last one of a query says how it ended.
        last = {result["Id"]: result["StatusCode"] for result in results}
        return [(int(r["Id"][1:]), {**r, "StatusCode": last[r["Id"]]}) for r in results]

    def p95_latency_ms(
        self, endpoint: str, variant: str, start: datetime, end: datetime
    ) -> float | None:
        """Return the highest hourly 95th percentile of ModelLatency in [start, end), or None
        without points.
        """
        column = _Column(
            VariantQuery(endpoint=endpoint, variant=variant), "p95", "ModelLatency", "p95"
        )
        query = _metric_query("p95", column, period=3600)
        with translated("GetMetricData"):
            answer = self._client.get_metric_data(
                MetricDataQueries=[query], StartTime=start, EndTime=end
            )
        values = [value for result in answer["MetricDataResults"] for value in result["Values"]]
        return max(values) / MICROSECONDS_A_MILLISECOND if values else None


class CloudWatchAlarms:
    """Reads the state of alarms, metric and composite ones alike."""

    def __init__(self, client: "CloudWatchClient") -> None:
        """Take a boto3 CloudWatch client."""
        self._client = client

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the state of every alarm that exists, by name."""
        found: dict[str, str] = {}
        unique = sorted(set(names))
        for first in range(0, len(unique), ALARMS_A_CALL):
            with translated("DescribeAlarms"):
                # Names limit what is found, not what an answer holds: that is 50 where no page size
                # is given.
                pages = self._client.get_paginator("describe_alarms").paginate(
                    AlarmNames=unique[first : first + ALARMS_A_CALL],
                    AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                    PaginationConfig={"PageSize": ALARMS_A_CALL},
                )
                answers = list(pages)
            for answer in answers:
                for alarm in [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]:
                    found[alarm["AlarmName"]] = alarm["StateValue"]
        return found


def _columns(query: VariantQuery) -> list[_Column]:
    columns = [
        _Column(query, "requests", "Invocations", "Sum"),
        _Column(query, "errors", ERROR_METRICS[query.count], "Sum"),
    ]
    if query.threshold_ms is not None:
        within = f"TC(:{query.threshold_ms * MICROSECONDS_A_MILLISECOND:.10g})"
        columns += [
            _Column(query, "timed", "ModelLatency", "SampleCount"),
            _Column(query, "within", "ModelLatency", within),
        ]
    return columns


def _metric_query(identity: str, column: _Column, period: int = 60) -> "MetricDataQueryTypeDef":
    dimensions = [
        {"Name": "EndpointName", "Value": column.query.endpoint},
        {"Name": "VariantName", "Value": column.query.variant},
    ]
    metric: Any = {"Namespace": NAMESPACE, "MetricName": column.metric, "Dimensions": dimensions}
    return {
        "Id": identity,
        "MetricStat": {"Metric": metric, "Period": period, "Stat": column.statistic},
        "ReturnData": True,
    }
