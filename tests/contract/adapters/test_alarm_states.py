"""Alarm states, read page by page."""

from datetime import UTC, datetime

from canary.adapters.cloudwatch import CloudWatchAlarms
from emulator import Emulator

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_the_state_of_every_alarm_named_is_read() -> None:
    """More names than one answer holds: an alarm that is not read would count as one that does not
    exist.
    """
    names = [f"guard-{index:03d}" for index in range(120)]
    with Emulator(START) as emulator:
        cloudwatch = emulator.client("cloudwatch")
        for name in names:
            cloudwatch.put_metric_alarm(
                AlarmName=name,
                Namespace="AWS/SageMaker",
                MetricName="Invocation5XXErrors",
                Statistic="Average",
                Period=60,
                EvaluationPeriods=1,
                Threshold=0.01,
                ComparisonOperator="GreaterThanThreshold",
            )
        found = CloudWatchAlarms(cloudwatch).states(names)
    assert found == dict.fromkeys(names, "INSUFFICIENT_DATA")
