"""Metrics and alarms. Reads what CloudWatch has and whether it was all of it; never decides what it
means.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from canary.adapters.translation import translated
from canary.domain.judge.metrics import COMPLETE, RawSeries
from canary.domain.plan.guards import Metric
from canary.domain.time import minute_of

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricDataResultTypeDef

QUERIES_A_CALL = 500
POINTS_A_CALL = 100_800
ALARMS_A_CALL = 100


class CloudWatchMetrics:
    """Reads closed minutes of metrics in batched GetMetricData calls."""

    def __init__(self, client: "CloudWatchClient") -> None:
        """Take a boto3 CloudWatch client."""
        self._client = client

    def minutes(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, RawSeries]:
        """Return the one-minute points in [start, end) of every metric."""
        return self.periods(metrics, start, end, 1)

    def periods(
        self, metrics: Sequence[Metric], start: datetime, end: datetime, minutes: int
    ) -> Mapping[Metric, RawSeries]:
        """Return the points in [start, end) of every metric, each of so many minutes and by the
        minute it begins in.
        """
        wanted = tuple(dict.fromkeys(metrics))
        each = max(1, int((end - start).total_seconds() // (60 * minutes)))
        a_call = max(1, min(QUERIES_A_CALL, POINTS_A_CALL // each))
        points: dict[Metric, dict[int, float]] = {metric: {} for metric in wanted}
        answered = dict.fromkeys(wanted, COMPLETE)
        for first in range(0, len(wanted), a_call):
            batch = wanted[first : first + a_call]
            for index, result in self._fetch(batch, start, end, minutes):
                if result["StatusCode"] != COMPLETE:
                    told = [one.get("Value", "") for one in result.get("Messages", [])]
                    answered[batch[index]] = ": ".join([result["StatusCode"], *told])
                for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                    points[batch[index]][minute_of(at)] = value
        return {
            metric: RawSeries(minutes=points[metric], answered=answered[metric])
            for metric in wanted
        }

    def _fetch(
        self, metrics: Sequence[Metric], start: datetime, end: datetime, minutes: int
    ) -> list[tuple[int, "MetricDataResultTypeDef"]]:
        queries = [
            _query(f"m{index}", metric, 60 * minutes) for index, metric in enumerate(metrics)
        ]
        with translated("GetMetricData"):
            pages = self._client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
            )
            results = [result for page in pages for result in page["MetricDataResults"]]
        # A page that is not the last says PartialData; the last one of a query says how it ended.
        last = {result["Id"]: result["StatusCode"] for result in results}
        return [(int(r["Id"][1:]), {**r, "StatusCode": last[r["Id"]]}) for r in results]


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


def _query(identity: str, metric: Metric, period_seconds: int) -> "MetricDataQueryTypeDef":
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    named: Any = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": dimensions,
    }
    return {
        "Id": identity,
        "MetricStat": {"Metric": named, "Period": period_seconds, "Stat": metric.statistic},
        "ReturnData": True,
    }
