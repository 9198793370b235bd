"""States as AWS runs them: paths, choices, retries, catches, intrinsic functions, Parallel and
Map.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.small_account import SmallAccount


def task(function: str, **more: Any) -> dict[str, Any]:
    """Return a task that invokes the function with the state's input."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "End": True,
        **more,
    }


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


def chosen(account: SmallAccount, rule: dict[str, Any], data: object) -> str:
    """Return which way a Choice with this rule goes."""
    states = {
        "Choose": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": "yes", "End": True},
        "No": {"Type": "Pass", "Result": "no", "End": True},
    }
    return str(account.output(states, data))


def test_a_result_goes_where_its_path_says(account: SmallAccount) -> None:
    """ResultSelector narrows the result and ResultPath puts it into the input."""
    function = account.function(
        "answer", "def handler(event, context):\n    return {'n': event['n'] + 1}\n"
    )
    state = task(function, ResultSelector={"n.$": "$.Payload.n"}, ResultPath="$.deep.result")
    assert account.output({"Call": state}, {"n": 1}) == {"n": 1, "deep": {"result": {"n": 2}}}


def test_a_null_result_path_drops_the_result(account: SmallAccount) -> None:
    """ResultPath null passes the input on."""
    function = account.function("answer", "def handler(event, context):\n    return 5\n")
    assert account.output({"Call": task(function, ResultPath=None)}, {"n": 1}) == {"n": 1}


def test_a_missing_path_is_a_runtime_error(account: SmallAccount) -> None:
    """A path that finds nothing fails the execution with States.Runtime, past every Catch."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.nothing"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        "End": True,
    }
    answer = account.run({"Call": state, "Caught": {"Type": "Succeed"}})
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")


@pytest.mark.parametrize(
    ("rule", "data", "way"),
    [
        ({"Variable": "$.list[0].v", "StringEquals": "x"}, {"list": [{"v": "x"}]}, "yes"),
        ({"Variable": "$.v", "NumericGreaterThan": 2}, {"v": 3}, "yes"),
        ({"Variable": "$.v", "NumericEquals": 1}, {"v": "1"}, "no"),
        ({"Variable": "$.v", "BooleanEquals": False}, {"v": False}, "yes"),
        ({"Variable": "$.v", "IsPresent": True}, {}, "no"),
        ({"Variable": "$.v", "IsNull": True}, {"v": None}, "yes"),
        ({"Variable": "$.v", "StringMatches": "a*c"}, {"v": "abbc"}, "yes"),
        ({"Variable": "$.a", "NumericLessThanPath": "$.b"}, {"a": 1, "b": 2}, "yes"),
        (
            {"Variable": "$.t", "TimestampLessThan": "2026-01-01T00:00:00Z"},
            {"t": "2025-12-31T00:00:00Z"},
            "yes",
        ),
        ({"Not": {"Variable": "$.v", "StringEquals": "x"}}, {"v": "y"}, "yes"),
        (
            {
                "And": [
                    {"Variable": "$.v", "IsPresent": True},
                    {"Variable": "$.v", "StringEquals": "x"},
                ]
            },
            {},
            "no",
        ),
        (
            {"Or": [{"Variable": "$.v", "IsString": True}, {"Variable": "$.v", "IsNumeric": True}]},
            {"v": 1},
            "yes",
        ),
    ],
)
def test_a_choice_follows_its_rule(
    account: SmallAccount, rule: dict[str, Any], data: object, way: str
) -> None:
    """Each comparison operator goes the way AWS goes."""
    assert chosen(account, rule, data) == way


def test_no_rule_and_no_default_fails(account: SmallAccount) -> None:
    """A Choice without a matching rule or Default raises States.NoChoiceMatched."""
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.v", "IsNull": True, "Next": "Yes"}],
        },
        "Yes": {"Type": "Succeed"},
    }
    assert account.run(states, {"v": 1})["error"] == "States.NoChoiceMatched"


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


def test_task_failed_takes_a_heartbeat_but_no_timeout(account: SmallAccount) -> None:
    """States.TaskFailed matches every task error but States.Timeout."""
    function = account.function("silent", "def handler(event, context):\n    pass\n")
    state = task(
        function,
        Catch=[{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}],
        TimeoutSeconds=100,
    )
    state["Resource"] += ".waitForTaskToken"
    caught = {"Caught": {"Type": "Succeed"}}
    assert (
        account.run({"Call": state | {"HeartbeatSeconds": 10}, **caught}, name="beats")["status"]
        == "SUCCEEDED"
    )
    assert account.run({"Call": state, **caught}, name="times")["error"] == "States.Timeout"


def test_a_fail_state_reads_error_and_cause_from_paths(account: SmallAccount) -> None:
    """ErrorPath and CausePath are paths or intrinsic functions."""
    state = {"Type": "Fail", "ErrorPath": "$.error", "CausePath": "States.Format('at {}', $.step)"}
    answer = account.run({"End": state}, {"error": "RolledBack", "step": 2})
    assert (answer["error"], answer["cause"]) == ("RolledBack", "at 2")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("States.Format('{}-{}', $.name, 2)", "a-2"),
        (r"States.Format('\{{}\}', $.name)", "{a}"),
        (r"States.Format('it\'s {}', $.name)", "it's a"),
        ("States.Array(1, $.name, true, null)", [1, "a", True, None]),
        ("States.ArrayLength($.list)", 3),
        ("States.ArrayContains($.list, 2)", True),
        ("States.ArrayGetItem($.list, 1)", 2),
        ("States.ArrayPartition($.list, 2)", [[1, 2], [3]]),
        ("States.ArrayRange(1, 7, 3)", [1, 4, 7]),
        ("States.StringToJson($.text)", {"x": 1}),
        ("States.JsonToString($.list)", "[1,2,3]"),
        ("States.MathAdd($.list[0], -3)", -2),
        ("States.StringSplit('a,b', ',')", ["a", "b"]),
        ("States.Base64Decode(States.Base64Encode($.name))", "a"),
        (
            "States.Hash($.name, 'SHA-256')",
            "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        ),
        ("$.list[*]", [1, 2, 3]),
        ("$$.State.Name", "Fill"),
        ("$$.StateMachine.Name", "machine"),
    ],
)
def test_an_intrinsic_function_gives_its_value(
    account: SmallAccount, expression: str, expected: object
) -> None:
    """Payload templates evaluate paths, the context object and intrinsic functions."""
    data = {"name": "a", "list": [1, 2, 3], "text": '{"x": 1}'}
    state = {"Type": "Pass", "Parameters": {"value.$": expression}, "End": True}
    assert account.output({"Fill": state}, data) == {"value": expected}


def test_a_wait_takes_its_time_from_the_input(account: SmallAccount) -> None:
    """SecondsPath and Timestamp wait in emulated time."""
    states = {
        "First": {"Type": "Wait", "SecondsPath": "$.wait", "Next": "Second"},
        "Second": {"Type": "Wait", "Timestamp": "2026-01-05T09:00:00Z", "End": True},
    }
    account.output(states, {"wait": 90})
    assert account.seconds == 3600


def test_a_map_runs_its_items_side_by_side(account: SmallAccount) -> None:
    """An inline Map keeps the order of items and runs MaxConcurrency of them at once."""
    processor = {
        "StartAt": "Pause",
        "States": {"Pause": {"Type": "Wait", "SecondsPath": "$.wait", "End": True}},
    }
    state = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemSelector": {"wait.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index"},
        "MaxConcurrency": 2,
        "ItemProcessor": processor,
        "End": True,
    }
    answer = account.output({"Each": state}, {"items": [30, 10, 10]})
    assert answer == [{"wait": 30, "at": 0}, {"wait": 10, "at": 1}, {"wait": 10, "at": 2}]
    assert account.seconds == 30


def test_a_map_reads_its_concurrency_from_its_input(account: SmallAccount) -> None:
    """MaxConcurrencyPath selects how many items run at once; anything but a whole number fails the
    state.
    """
    processor = {
        "StartAt": "Pause",
        "States": {"Pause": {"Type": "Wait", "SecondsPath": "$", "End": True}},
    }
    state = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrencyPath": "$.most",
        "ItemProcessor": processor,
        "ResultPath": None,
        "End": True,
    }
    given = {"items": [10, 10, 10], "most": 1}
    assert account.output({"Each": state}, given) == given
    assert account.seconds == 30
    assert account.run({"Each": state}, {"items": [10], "most": "two"})["error"] == "States.Runtime"


def test_a_failing_branch_ends_the_others(account: SmallAccount) -> None:
    """Parallel fails with the first error; the other branches are not waited for."""
    branches = [
        {"StartAt": "Long", "States": {"Long": {"Type": "Wait", "Seconds": 1000, "End": True}}},
        {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "Bad"}}},
    ]
    answer = account.run({"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    assert (answer["error"], account.seconds) == ("Bad", 0)


def test_a_task_times_out_while_its_function_goes_on(account: SmallAccount) -> None:
    """TimeoutSeconds of a Task raises States.Timeout; the function itself runs to its own end."""
    account.function(
        "slow", "from canary import wiring\ndef handler(event, context):\n    wiring.sleep(50)\n"
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


def test_more_data_than_a_state_may_hold_fails(account: SmallAccount) -> None:
    """Output over 262,144 bytes raises States.DataLimitExceeded."""
    function = account.function("large", "def handler(event, context):\n    return 'x' * 300_000\n")
    assert account.run({"Call": task(function)})["error"] == "States.DataLimitExceeded"
