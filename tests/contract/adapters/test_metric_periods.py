"""Points of longer periods: one for each, by the minute it begins in."""

from datetime import UTC, datetime, timedelta

from canary.adapters.cloudwatch import CloudWatchMetrics
from canary.domain.plan.guards import Metric
from canary.domain.time import minute_of
from emulator import Emulator

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_a_period_has_one_point_of_all_its_minutes() -> None:
    """Sums add up over it, and minutes stay what they are."""
    metric = Metric(namespace="Own", name="Answers", dimensions=())
    with Emulator(START) as emulator:
        cloudwatch = emulator.client("cloudwatch")
        for minute in range(10):
            at = START + timedelta(minutes=minute)
            datum = {"MetricName": "Answers", "Value": float(minute), "Timestamp": at}
            cloudwatch.put_metric_data(Namespace="Own", MetricData=[datum])
        emulator.run_minutes(12)
        metrics, end = CloudWatchMetrics(cloudwatch), START + timedelta(minutes=10)
        fives = metrics.periods([metric], START, end, 5)[metric]
        ones = metrics.minutes([metric], START, end)[metric]
    first = minute_of(START)
    assert fives.minutes == {first: 10, first + 5: 35}
    assert ones.minutes == {first + minute: minute for minute in range(10)}
    assert fives.complete
