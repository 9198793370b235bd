"""Functions as AWS runs them: environment, context, errors, timeouts, asynchronous retries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.functions.asynchronous import EventSettings
from emulator.functions.invocation import InvocationResult, ProcessKilled
from emulator.tests.small_account import SmallAccount


def invoke(
    account: SmallAccount, name: str, event: object = None, kind: str = "RequestResponse"
) -> dict[str, Any]:
    """Return the answer of Invoke, its payload read."""
    answer = account.emulator.client("lambda").invoke(
        FunctionName=name, InvocationType=kind, Payload=json.dumps(event or {})
    )
    text = answer["Payload"].read()
    return {**answer, "Payload": json.loads(text) if text else None}


def test_each_function_has_its_own_environment(account: SmallAccount) -> None:
    """os.environ and os.getenv show each function its own variables, in threads it starts too."""
    source = """
        import os
        from concurrent.futures import ThreadPoolExecutor

        AT_IMPORT = os.environ["COLOUR"]

        def handler(event, context):
            os.environ["SECRET"] = AT_IMPORT
            with ThreadPoolExecutor(1) as pool:
                seen = pool.submit(os.getenv, "COLOUR").result()
                return [AT_IMPORT, os.getenv("COLOUR"), seen, os.getenv("SECRET")]
        """
    account.function("one", source, variables={"COLOUR": "red"})
    account.function("two", source, variables={"COLOUR": "blue"})
    assert invoke(account, "one")["Payload"] == ["red"] * 4
    assert invoke(account, "two")["Payload"] == ["blue"] * 4
    assert invoke(account, "one")["Payload"] == ["red"] * 4


def test_each_function_calls_with_its_own_credentials(account: SmallAccount) -> None:
    """boto3's default session is the function's own."""
    source = """
        import boto3

        def handler(event, context):
            return boto3.client("sns")._request_signer._credentials.access_key
        """
    account.function("one", source, role=account.role("first", []))
    account.function("two", source, role=account.role("second", []))
    keys = {invoke(account, name)["Payload"] for name in ("one", "two")}
    assert len(keys) == 2
    assert all(key.startswith("ASIA") for key in keys)


def test_the_module_is_loaded_once_and_stays_warm(account: SmallAccount) -> None:
    """A warm function keeps its module's state; a changed configuration starts cold."""
    source = """
        count = 0

        def handler(event, context):
            global count
            count += 1
            return count
        """
    account.function("warm", source)
    assert [invoke(account, "warm")["Payload"] for _ in range(2)] == [1, 2]
    account.emulator.client("lambda").update_function_configuration(FunctionName="warm", Timeout=7)
    assert invoke(account, "warm")["Payload"] == 1


def test_the_context_is_on_emulated_time(account: SmallAccount) -> None:
    """The context object names the function and counts its time down on the clock."""
    source = """
        from emulator.tests import application

        def handler(event, context):
            before = context.get_remaining_time_in_millis()
            application.sleep(4)
            left = context.get_remaining_time_in_millis()
            return [before, left, context.function_name, context.invoked_function_arn]
        """
    arn = account.function("timed", source, timeout=10)
    assert invoke(account, "timed")["Payload"] == [10_000, 6_000, "timed", arn]
    assert account.seconds == 4


def test_an_exception_is_the_runtimes_error_document(account: SmallAccount) -> None:
    """An unhandled exception answers FunctionError Unhandled with errorType and errorMessage."""
    account.function(
        "broken", "class Odd(Exception): ...\ndef handler(event, context):\n    raise Odd('five')\n"
    )
    answer = invoke(account, "broken")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (answer["Payload"]["errorType"], answer["Payload"]["errorMessage"]) == ("Odd", "five")
    assert "raise Odd" in "".join(answer["Payload"]["stackTrace"])


def test_a_function_ends_at_its_timeout(account: SmallAccount) -> None:
    """A function that outlives its Timeout is killed there, and its sandbox with it."""
    source = """
        from emulator.tests import application
        count = 0

        def handler(event, context):
            global count
            count += 1
            application.sleep(event.get("sleep", 0))
            return count
        """
    account.function("slow", source, timeout=3)
    answer = invoke(account, "slow", {"sleep": 100})
    assert answer["Payload"]["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 3.00 seconds" in answer["Payload"]["errorMessage"]
    assert account.seconds == 3
    assert invoke(account, "slow")["Payload"] == 1


def test_an_answer_that_is_not_json_is_a_marshal_error(account: SmallAccount) -> None:
    """A response that cannot be written as JSON answers Runtime.MarshalError."""
    account.function("set", "def handler(event, context):\n    return {1, 2}\n")
    assert invoke(account, "set")["Payload"]["errorType"] == "Runtime.MarshalError"


def test_a_dead_process_is_an_exit_error(account: SmallAccount) -> None:
    """A process that dies in the handler answers Runtime.ExitError, past every except."""
    account.function("mortal", "def handler(event, context):\n    return 1\n")

    def die(_function: str, _event: object, _proceed: object) -> InvocationResult:
        raise ProcessKilled

    account.emulator.functions.around = die
    assert invoke(account, "mortal")["Payload"]["errorType"] == "Runtime.ExitError"


def test_an_event_is_tried_three_times(account: SmallAccount) -> None:
    """An asynchronous event that fails is tried again after one and after two more minutes."""
    account.function("broken", "def handler(event, context):\n    raise ValueError\n")
    assert invoke(account, "broken", kind="Event")["StatusCode"] == 202
    account.emulator.run_minutes(10)
    starts = [
        (invocation.started - account.emulator.invocations[0].started)
        for invocation in account.emulator.invocations
    ]
    assert [start.total_seconds() for start in starts] == [0, 60, 180]


def test_an_event_given_up_goes_to_its_destination_and_queue(account: SmallAccount) -> None:
    """After the last attempt the on-failure destination gets the record and the dead-letter queue
    the event.
    """
    account.function("broken", "def handler(event, context):\n    raise ValueError('no')\n")
    sqs = account.emulator.client("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("failed", "dead")}
    arn = "arn:aws:sqs:us-east-1:123456789012:"
    account.emulator._queue.settings["broken"] = EventSettings(
        most_retries=1, on_failure_arn=f"{arn}failed", dead_letter_arn=f"{arn}dead"
    )
    invoke(account, "broken", {"n": 1}, kind="Event")
    account.emulator.run_minutes(10)
    record = json.loads(sqs.receive_message(QueueUrl=urls["failed"])["Messages"][0]["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"]["errorMessage"] == "no"
    assert json.loads(sqs.receive_message(QueueUrl=urls["dead"])["Messages"][0]["Body"]) == {"n": 1}


def test_what_a_handler_prints_stays_with_its_invocation(
    account: SmallAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    """Logs are read from the invocation and do not reach the terminal."""
    account.function("talking", "def handler(event, context):\n    print('hello', event['n'])\n")
    invoke(account, "talking", {"n": 1})
    invoke(account, "talking", {"n": 2})
    assert [invocation.logs for invocation in account.emulator.invocations] == [
        "hello 1\n",
        "hello 2\n",
    ]
    assert capsys.readouterr().out == ""


def test_the_application_reads_the_emulated_clock(account: SmallAccount) -> None:
    """An application's own clock, given a time hook, answers with emulated time."""
    account.function(
        "timely",
        (
            "from emulator.tests import application\ndef handler(event, context):\n    return "
            "str(application.utc_now())\n"
        ),
    )
    account.emulator.run_minutes(5)
    assert invoke(account, "timely")["Payload"] == "2026-01-05 08:05:00+00:00"
