"""The double that scale is measured on answers as AWS does where adapters look, and counts what is
paid for.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.scale import costs
from benchmarks.scale.account import Account, Clock
from benchmarks.scale.account import Refused as Code
from benchmarks.scale.figures import MEMORY_MEGABYTES, QUOTAS
from benchmarks.scale.minute import TICK, routes
from benchmarks.scale.population import Kind, metrics_billed
from benchmarks.scale.stored import windows_of_calm
from benchmarks.scale.table import Table
from canary.adapters.cloudwatch import CloudWatchAlarms
from canary.adapters.evidence import DynamoEvidence
from canary.adapters.table import DynamoRollouts
from canary.domain.errors import AwsUnavailable
from canary.domain.rollout.tick import Tick
from tests.rollouts import a_record
from tests.template import TEMPLATE


def account(**services: Any) -> Account:
    """Return an account that answers these actions."""
    return Account(Clock(TICK), services)


@pytest.fixture
def stored() -> tuple[Table, Any]:
    """A table and a client of it."""
    table = Table(Counter())
    answers = {
        "GetItem": table.get_item,
        "PutItem": table.put_item,
        "UpdateItem": table.update_item,
        "Query": table.query,
    }
    return table, account(**answers).client("dynamodb")


def test_a_call_takes_its_time_on_the_clock_alone() -> None:
    """Nothing sleeps: a minute of thousands is measured in seconds."""
    one = account(DescribeAlarms=lambda _: {"MetricAlarms": []})
    CloudWatchAlarms(one.client("cloudwatch")).states(["a"])
    assert one.clock.at == pytest.approx(0.06)


def test_an_account_over_its_quota_refuses_what_the_sdk_has_tried_three_times() -> None:
    """The tenth call of a second is tried again, and is throttled where that second is full too."""
    one = account(DescribeAlarms=lambda _: {"MetricAlarms": []})
    for second in range(20):
        one._seconds["DescribeAlarms", second] = QUOTAS["DescribeAlarms"].a_second
    with pytest.raises(AwsUnavailable, match="ThrottlingException"):
        CloudWatchAlarms(one.client("cloudwatch")).states(["a"])
    assert one.throttled["DescribeAlarms"] == 3


def test_what_is_stored_is_read_back_through_the_adapters(stored: tuple[Table, Any]) -> None:
    """Windows by range and the newest tick, an older one refused by its condition."""
    evidence, windows = (
        DynamoEvidence(stored[1], "table"),
        windows_of_calm(TICK - timedelta(minutes=40), TICK, Kind()),
    )
    evidence.save_windows("churn-1", windows)
    assert evidence.windows("churn-1", windows[3].minute) == windows[3:]
    for minute in (7, 6):
        evidence.save_tick(
            Tick(rollout="churn-1", minute=minute, complete=True, alarms={}, endpoint=None)
        )
    kept = evidence.tick("churn-1")
    assert kept is not None
    assert kept.minute == 7


def test_listed_rollouts_are_found_by_the_index(stored: tuple[Table, Any]) -> None:
    """A change that the condition holds back is made again from a fresh read."""
    table, client = stored
    rollouts = DynamoRollouts(client, "table")
    record = a_record().at_revision(1)
    table.put({"pk": {"S": "ROLLOUT#old"}, "sk": {"S": "RECORD"}})
    table.put(
        {
            "pk": {"S": "ROLLOUT#churn-1"},
            "sk": {"S": "RECORD"},
            "revision": {"N": "1"},
            "active": {"S": "yes"},
            "body": {"S": record.model_dump_json()},
        }
    )
    assert rollouts.listed() == ["churn-1"]
    assert rollouts.change("churn-1", lambda r: r.but(recoveries=1)).revision == 2


def test_an_expression_nobody_writes_is_refused(stored: tuple[Table, Any]) -> None:
    """Nothing passes for a condition that was met."""
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    with pytest.raises(NotImplementedError, match="size"):
        stored[0].put_item({"Item": item, "ConditionExpression": "size(pk) < :most"})
    with pytest.raises(Code, match="ConditionalCheckFailed"):
        stored[0].put_item(
            {
                "Item": item,
                "ConditionExpression": "revision = :seen",
                "ExpressionAttributeValues": {":seen": {"N": "1"}},
            }
        )


def test_five_statistics_of_a_metric_are_billed_as_one() -> None:
    """The sixth is another one; other dimensions are another metric."""
    queries = [
        {"MetricStat": {"Metric": {"MetricName": name}, "Stat": str(number)}}
        for name, count in (("ModelLatency", 6), ("Invocations", 1))
        for number in range(count)
    ]
    assert metrics_billed({"MetricDataQueries": queries}) == 3


def test_functions_and_routes_are_the_templates() -> None:
    """Memory decides what a second costs, and the rules who hears an event."""
    given = {
        name: TEMPLATE["Resources"][f"{name.capitalize()}Function"]["Properties"].get(
            "MemorySize", TEMPLATE["Globals"]["Function"]["MemorySize"]
        )
        for name in MEMORY_MEGABYTES
    }
    assert given == MEMORY_MEGABYTES
    assert routes()["Evidence Collected"] == "decider"


def test_the_page_of_costs_is_what_was_counted() -> None:
    """Run `python -m benchmarks.scale.costs` when this fails."""
    assert costs.main(["--check"]) == 0
