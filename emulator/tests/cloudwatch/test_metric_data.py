"""GetMetricData, GetMetricStatistics and ListMetrics for AWS/SageMaker and for other namespaces."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from emulator.tests.cloudwatch.served import MINUTE, points, query, serve


def test_sum_counts_requests_and_average_is_a_rate(world: Any) -> None:
    """Each request sends 1 or 0: Sum is the count of errors, Average their rate, SampleCount the
    requests.
    """
    serve(world, 0, [1000.0] * 8, bad_5xx=2)
    assert points(world, query("Invocations", "Sum")) == [8]
    assert points(world, query("Invocation5XXErrors", "Sum")) == [2]
    assert points(world, query("Invocation5XXErrors", "Average")) == [0.25]
    assert points(world, query("Invocation5XXErrors", "SampleCount")) == [8]
    assert points(world, query("Invocation4XXErrors", "Sum")) == [0]
    assert points(world, query("Invocation5XXErrors", "Maximum")) == [1]


def test_model_errors_overlap_4xx_and_5xx(world: Any) -> None:
    """InvocationModelErrors counts every answer that is not 2XX: 4XX and 5XX are both in it."""
    serve(world, 0, [1000.0] * 8, bad_5xx=2, bad_4xx=1)
    assert points(world, query("InvocationModelErrors", "Sum")) == [3]


@pytest.mark.parametrize(
    ("stat", "value"),
    [
        ("SampleCount", 3),
        ("Sum", 600_000),
        ("Average", 200_000),
        ("Minimum", 100_000),
        ("Maximum", 300_000),
    ],
)
def test_latency_is_in_microseconds_and_its_plain_statistics_are_exact(
    world: Any, stat: str, value: float
) -> None:
    """ModelLatency's Sum, Average, Minimum and Maximum come from the values themselves, not from
    bins.
    """
    serve(world, 0, [100_000, 200_000, 300_000])
    assert points(world, query("ModelLatency", stat)) == [value]


@pytest.mark.parametrize(
    ("stat", "value"),
    [
        ("p50", 50_000),
        ("p95", 95_000),
        ("p99.9", 99_900),
        ("TM(10%:90%)", 50_000),
        ("tm90", 45_000),
        ("TC(20000:60000)", 400),
        ("TC(:60000)", 600),
        ("TC(60000:)", 400),
        ("PR(:60000)", 60),
        ("TS(20000:60000)", 400 * 40_000),
        ("TC(80%:)", 200),
        ("WM(10%:90%)", 50_000),
        ("IQM", 50_000),
    ],
)
def test_distribution_statistics_of_evenly_spread_latencies(
    world: Any, stat: str, value: float
) -> None:
    """Percentiles, trimmed counts, means, sums and percentile ranks of 1,000 even values are within
    2%.
    """
    serve(world, 0, np.linspace(100, 100_000, 1000))
    assert points(world, query("ModelLatency", stat)) == [pytest.approx(value, rel=0.02)]


def test_bounds_exclude_the_lower_and_include_the_upper_value(world: Any) -> None:
    """Of the values 0 and 1, TC(0:1) counts the ones and TC(:0) the zeros."""
    serve(world, 0, [1000.0] * 10, bad_5xx=3)
    assert points(world, query("Invocation5XXErrors", "TC(0:1)")) == [3]
    assert points(world, query("Invocation5XXErrors", "TC(:0)")) == [7]


def test_a_longer_period_merges_its_minutes(world: Any) -> None:
    """Five minutes asked as one point sum up, and the percentile is that of all values."""
    for minute in range(5):
        serve(world, minute, [1000.0 * (minute + 1)] * 10)
    assert points(world, query("Invocations", "Sum", period=300)) == [50]
    assert points(world, query("ModelLatency", "p50", period=300)) == [pytest.approx(3000, rel=0.1)]


def test_the_end_is_exclusive_and_the_start_inclusive(world: Any) -> None:
    """Minutes 1 and 2 of 0 to 3 are what [1, 3) holds."""
    for minute in range(4):
        serve(world, minute, [1000.0] * (minute + 1))
    span: dict[str, Any] = {
        "start": MINUTE + timedelta(minutes=1),
        "end": MINUTE + timedelta(minutes=3),
    }
    assert points(world, query("Invocations", "Sum"), **span) == [2, 3]


def test_the_newest_point_comes_first_unless_asked_otherwise(world: Any) -> None:
    """ScanBy is TimestampDescending by default."""
    for minute in range(3):
        serve(world, minute, [1000.0] * (minute + 1))
    answer = world.cloudwatch.get_metric_data(
        MetricDataQueries=[query("Invocations", "Sum")],
        StartTime=MINUTE,
        EndTime=MINUTE + timedelta(minutes=9),
    )["MetricDataResults"][0]
    assert answer["Values"] == [3, 2, 1]
    assert answer["Timestamps"] == sorted(answer["Timestamps"], reverse=True)
    assert answer["Timestamps"][-1] == MINUTE


def test_the_order_of_dimensions_does_not_matter_but_all_must_be_given(world: Any) -> None:
    """Reversed dimensions find the metric; the endpoint's name alone finds nothing."""
    serve(world, 0, [1000.0])
    both = [{"Name": "VariantName", "Value": "a"}, {"Name": "EndpointName", "Value": "shop"}]
    assert points(world, query("Invocations", "Sum", dimensions=both)) == [1]
    assert points(world, query("Invocations", "Sum", dimensions=both[1:])) == []


def test_a_wrong_unit_returns_nothing(world: Any) -> None:
    """ModelLatency asked in Milliseconds has no points, in Microseconds it has."""
    serve(world, 0, [1000.0])
    assert points(world, query("ModelLatency", "Sum", Unit="Milliseconds")) == []
    assert points(world, query("ModelLatency", "Sum", Unit="Microseconds")) == [1000]


def test_a_minute_without_traffic_has_no_point(world: Any) -> None:
    """Missing and zero are different: minute 1 is missing."""
    serve(world, 0, [1000.0])
    serve(world, 2, [1000.0])
    assert points(world, query("Invocations", "Sum")) == [1, 1]


def test_idle_variants_can_emit_zeros(make_world: Any) -> None:
    """With zeros on, an idle variant sends 0 every minute, and still no latency."""
    world = make_world(emit_zeros=True)
    world.endpoint({"a": 1})
    world.clock.run_for(300)
    assert points(world, query("Invocations", "Sum"), minutes=8)[-2:] == [0, 0]
    assert points(world, query("ModelLatency", "SampleCount")) == []


@pytest.mark.parametrize(
    ("status", "kept"), [("PartialData", 2), ("InternalError", 0), ("Forbidden", 0)]
)
def test_a_result_can_be_less_than_complete(world: Any, status: str, kept: int) -> None:
    """PartialData lacks points, InternalError and Forbidden have none; the next call is Complete
    again.
    """
    for minute in range(4):
        serve(world, minute, [1000.0])
    world.endpoints.metric_trouble.coming.append(status)
    ask = {
        "MetricDataQueries": [query("Invocations", "Sum")],
        "StartTime": MINUTE,
        "EndTime": MINUTE + timedelta(minutes=9),
    }
    troubled, healthy = (
        world.cloudwatch.get_metric_data(**ask)["MetricDataResults"][0] for _ in range(2)
    )
    assert (troubled["StatusCode"], len(troubled["Values"])) == (status, kept)
    assert (healthy["StatusCode"], len(healthy["Values"])) == ("Complete", 4)


@pytest.mark.parametrize(
    "queries",
    [
        [{**query("Invocations", "Sum"), "Id": f"q{number}"} for number in range(501)],
        [query("Invocations", "Sum")] * 2,
        [{"Id": "sum", "Expression": "SUM(METRICS())"}],
        [query("Invocations", "Most")],
        [query("Invocations", "Sum", period=90)],
    ],
    ids=["501 queries", "ids repeat", "metric math", "unknown statistic", "odd period"],
)
def test_impossible_queries_are_refused(world: Any, queries: list[Any]) -> None:
    """CloudWatch's limits hold, and what is not emulated is refused rather than answered
    wrongly.
    """
    with pytest.raises(ClientError) as caught:
        world.cloudwatch.get_metric_data(
            MetricDataQueries=queries, StartTime=MINUTE, EndTime=MINUTE + timedelta(minutes=9)
        )
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_500_queries_are_answered_at_once(world: Any) -> None:
    """500 queries, the most one call may ask, each get their result."""
    serve(world, 0, [1000.0])
    queries = [{**query("Invocations", "Sum"), "Id": f"q{number}"} for number in range(500)]
    answer = world.cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=MINUTE, EndTime=MINUTE + timedelta(minutes=2)
    )
    assert [result["Values"] for result in answer["MetricDataResults"]] == [[1.0]] * 500


def test_metric_statistics_answer_alike(world: Any) -> None:
    """GetMetricStatistics gives plain and extended statistics of the same minutes."""
    serve(world, 0, np.linspace(100, 100_000, 1000))
    asked = query("ModelLatency", "")["MetricStat"]["Metric"]
    found = world.cloudwatch.get_metric_statistics(
        **asked,
        StartTime=MINUTE,
        EndTime=MINUTE + timedelta(minutes=5),
        Period=60,
        Statistics=["SampleCount", "Maximum"],
        ExtendedStatistics=["p95", "TC(:50000)"],
    )["Datapoints"]
    assert [(point["SampleCount"], point["Maximum"], point["Unit"]) for point in found] == [
        (1000, 100_000, "Microseconds")
    ]
    assert found[0]["ExtendedStatistics"]["p95"] == pytest.approx(95_000, rel=0.02)
    assert found[0]["ExtendedStatistics"]["TC(:50000)"] == pytest.approx(500, rel=0.02)


def test_list_metrics_knows_every_variant_with_traffic(world: Any) -> None:
    """ListMetrics names each metric of a variant that served something."""
    serve(world, 0, [1000.0])
    metrics = world.cloudwatch.list_metrics(Namespace="AWS/SageMaker", MetricName="Invocations")[
        "Metrics"
    ]
    assert [{d["Name"]: d["Value"] for d in metric["Dimensions"]} for metric in metrics] == [
        {"EndpointName": "shop", "VariantName": "a"}
    ]
