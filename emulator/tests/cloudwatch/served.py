"""Requests served to one variant, and CloudWatch asked for what they left."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from emulator.cloudwatch.endpoint_metrics import Served

MINUTE = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
NOBODY = np.zeros(0)


def query(metric: str, stat: str, variant: str = "a", **options: Any) -> dict[str, Any]:
    """Return a MetricDataQuery for one variant's metric, a minute a point."""
    dimensions = [
        {"Name": "EndpointName", "Value": "shop"},
        {"Name": "VariantName", "Value": variant},
    ]
    name = {
        "Namespace": "AWS/SageMaker",
        "MetricName": metric,
        "Dimensions": options.pop("dimensions", dimensions),
    }
    stat_part = {"Metric": name, "Period": options.pop("period", 60), "Stat": stat, **options}
    return {"Id": "q", "MetricStat": stat_part}


def points(world: Any, asked: dict[str, Any], minutes: int = 60, **options: Any) -> list[float]:
    """Return the values of one query, oldest first, over the first `minutes`."""
    answer = world.cloudwatch.get_metric_data(
        MetricDataQueries=[asked],
        StartTime=options.get("start", MINUTE),
        EndTime=options.get("end", MINUTE + timedelta(minutes=minutes)),
        ScanBy="TimestampAscending",
    )
    values: list[float] = answer["MetricDataResults"][0]["Values"]
    return values


def serve(
    world: Any, minute: int, model_us: Iterable[float], bad_5xx: int = 0, bad_4xx: int = 0
) -> None:
    """Record one batch in a minute of variant a, and let that minute pass."""
    latencies = np.fromiter(model_us, float)
    when = MINUTE + timedelta(minutes=minute, seconds=10)
    world.endpoints.metrics.record(
        "shop", "a", when, Served(len(latencies), bad_4xx, bad_5xx, latencies, NOBODY)
    )
    while world.clock.now() < MINUTE + timedelta(minutes=minute + 1):
        world.clock.run_for(30)
