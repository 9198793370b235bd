"""States as AWS runs them: paths, choices, waits, intrinsic functions, the size of their data."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.tests.small_account import SmallAccount
from emulator.tests.states.written import task


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


def test_more_data_than_a_state_may_hold_fails(account: SmallAccount) -> None:
    """Output over 262,144 bytes raises States.DataLimitExceeded."""
    function = account.function("large", "def handler(event, context):\n    return 'x' * 300_000\n")
    assert account.run({"Call": task(function)})["error"] == "States.DataLimitExceeded"
