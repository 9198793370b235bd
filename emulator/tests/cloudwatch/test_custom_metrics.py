"""PutMetricData and what can be read of it."""

from datetime import timedelta
from typing import Any

from emulator.tests.cloudwatch.served import MINUTE, points, query


def custom(world: Any, namespace: str, value: float, **dimensions: str) -> None:
    """Publish one value of a custom metric named Depth."""
    pairs = [{"Name": name, "Value": text} for name, text in dimensions.items()]
    world.cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[{"MetricName": "Depth", "Value": value, "Dimensions": pairs}],
    )


def depth(namespace: str, *dimensions: tuple[str, str], stat: str = "Sum") -> dict[str, Any]:
    """Return the query for Depth."""
    asked = query(
        "Depth", stat, dimensions=[{"Name": name, "Value": value} for name, value in dimensions]
    )
    asked["MetricStat"]["Metric"]["Namespace"] = namespace
    return asked


def test_custom_metrics_are_kept_apart_by_namespace_and_dimensions(world: Any) -> None:
    """Equal names in two namespaces, or with more dimensions, are different metrics; order does not
    matter.
    """
    custom(world, "Mine", 1, Queue="q", Stage="s")
    custom(world, "Mine", 10, Queue="q")
    custom(world, "Yours", 100, Queue="q", Stage="s")
    world.clock.run_for(60)
    assert points(world, depth("Mine", ("Stage", "s"), ("Queue", "q"))) == [1]
    assert points(world, depth("Mine", ("Queue", "q"))) == [10]
    assert points(world, depth("Yours", ("Queue", "q"), ("Stage", "s"))) == [100]


def test_custom_metrics_are_stamped_with_emulated_time_and_have_percentiles(world: Any) -> None:
    """A value published without a timestamp lands in the emulated minute, and p90 works on it."""
    world.clock.run_for(120)
    for value in range(1, 11):
        custom(world, "Mine", value)
    assert points(world, depth("Mine", stat="p90"), start=MINUTE + timedelta(minutes=2)) == [9]
    assert points(world, depth("Mine"), end=MINUTE + timedelta(minutes=2)) == []
