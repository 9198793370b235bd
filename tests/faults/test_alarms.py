"""The controller watches itself: each alarm of the stack rings for its cause, reaches on-call, and
clears.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.account import ON_CALL
from emulator.calls import Call, Proceed
from emulator.functions.fleet import Proceed as Invoke
from emulator.functions.invocation import InvocationResult, ProcessKilled
from tests.integration.stage import Stage
from tests.integration.test_commands import deny_moves

pytestmark = pytest.mark.slow


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A good canary at weight 0 under steady traffic, roles enforced; missed-tick has rung for the
    fresh stack.
    """
    with Stage(parameters={"NotificationEmail": ON_CALL}, enforce_iam=True) as ready:
        assert state(ready, "missed-tick") == "OK"
        ready.emulator.messages.clear()
        yield ready


def state(stage: Stage, name: str) -> str:
    """Return the state of one of the stack's own alarms."""
    found = stage.client("cloudwatch").describe_alarms(AlarmNames=[f"canary-{name}"])[
        "MetricAlarms"
    ]
    return str(found[0]["StateValue"])


def paged(stage: Stage, name: str) -> bool:
    """Return whether on-call got a message of that alarm."""
    return any(f'"canary-{name}"' in (message.subject or "") for message in stage.emulator.messages)


def dying(name: str) -> Callable[[str, Any, Invoke], InvocationResult]:
    """Return what kills every invocation of one function."""

    def around(function: str, _event: Any, proceed: Invoke) -> InvocationResult:
        if f"-{name}Function-" in function:
            raise ProcessKilled
        return proceed()

    return around


def test_no_alarm_rings_on_a_good_day(stage: Stage) -> None:
    """A promotion with its refusals, waits and ticks pages nobody."""
    assert stage.finish(stage.start())["status"] == "SUCCEEDED"
    assert not [
        message for message in stage.emulator.messages if '"canary-' in (message.subject or "")
    ]


def test_ticks_that_stop_are_noticed(stage: Stage) -> None:
    """missed-tick rings, data or no data, and is OK again when ticks come back."""
    events = stage.client("events")
    rule = next(
        r["Name"]
        for r in events.list_rules()["Rules"]
        if "CollectorFunctionEveryMinute" in r["Name"]
    )
    events.disable_rule(Name=rule)
    stage.emulator.run_minutes(10)
    assert (state(stage, "missed-tick"), paged(stage, "missed-tick")) == ("ALARM", True)
    events.enable_rule(Name=rule)
    stage.emulator.run_minutes(5)
    assert state(stage, "missed-tick") == "OK"


def test_a_decider_that_dies_is_noticed_and_its_events_are_kept(stage: Stage) -> None:
    """decider-errors rings, and what failed three times lies in the queue of undelivered events."""
    stage.start()
    stage.reach("BAKING", 1)
    stage.emulator.functions.around = dying("Decider")
    stage.emulator.run_minutes(15)
    for name in ("decider-errors", "undelivered"):
        assert (state(stage, name), paged(stage, name)) == ("ALARM", True), name


def test_a_dead_execution_is_noticed(stage: Stage) -> None:
    """dead-execution rings while another one takes the rollout home."""
    execution = stage.start()
    stage.reach("BAKING", 1)
    stage.client("stepfunctions").stop_execution(executionArn=execution, cause="stopped by hand")
    stage.reach_end()
    stage.emulator.run_minutes(2)
    assert paged(stage, "dead-execution")


def test_an_unproven_rollout_rings_until_a_person_has_finished_it(stage: Stage) -> None:
    """Unproven stays up for as long as it is true, and clears after retry has come home."""
    execution = stage.start()
    stage.reach("BAKING", 1)
    denied = deny_moves(stage)
    stage.command("rollback")
    stage.finish(execution, 120)
    stage.emulator.run_minutes(30)
    assert (state(stage, "unproven"), paged(stage, "unproven")) == ("ALARM", True)
    stage.emulator.calls.hooks.remove(denied)
    stage.command("retry")
    stage.reach_end()
    stage.emulator.run_minutes(3)
    assert state(stage, "unproven") == "OK"


def test_a_record_nobody_can_read_hides_no_unproven_rollout(stage: Stage) -> None:
    """The collector fails for the one, and rings for it; the other's alarm rings all the same, and
    ticks go on.
    """
    execution = stage.start()
    stage.reach("BAKING", 1)
    table = stage.outputs["TableName"]
    sick = {
        "pk": {"S": "ROLLOUT#sick"},
        "sk": {"S": "RECORD"},
        "revision": {"N": "1"},
        "active": {"S": "yes"},
    }
    stage.client("dynamodb").put_item(
        TableName=table, Item={**sick, "body": {"S": '{"version": 99}'}}
    )
    deny_moves(stage)
    stage.command("rollback")
    stage.finish(execution, 120)
    stage.emulator.run_minutes(10)
    for name in ("unproven", "collector-errors"):
        assert (state(stage, name), paged(stage, name)) == ("ALARM", True), name
    assert state(stage, "missed-tick") == "OK"


def test_one_dead_tick_pages_nobody(stage: Stage) -> None:
    """The next minute does all that it left undone, so it is no dead letter."""
    once = [dying("Collector")]

    def around(function: str, event: Any, proceed: Invoke) -> InvocationResult:
        return (
            once.pop()(function, event, proceed)
            if once and "-CollectorFunction-" in function
            else proceed()
        )

    stage.emulator.functions.around = around
    stage.emulator.run_minutes(10)
    assert not once
    assert not [
        message for message in stage.emulator.messages if '"canary-' in (message.subject or "")
    ]


def test_messages_that_cannot_be_told_are_noticed(stage: Stage) -> None:
    """Untold rings through CloudWatch's own permission while the decider may not publish."""

    def denied(call: Call, proceed: Proceed) -> Any:
        if call.name == "sns:Publish":
            raise call.error("AuthorizationError", "not authorized", 403)
        return proceed()

    stage.emulator.calls.hooks.append(denied)
    stage.start()
    stage.emulator.run_minutes(10)
    assert (state(stage, "untold"), paged(stage, "untold")) == ("ALARM", True)
    stage.emulator.calls.hooks.remove(denied)
    stage.emulator.run_minutes(3)
    assert any("rollout started" in (message.subject or "") for message in stage.emulator.messages)
