"""The metrics AWS services send of themselves, as far as alarms on them are built: Lambda, Step
Functions, SQS, EMF.

AWS/Lambda (FunctionName): Invocations and Errors, counted in the minute an invocation began.
AWS/States (StateMachineArn): Executions Started, Succeeded, Failed, Aborted, TimedOut. AWS/SQS
(QueueName): ApproximateNumberOfMessagesVisible, every minute. A function's log line in the embedded
metric format becomes its metrics. Points appear when their minute is over; those older than 20
minutes are dropped, which no alarm looks back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.sqs.models import SQSBackend

from emulator.clock.minutes import MINUTE, minute_of
from emulator.functions.invocation import Invocation
from emulator.states.execution import Execution

KEPT = timedelta(minutes=20)
STATUS_METRICS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}
Point = tuple[
    str, str, tuple[tuple[str, str], ...], datetime
]  # namespace, name, dimensions, minute


class ServiceMetrics:
    """Sends what it was told since it last looked; `send` is to be called at every full minute."""

    def __init__(self) -> None:
        self._ended: list[Invocation] = []
        self._statuses: list[tuple[datetime, Execution, str]] = []

    def invocation_ended(self, invocation: Invocation) -> None:
        """Take note of an invocation and of what it logged."""
        self._ended.append(invocation)

    def status_changed(self, execution: Execution, now: datetime) -> None:
        """Take note of an execution's new status."""
        self._statuses.append((now, execution, execution.status))

    def send(self, cloudwatch: CloudWatchBackend, sqs: SQSBackend, now: datetime) -> None:
        """Put the points of what happened before `now` into CloudWatch, and drop the old ones of
        these namespaces.
        """
        points: Counter[Point] = Counter()
        for invocation in self._ended:
            points.update(_of_invocation(invocation))
        self._ended.clear()
        for when, execution, status in self._statuses:
            dimension = (("StateMachineArn", execution.state_machine_arn),)
            points["AWS/States", STATUS_METRICS[status], dimension, minute_of(when)] += 1
        self._statuses.clear()
        last = minute_of(now) - MINUTE
        for queue in sqs.queues.values():
            visible = queue.approximate_number_of_messages
            points[
                "AWS/SQS", "ApproximateNumberOfMessagesVisible", (("QueueName", queue.name),), last
            ] += visible
        for (namespace, name, dimensions, minute), value in points.items():
            cloudwatch.put_metric_data(namespace, [_datum(name, dimensions, minute, value)])
        _forget(cloudwatch, {point[0] for point in points}, now - KEPT)


def _of_invocation(invocation: Invocation) -> Mapping[Point, int]:
    minute, dimension = minute_of(invocation.started), (("FunctionName", invocation.function),)
    points: Counter[Point] = Counter()
    points["AWS/Lambda", "Invocations", dimension, minute] += 1
    points["AWS/Lambda", "Errors", dimension, minute] += int(invocation.outcome.is_error)
    for document in _embedded(invocation.logs):
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = tuple((name, str(document[name])) for name in names)
                for metric in directive["Metrics"]:
                    point = (directive["Namespace"], metric["Name"], dimensions, minute)
                    points[point] += sum(_values(document[metric["Name"]]))
    return points


def _embedded(logs: str) -> Iterator[Mapping[str, Any]]:
    """Yield the log lines in the embedded metric format."""
    for line in logs.splitlines():
        if '"_aws"' in line:
            document = json.loads(line)
            if isinstance(document, dict) and "CloudWatchMetrics" in document.get("_aws", {}):
                yield document


def _values(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _datum(
    name: str, dimensions: Sequence[tuple[str, str]], minute: datetime, value: float
) -> dict[str, Any]:
    named = [{"Name": key, "Value": text} for key, text in dimensions]
    return {
        "MetricName": name,
        "Dimensions": named,
        "Timestamp": minute,
        "Value": value,
        "Unit": "Count",
    }


def _forget(cloudwatch: CloudWatchBackend, namespaces: set[str], before: datetime) -> None:
    cloudwatch.metric_data = [
        datum
        for datum in cloudwatch.metric_data
        if datum.namespace not in namespaces or datum.timestamp >= before
    ]
