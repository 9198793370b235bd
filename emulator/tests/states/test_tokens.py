"""Task tokens as AWS handles them: one answer, heartbeats, timeouts, and what late answers are
told.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.small_account import SmallAccount

KEEP_TOKEN = """
    def handler(event, context):
        print(event["token"])
        return {"kept": True}
"""
NAMES = ["States.Timeout", "States.HeartbeatTimeout"]


def wait_state(function: str, **more: Any) -> dict[str, Any]:
    """Return a task that gives its token to the function and waits."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}},
        "End": True,
        **more,
    }


def waiting(account: SmallAccount, **more: Any) -> tuple[str, str]:
    """Return an execution that waits for its token, and the token."""
    function = account.function("keeper", KEEP_TOKEN)
    execution = account.start(account.machine({"Wait": wait_state(function, **more)}))
    account.emulator.clock.run_for(1)
    return execution, account.emulator.invocations[-1].logs.strip()


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    """Return the AWS error code."""
    return str(error.value.response["Error"]["Code"])


def test_the_answer_of_a_token_is_the_tasks_result(account: SmallAccount) -> None:
    """SendTaskSuccess ends the wait with its output."""
    execution, token = waiting(account)
    account.emulator.run_minutes(30)
    assert account.describe(execution)["status"] == "RUNNING"
    account.states.send_task_success(taskToken=token, output='{"verdict": "ADVANCE"}')
    assert json.loads(account.finish(execution)["output"]) == {"verdict": "ADVANCE"}


def test_a_second_answer_is_told_that_the_task_is_over(account: SmallAccount) -> None:
    """A duplicate SendTaskSuccess raises TaskTimedOut and changes nothing."""
    execution, token = waiting(account)
    account.states.send_task_success(taskToken=token, output='"first"')
    with pytest.raises(ClientError) as error:
        account.states.send_task_success(taskToken=token, output='"second"')
    assert code_of(error) == "TaskTimedOut"
    assert account.finish(execution)["output"] == '"first"'


def test_an_unknown_token_is_invalid(account: SmallAccount) -> None:
    """A token nobody gave out raises InvalidToken."""
    with pytest.raises(ClientError) as error:
        account.states.send_task_heartbeat(taskToken="made up")
    assert code_of(error) == "InvalidToken"


def test_output_must_be_json(account: SmallAccount) -> None:
    """SendTaskSuccess with text that is not JSON raises InvalidOutput."""
    _, token = waiting(account)
    with pytest.raises(ClientError) as error:
        account.states.send_task_success(taskToken=token, output="plain")
    assert code_of(error) == "InvalidOutput"


def test_a_failure_keeps_its_error_and_cause(account: SmallAccount) -> None:
    """SendTaskFailure reaches the execution with both texts."""
    execution, token = waiting(account)
    account.states.send_task_failure(taskToken=token, error="Refused", cause="because")
    answer = account.finish(execution)
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "Refused", "because")


def test_silence_is_a_heartbeat_timeout(account: SmallAccount) -> None:
    """Without a heartbeat the task fails with States.Timeout after HeartbeatSeconds."""
    execution, _ = waiting(account, HeartbeatSeconds=600, TimeoutSeconds=86400)
    answer = account.finish(execution)
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Timeout")
    assert account.seconds == 600


@pytest.mark.parametrize("borne", NAMES)
@pytest.mark.parametrize("sought", NAMES)
def test_a_missed_heartbeat_is_found_by_either_name(
    account: SmallAccount, borne: str, sought: str
) -> None:
    """Retry and Catch may ask for States.Timeout or States.HeartbeatTimeout; what is caught has the
    name the account was told to give it.
    """
    account.emulator.states.heartbeat_error = borne
    function = account.function("keeper", KEEP_TOKEN)
    catch = [{"ErrorEquals": [sought], "Next": "Caught"}]
    state = wait_state(function, HeartbeatSeconds=60, TimeoutSeconds=900, Catch=catch)
    states = {"Wait": state, "Caught": {"Type": "Succeed"}}
    assert account.output(states) == {"Error": borne, "Cause": ""}


def test_a_heartbeat_starts_the_silence_anew(account: SmallAccount) -> None:
    """SendTaskHeartbeat resets HeartbeatSeconds, and only that."""
    execution, token = waiting(account, HeartbeatSeconds=600, TimeoutSeconds=1500)
    for _ in range(4):
        account.emulator.clock.run_for(300)
        account.states.send_task_heartbeat(taskToken=token)
    answer = account.finish(execution)
    assert (answer["error"], account.seconds) == ("States.Timeout", 1500)


def test_the_answer_after_a_timeout_is_told_so(account: SmallAccount) -> None:
    """A token whose task timed out raises TaskTimedOut."""
    execution, token = waiting(account, HeartbeatSeconds=60)
    account.finish(execution)
    with pytest.raises(ClientError) as error:
        account.states.send_task_success(taskToken=token, output="{}")
    assert code_of(error) == "TaskTimedOut"


def test_the_function_itself_may_answer_its_token(account: SmallAccount) -> None:
    """SendTaskSuccess sent inside the invoked function is taken, with HeartbeatSeconds set too."""
    function = account.function(
        "hasty",
        """
        import boto3

        def handler(event, context):
            client = boto3.client("stepfunctions")
            client.send_task_success(taskToken=event["token"], output='"at once"')
        """,
    )
    assert account.output({"Wait": wait_state(function, HeartbeatSeconds=60)}) == "at once"
    assert account.seconds == 0


def test_an_early_answer_may_be_lost_and_given_again(account: SmallAccount) -> None:
    """Where early answers are lost, the sender is told nothing of it, the task waits on, and the
    first answer after the invocation returned is the result.
    """
    account.emulator.states.tokens.faults.early_lost = True
    function = account.function(
        "hasty",
        """
        import boto3

        def handler(event, context):
            client = boto3.client("stepfunctions")
            client.send_task_success(taskToken=event["token"], output='"early"')
            print(event["token"])
        """,
    )
    execution = account.start(account.machine({"Wait": wait_state(function)}))
    account.emulator.run_minutes(5)
    assert account.describe(execution)["status"] == "RUNNING"
    token = account.emulator.invocations[-1].logs.strip()
    account.states.send_task_success(taskToken=token, output='"again"')
    assert account.finish(execution)["output"] == '"again"'


def test_every_answer_may_come_twice(account: SmallAccount) -> None:
    """Where answers are doubled, the first is taken, and the sender hears that the task is over."""
    account.emulator.states.tokens.faults.doubled = True
    execution, token = waiting(account)
    with pytest.raises(ClientError) as error:
        account.states.send_task_success(taskToken=token, output='"once"')
    assert code_of(error) == "TaskTimedOut"
    assert account.finish(execution)["output"] == '"once"'


def test_a_failing_function_fails_the_waiting_task(account: SmallAccount) -> None:
    """The task of a token fails at once when the function that got the token raises."""
    function = account.function(
        "broken", "def handler(event, context):\n    raise KeyError('no')\n"
    )
    answer = account.run({"Wait": wait_state(function, HeartbeatSeconds=600)})
    assert (answer["error"], account.seconds) == ("KeyError", 0)


def test_every_attempt_has_its_own_token(account: SmallAccount) -> None:
    """A retried task gets a new token; the old one is over."""
    function = account.function("keeper", KEEP_TOKEN)
    retry = [{"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 5, "MaxAttempts": 1}]
    execution = account.start(
        account.machine({"Wait": wait_state(function, HeartbeatSeconds=60, Retry=retry)})
    )
    account.emulator.run_minutes(1.5)
    first, second = (invocation.logs.strip() for invocation in account.emulator.invocations)
    assert first != second
    with pytest.raises(ClientError) as error:
        account.states.send_task_success(taskToken=first, output="1")
    assert code_of(error) == "TaskTimedOut"
    account.states.send_task_success(taskToken=second, output="2")
    assert account.finish(execution)["output"] == "2"
