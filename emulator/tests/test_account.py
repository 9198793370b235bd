"""The emulated account as a whole: clean beginnings and ends, one writer at a time, calls seen at
one place.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction
from moto.dynamodb.models.table import Table

from emulator import Emulator
from emulator.calls import Call
from emulator.patching import PatchError
from emulator.tests import application
from emulator.tests.small_account import START, SmallAccount


def test_everything_is_put_back() -> None:
    """After an emulator nothing it patched and no thread it started is left."""
    watched: list[Callable[[], object]] = [
        lambda: LambdaFunction.invoke,
        lambda: vars(BaseClient)["_make_api_call"],
        lambda: application.utc_now,
        lambda: application.sleep,
        lambda: boto3._get_default_session,
        lambda: threading.Thread.start,
        lambda: type(os.environ),
        lambda: type(sys.stdout),
        lambda: dict(os.environ),
    ]
    before = [look() for look in watched]
    threads = set(threading.enumerate())
    with Emulator(START, time_hooks=[application.on_clock]) as emulator:
        emulator.clock.spawn(lambda: emulator.clock.sleep(1e6))
        emulator.run_minutes(1)
    assert [look() for look in watched] == before
    assert set(threading.enumerate()) == threads


def test_accounts_one_after_another_share_nothing() -> None:
    """A new emulator starts with an empty account at its own time."""
    for _ in range(2):
        with Emulator(START, time_hooks=[application.on_clock]) as emulator:
            assert emulator.client("sns").list_topics()["Topics"] == []
            emulator.client("sns").create_topic(Name="news")
            assert application.utc_now() == START
            emulator.run_minutes(1)


def test_an_error_inside_the_block_leaves_nothing_either() -> None:
    """An exception in the middle of a run ends the emulator like its regular end."""
    original = vars(BaseClient)["_make_api_call"]
    with pytest.raises(ZeroDivisionError), Emulator(START) as emulator:  # noqa: PT012 -- the block is the subject
        emulator.clock.spawn(lambda: 1 / 0)
        emulator.run_minutes(1)
    assert vars(BaseClient)["_make_api_call"] is original


def test_a_changed_moto_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """When what is patched has gone, opening an emulator raises PatchError with moto's version, and
    cleans up.
    """
    monkeypatch.delattr(LambdaFunction, "invoke")
    original = vars(BaseClient)["_make_api_call"]
    with pytest.raises(PatchError, match=r"moto 5\.2\.5: LambdaFunction\.invoke"), Emulator(START):
        pass
    assert vars(BaseClient)["_make_api_call"] is original


def test_one_of_many_concurrent_conditional_writes_wins(
    account: SmallAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB decides conditional writes one at a time: condition and write are never separated by
    another call.
    """
    client = account.emulator.client("dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    original = Table.get_item
    winners: list[int] = []

    def get_slowly(self: Table, *args: Any, **more: Any) -> Any:
        found = original(self, *args, **more)
        threading.Event().wait(
            0.002
        )  # between condition and write, where another call would get in
        return found

    def race(racer: int) -> None:
        try:
            client.put_item(
                TableName="t",
                Item={"pk": {"S": "1"}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError:
            return
        winners.append(racer)

    monkeypatch.setattr(Table, "get_item", get_slowly)
    racers = [threading.Thread(target=race, args=(racer,)) for racer in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(winners) == 1


def test_a_hook_sees_every_call_and_its_caller(account: SmallAccount) -> None:
    """Calls carry service, operation, parameters and the function they were made by."""
    seen: list[Call] = []

    def watch(call: Call, proceed: Callable[[], Any]) -> Any:
        seen.append(call)
        return proceed()

    account.function(
        "caller",
        "import boto3\ndef handler(event, context):\n    boto3.client('sns').list_topics()\n",
    )
    account.emulator.calls.hooks.append(watch)
    account.emulator.client("lambda").invoke(FunctionName="caller")
    assert [(call.name, call.function) for call in seen] == [
        ("lambda:Invoke", None),
        ("sns:ListTopics", "caller"),
    ]


def test_a_hook_may_refuse_a_call_or_lose_its_answer(account: SmallAccount) -> None:
    """A refused call did nothing; a lost answer is an error after the deed."""
    sns = account.emulator.client("sns")

    def refuse(call: Call, _proceed: Callable[[], Any]) -> Any:
        raise call.error("ThrottlingException", "slow down", 429)

    def lose(call: Call, proceed: Callable[[], Any]) -> Any:
        proceed()
        raise call.error("InternalError", "lost", 500)

    for hook, name in ((refuse, "refused"), (lose, "lost")):
        account.emulator.calls.hooks[:] = [hook]
        with pytest.raises(ClientError):
            sns.create_topic(Name=name)
    account.emulator.calls.hooks.clear()
    assert [topic["TopicArn"].rsplit(":", 1)[-1] for topic in sns.list_topics()["Topics"]] == [
        "lost"
    ]


def test_run_until_asks_every_minute(account: SmallAccount) -> None:
    """run_until ends at the first minute its condition holds, or says that it never did."""
    clock = account.emulator.clock
    assert account.emulator.run_until(lambda: account.seconds >= 150, at_most_minutes=10)
    assert account.seconds == 180
    assert not account.emulator.run_until(lambda: clock.now() < START, at_most_minutes=2)
    assert account.seconds == 300


def test_a_run_is_repeatable(tmp_path: Path) -> None:
    """Two runs of the same account make the same calls at the same moments in the same order."""
    source = """
        import boto3, os
        from emulator.tests import application

        def handler(event, context):
            application.sleep(event["number"])
            boto3.client("sns").publish(TopicArn=event["topic"], Message=context.aws_request_id)
        """

    def journal(folder: Path) -> list[tuple[object, ...]]:
        with Emulator(START, time_hooks=[application.on_clock]) as emulator:
            account = SmallAccount(emulator, folder)
            account.function("speaker", source)
            topic = emulator.client("sns").create_topic(Name="news")["TopicArn"]
            for number in (3, 1, 2, 1):
                event = json.dumps({"number": number, "topic": topic})
                emulator.client("lambda").invoke(
                    FunctionName="speaker", InvocationType="Event", Payload=event
                )
            emulator.run_minutes(1)
            return [(message.at, message.message) for message in emulator.messages]

    first, second = journal(tmp_path / "first"), journal(tmp_path / "second")
    assert len(first) == 4
    assert first == second
