"""A guard on a metric of the user's own, from the spec to the page: the canary sells less."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from canary.domain.judge.judgement import Judgement
from canaryctl.history import read_history
from canaryctl.report import render_report
from canaryctl.report.charts import charts_of
from tests.integration.stage import ENDPOINT, OVER, Stage

NAMESPACE = "Shop"
SALES: dict[str, Any] = {
    "name": "sales",
    "good": {
        "namespace": NAMESPACE,
        "metric": "Sales",
        "dimensions": {"Endpoint": "${endpoint}", "Variant": "${variant}"},
    },
    "of": "requests",
    "missing": "unknown",
}


MEMORY: dict[str, Any] = {
    "name": "memory",
    "unit": " GB",
    "value": {**SALES["good"], "metric": "Memory", "statistic": "Average"},
}


def sell(stage: Stage, sales: dict[str, float]) -> None:
    """Publish a minute of sales, and of the memory that both variants alike need."""
    data = [
        {
            "MetricName": name,
            "Value": value if name == "Sales" else 4.0,
            "Dimensions": [
                {"Name": "Endpoint", "Value": ENDPOINT},
                {"Name": "Variant", "Value": variant},
            ],
        }
        for variant, value in sales.items()
        for name in ("Sales", "Memory")
    ]
    stage.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


@pytest.fixture(scope="module")
def ended() -> Iterator[tuple[Stage, dict[str, Any]]]:
    """A rollout whose canary answers every request and sells a third of what its baseline does."""
    with Stage() as stage:
        for _ in range(12):
            sell(stage, {"v1": 600})
            stage.emulator.run_minutes(1)
        execution = stage.start({"guards": {"counts": [SALES], "values": [MEMORY]}})
        for _ in range(60):
            if stage.status(execution) in OVER:
                break
            sell(stage, {"v1": 570, "v2": 10})
            stage.emulator.run_minutes(1)
        yield stage, stage.client("stepfunctions").describe_execution(executionArn=execution)


def test_the_canary_is_taken_back_for_what_it_does_not_sell(
    ended: tuple[Stage, dict[str, Any]],
) -> None:
    """Errors and latency are alike; the sales alone decide."""
    stage, description = ended
    assert (description["status"], description["error"]) == ("FAILED", "RolledBack")
    assert stage.weights == {"v1": 1.0, "v2": 0.0}
    judgement = Judgement.model_validate(stage.verdicts[-1].judgement)
    assert judgement.decided_by == "sales"


def test_it_is_told_from_the_first_message_to_the_last(
    ended: tuple[Stage, dict[str, Any]],
) -> None:
    """How it is read before anything counts; what was seen at the end."""
    stage, _ = ended
    first = " ".join(stage.messages[0].message.split())
    seen = r"Sales \(Sum\) among Invocations \(Sum\); (9\.\d+|10(\.\d)?)% on v1 in the last day"
    assert re.search(seen, first), first
    assert "memory: Memory (Average), 4 GB on average on v1 in the last day" in first
    assert ") means nothing is known, as the spec says; its good events are judged" in first
    last = " ".join(stage.messages[-1].message.split())
    assert "the canary has fewer sales than the baseline / 1.05: canary 3." in last


def test_it_has_its_chart_and_its_row(ended: tuple[Stage, dict[str, Any]]) -> None:
    """The page draws the sales of both and names the margins as they are meant."""
    stage, _ = ended
    found = read_history(stage.client("dynamodb"), stage.outputs["TableName"], stage.record.rollout)
    chart = next(chart for chart in charts_of(found) if chart.id == "sales")
    sold = next(line for line in chart.series if line.name == "v1")
    assert any(9 < y < 11 for y in sold.y if y is not None)
    page = render_report(found)
    assert "the baseline / 1.2" in page
    memory = next(chart for chart in charts_of(found) if chart.id == "memory")
    assert memory.y.unit == " GB"
    assert 4.0 in memory.series[1].y
    numbers = Judgement.model_validate(found.verdicts[-1].judgement).evidence.guards[-1]
    assert (numbers.guard, numbers.values, numbers.canary_bad) == ("memory", (4.0, 4.0), 0)


def test_a_metric_nobody_publishes_is_refused(ended: tuple[Stage, dict[str, Any]]) -> None:
    """At the start, with nothing moved."""
    stage, _ = ended
    returns = {**SALES, "name": "returns", "good": {**SALES["good"], "metric": "Returns"}}
    description = stage.finish(stage.start({"guards": {"counts": [returns]}}, "second"), 10)
    assert description["error"] == "Refused"
    assert "guards.counts[0].good: Shop/Returns (Sum) has no point for v1" in description["cause"]
