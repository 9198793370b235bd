"""The history counts as AWS counts: every event of a state, a task, its attempts and its items.

Each list is what AWS itself recorded for the same shape of state, as the snapshots of LocalStack's
tests hold it (tests/aws/services/stepfunctions/v2, tests marked as validated against AWS).
"""

from __future__ import annotations

from typing import Any

from emulator.tests.small_account import SmallAccount
from emulator.tests.states.written import task

WAITING = "arn:aws:states:::lambda:invoke.waitForTaskToken"
ANSWERING = "def handler(event, context):\n    return 1\n"


def kinds(account: SmallAccount, execution: str) -> list[str]:
    """Return the types of an execution's events, in order."""
    events = account.states.get_execution_history(executionArn=execution)["events"]
    return [event["type"] for event in events]


def told(account: SmallAccount, states: dict[str, Any], data: object = None) -> list[str]:
    """Return the types of the events of a run of these states, start and end left out."""
    execution = account.start(account.machine(states), data)
    account.finish(execution)
    return kinds(account, execution)[1:-1]


def test_the_history_tells_what_happened(account: SmallAccount) -> None:
    """GetExecutionHistory lists the states entered and left, in order."""
    execution = account.start(
        account.machine({"Pause": {"Type": "Wait", "Seconds": 5, "End": True}})
    )
    account.finish(execution)
    events = account.states.get_execution_history(executionArn=execution)["events"]
    kinds = [event["type"] for event in events]
    assert kinds == [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]
    assert (events[2]["timestamp"] - events[1]["timestamp"]).total_seconds() == 5


def test_a_task_is_five_events(account: SmallAccount) -> None:
    """Entered, scheduled, started, succeeded, exited."""
    function = account.function("answer", ANSWERING)
    assert told(account, {"Call": task(function)}) == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
    ]


def test_every_attempt_of_a_task_is_three_events(account: SmallAccount) -> None:
    """Scheduled, started and how it ended, each time."""
    function = account.function("bad", "def handler(event, context):\n    raise ValueError\n")
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    attempt = ["TaskScheduled", "TaskStarted", "TaskFailed"]
    assert told(account, {"Call": task(function, Retry=retry)}) == [
        "TaskStateEntered",
        *attempt,
        *attempt,
    ]


def test_a_task_that_waits_is_submitted_when_its_function_returned(account: SmallAccount) -> None:
    """One event more; one that was silent for too long has timed out, under AWS's name for it."""
    function = account.function("answer", ANSWERING)
    state = task(function, HeartbeatSeconds=60) | {"Resource": WAITING}
    execution = account.start(account.machine({"Call": state}))
    account.finish(execution)
    assert kinds(account, execution)[1:-1] == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskTimedOut",
    ]
    last = account.states.get_execution_history(executionArn=execution)["events"][-2]
    assert last["taskTimedOutEventDetails"] == {
        "resource": "invoke.waitForTaskToken",
        "resourceType": "lambda",
        "error": "States.Timeout",
    }


def test_a_map_counts_itself_and_every_item(account: SmallAccount) -> None:
    """Started and succeeded, the map and each of its items, around the events of the item's own
    states.
    """
    inner = {"Item": {"Type": "Pass", "End": True}}
    state = {
        "Type": "Map",
        "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "Item", "States": inner},
        "End": True,
    }
    item = [
        "MapIterationStarted",
        "PassStateEntered",
        "PassStateExited",
        "MapIterationSucceeded",
    ]
    assert told(account, {"Each": state}, [1, 2]) == [
        "MapStateEntered",
        "MapStateStarted",
        *item,
        *item,
        "MapStateSucceeded",
        "MapStateExited",
    ]


def test_a_failing_item_fails_its_map(account: SmallAccount) -> None:
    """The item's failure is told, then the map's."""
    inner = {"Item": {"Type": "Fail", "Error": "Bad"}}
    state = {"Type": "Map", "ItemProcessor": {"StartAt": "Item", "States": inner}, "End": True}
    assert told(account, {"Each": state}, [1]) == [
        "MapStateEntered",
        "MapStateStarted",
        "MapIterationStarted",
        "FailStateEntered",
        "MapIterationFailed",
        "MapStateFailed",
    ]


def test_items_that_a_failing_one_ends_are_aborted(account: SmallAccount) -> None:
    """Each tells the state it was in, then itself."""
    inner = {
        "Which": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Bad"}],
            "Default": "Long",
        },
        "Bad": {"Type": "Fail", "Error": "Bad"},
        "Long": {"Type": "Wait", "Seconds": 60, "End": True},
    }
    state = {"Type": "Map", "ItemProcessor": {"StartAt": "Which", "States": inner}, "End": True}
    assert told(account, {"Each": state}, [0, 1])[-4:] == [
        "MapIterationFailed",
        "WaitStateAborted",
        "MapIterationAborted",
        "MapStateFailed",
    ]


def test_an_execution_fails_where_its_history_is_full(account: SmallAccount) -> None:
    """25,000 events, and no more."""
    states = {
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Again"},
        "Again": {"Type": "Pass", "Next": "Pause"},
    }
    execution = account.start(account.machine(states))
    assert account.finish(execution)["error"] == "States.Runtime"
    assert len(kinds(account, execution)) == 25_000
