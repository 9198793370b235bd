"""Executions as AWS handles them: names, stops, timeouts, redrives and the events that tell of
them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.small_account import START, SmallAccount
from emulator.tests.states.written import SLEEPING

DAY: dict[str, Any] = {"Pause": {"Type": "Wait", "Seconds": 86400, "End": True}}
FLAKY = """
    import boto3, json

    def handler(event, context):
        if not event.get("well"):
            raise RuntimeError("not yet")
        return event
"""


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    """Return the AWS error code."""
    return str(error.value.response["Error"]["Code"])


def test_stopping_takes_effect_at_once_in_any_wait(account: SmallAccount) -> None:
    """StopExecution aborts a waiting execution now, with error and cause."""
    execution = account.start(account.machine(DAY))
    account.emulator.run_minutes(1)
    account.states.stop_execution(executionArn=execution, error="Stopped", cause="by a person")
    answer = account.describe(execution)
    assert (answer["status"], answer["error"], answer["cause"]) == (
        "ABORTED",
        "Stopped",
        "by a person",
    )
    assert (answer["stopDate"] - START).total_seconds() == 60


def test_a_stopped_execution_does_nothing_more(account: SmallAccount) -> None:
    """What an execution had still to do is not done once it was stopped."""
    account.function("late", "def handler(event, context):\n    return {}\n")
    states = {
        "Pause": {"Type": "Wait", "Seconds": 60, "Next": "Call"},
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "late"},
            "End": True,
        },
    }
    execution = account.start(account.machine(states))
    account.states.stop_execution(executionArn=execution)
    account.emulator.run_minutes(5)
    assert account.emulator.invocations == []


def test_the_machines_timeout_bypasses_every_catch(account: SmallAccount) -> None:
    """TimeoutSeconds of the machine ends it TIMED_OUT, even inside a Task that catches
    everything.
    """
    account.function(
        "slow",
        SLEEPING.format(500),
        timeout=900,
    )
    states = {
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "slow"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
            "End": True,
        },
        "Caught": {"Type": "Succeed"},
    }
    answer = account.run(states, TimeoutSeconds=120)
    assert (answer["status"], account.seconds) == ("TIMED_OUT", 120)


def test_an_unnamed_execution_gets_a_name_of_its_own(account: SmallAccount) -> None:
    """Two unnamed executions run side by side under different names."""
    machine = account.machine(DAY)
    first, second = account.start(machine), account.start(machine)
    names = {account.describe(arn)["name"] for arn in (first, second)}
    assert len(names) == 2
    assert all(len(name) == 36 for name in names)


def test_starting_the_same_again_while_it_runs_is_idempotent(account: SmallAccount) -> None:
    """Same name and same input of a running execution answers with that execution."""
    machine = account.machine(DAY)
    assert account.start(machine, {"a": 1}, name="one") == account.start(
        machine, {"a": 1}, name="one"
    )


@pytest.mark.parametrize("ended", [True, False])
def test_a_used_name_is_refused(account: SmallAccount, *, ended: bool) -> None:
    """Another input, or an execution that ended, makes the name taken."""
    machine = account.machine(DAY)
    execution = account.start(machine, {"a": 1}, name="one")
    if ended:
        account.states.stop_execution(executionArn=execution)
    with pytest.raises(ClientError) as error:
        account.start(machine, {"a": 1} if ended else {"a": 2}, name="one")
    assert code_of(error) == "ExecutionAlreadyExists"


def test_an_execution_that_never_was_does_not_exist(account: SmallAccount) -> None:
    """DescribeExecution of an unknown name raises ExecutionDoesNotExist."""
    machine = account.machine(DAY)
    with pytest.raises(ClientError) as error:
        account.describe(machine.replace(":stateMachine:", ":execution:") + ":ghost")
    assert code_of(error) == "ExecutionDoesNotExist"


def test_a_redrive_resumes_at_the_failed_state_with_its_old_input(account: SmallAccount) -> None:
    """RedriveExecution runs the failed state again with what it had, under the same ARN, and
    counts.
    """
    function = account.function("flaky", FLAKY)
    states = {
        "Mark": {"Type": "Pass", "Result": {"mark": 1}, "Next": "Call"},
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {
                "FunctionName": function,
                "Payload": {"well.$": "$$.Execution.RedriveCount", "seen.$": "$"},
            },
            "OutputPath": "$.Payload",
            "End": True,
        },
    }
    execution = account.start(account.machine(states))
    assert account.finish(execution)["error"] == "RuntimeError"
    account.states.redrive_execution(executionArn=execution)
    answer = account.finish(execution)
    assert json.loads(answer["output"]) == {"well": 1, "seen": {"mark": 1}}
    assert (answer["redriveCount"], answer["redriveStatus"]) == (1, "NOT_REDRIVABLE")


def test_a_running_execution_cannot_be_redriven(account: SmallAccount) -> None:
    """RedriveExecution of a running execution raises ExecutionNotRedrivable."""
    execution = account.start(account.machine(DAY))
    with pytest.raises(ClientError) as error:
        account.states.redrive_execution(executionArn=execution)
    assert code_of(error) == "ExecutionNotRedrivable"


def test_a_change_of_status_is_an_event(account: SmallAccount) -> None:
    """EventBridge gets one event per status, in AWS's shape."""
    execution = account.start(
        account.machine({"End": {"Type": "Fail", "Error": "Refused", "Cause": "why"}}), {"a": 1}
    )
    account.finish(execution)
    events = [event for event in account.emulator.bus.events if event["source"] == "aws.states"]
    assert [event["detail"]["status"] for event in events] == ["RUNNING", "FAILED"]
    last = events[-1]
    assert last["detail-type"] == "Step Functions Execution Status Change"
    assert last["resources"] == [execution]
    assert last["time"] == "2026-01-05T08:00:00Z"
    detail = last["detail"]
    assert (detail["error"], detail["cause"], detail["input"]) == ("Refused", "why", '{"a": 1}')
    assert detail["startDate"] == detail["stopDate"] == int(START.timestamp() * 1000)


def test_an_updated_machine_leaves_running_executions_alone(account: SmallAccount) -> None:
    """UpdateStateMachine counts for executions started after it."""
    machine = account.machine(
        {"Pause": {"Type": "Wait", "Seconds": 60, "Next": "Old"}, "Old": {"Type": "Succeed"}}
    )
    execution = account.start(machine)
    account.emulator.clock.run_for(1)
    new = json.dumps({"StartAt": "New", "States": {"New": {"Type": "Fail", "Error": "New"}}})
    account.states.update_state_machine(stateMachineArn=machine, definition=new)
    assert account.finish(execution)["status"] == "SUCCEEDED"
    assert account.finish(account.start(machine))["status"] == "FAILED"


@pytest.mark.parametrize(
    "states",
    [
        {"A": {"Type": "Pass", "Next": "Nowhere"}},
        {"A": {"Type": "Pass"}},
        {"A": {"Type": "Pass", "End": True, "Retries": []}},
        {"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsOdd": True, "Next": "A"}]}},
    ],
)
def test_a_wrong_definition_is_refused_at_creation(
    account: SmallAccount, states: dict[str, Any]
) -> None:
    """A missing target, a missing Next, an unknown field or operator raises InvalidDefinition."""
    with pytest.raises(ClientError) as error:
        account.machine(states)
    assert code_of(error) == "InvalidDefinition"


def test_a_task_of_another_partition_is_refused_where_it_runs(account: SmallAccount) -> None:
    """`arn:aws` is not at home in GovCloud: the definition is taken, the task fails."""
    call: dict[str, Any] = {
        "Type": "Task",
        "Resource": "arn:aws-us-gov:states:::lambda:invoke",
        "Parameters": {"FunctionName": account.function("echo", FLAKY)},
        "End": True,
    }
    answer = account.finish(account.start(account.machine({"Call": call})))
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert "Expected 'aws', was 'aws-us-gov'" in answer["cause"]
