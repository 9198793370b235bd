"""Tasks as AWS runs them: retries, catches, timeouts, other services."""

from __future__ import annotations

from emulator.tests.small_account import SmallAccount
from emulator.tests.states.written import SLEEPING, task


def failing(account: SmallAccount, times: int = 99, error: str = "ValueError") -> str:
    """Return a function that fails so many times, then answers."""
    return account.function(
        "failing",
        f"""
        left = {times}

        def handler(event, context):
            global left
            left -= 1
            if left >= 0:
                raise {error}("bad")
            return "well"
        """,
    )


def test_retries_back_off_in_emulated_time(account: SmallAccount) -> None:
    """Retry waits IntervalSeconds, times BackoffRate, up to MaxDelaySeconds, and then tries
    again.
    """
    retry = [
        {
            "ErrorEquals": ["ValueError"],
            "IntervalSeconds": 10,
            "BackoffRate": 3,
            "MaxAttempts": 3,
            "MaxDelaySeconds": 60,
        }
    ]
    answer = account.output(
        {"Call": task(failing(account, 3), Retry=retry, OutputPath="$.Payload")}
    )
    assert (answer, account.seconds) == ("well", 10 + 30 + 60)


def test_spent_retries_go_on_to_the_catch(account: SmallAccount) -> None:
    """When the attempts are used up the error is caught, with Error and Cause at the Catch's
    ResultPath.
    """
    states = {
        "Call": task(
            failing(account),
            Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}],
            Catch=[{"ErrorEquals": ["ValueError"], "ResultPath": "$.caught", "Next": "Caught"}],
        ),
        "Caught": {"Type": "Pass", "OutputPath": "$", "End": True},
    }
    answer = account.output(states, {"kept": 1})
    assert (answer["kept"], answer["caught"]["Error"]) == (1, "ValueError")
    assert '"errorMessage": "bad"' in answer["caught"]["Cause"]
    assert len(account.emulator.invocations) == 3


def test_task_failed_takes_no_timeout(account: SmallAccount) -> None:
    """States.TaskFailed matches every task error but States.Timeout, a missed heartbeat so named
    too.
    """
    function = account.function("silent", "def handler(event, context):\n    pass\n")
    state = task(
        function,
        Catch=[{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}],
        TimeoutSeconds=100,
    )
    state["Resource"] += ".waitForTaskToken"
    caught = {"Caught": {"Type": "Succeed"}}
    beats = {"Call": state | {"HeartbeatSeconds": 10}, **caught}
    assert account.run({"Call": state, **caught}, name="times")["error"] == "States.Timeout"
    assert account.run(beats, name="beats")["error"] == "States.Timeout"
    account.emulator.states.heartbeat_error = "States.HeartbeatTimeout"
    assert account.run(beats, name="named")["status"] == "SUCCEEDED"


def test_a_task_times_out_while_its_function_goes_on(account: SmallAccount) -> None:
    """TimeoutSeconds of a Task raises States.Timeout; the function itself runs to its own end."""
    account.function(
        "slow",
        SLEEPING.format(50),
    )
    answer = account.run({"Call": task("slow", TimeoutSeconds=20)})
    assert (answer["error"], account.seconds) == ("States.Timeout", 20)
    account.emulator.run_minutes(1)
    assert [invocation.error for invocation in account.emulator.invocations] == [""]


def test_another_service_is_called_under_its_own_name(account: SmallAccount) -> None:
    """An aws-sdk task answers with PascalCase members, times as text, and names errors as AWS
    does.
    """
    account.emulator.client("sns").create_topic(Name="news")
    listing = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sns:listTopics",
        "Parameters": {},
        "End": True,
    }
    assert account.output({"List": listing})["Topics"][0]["TopicArn"].endswith(":news")
    missing = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:describeEndpoint",
        "Parameters": {"EndpointName": "none"},
        "End": True,
    }
    assert account.run({"Look": missing}, name="look")["error"] == "SageMaker.SageMakerException"
