"""EventBridge and SNS as AWS deliver: patterns, targets, schedules, permissions, at least once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from emulator.events.bus import Passage
from emulator.tests.small_account import SmallAccount

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
ECHO = "def handler(event, context):\n    return event\n"


def rule(
    account: SmallAccount, target: str, pattern: object = None, name: str = "rule", **more: Any
) -> None:
    """Make a rule with one target, and let it invoke a function target."""
    events = account.emulator.client("events")
    given = {"EventPattern": json.dumps(pattern)} if pattern is not None else {}
    schedule = {"ScheduleExpression": more.pop("schedule")} if "schedule" in more else {}
    arn = events.put_rule(Name=name, **given, **schedule)["RuleArn"]
    if ":lambda:" in target and more.pop("permit", True):
        account.emulator.client("lambda").add_permission(
            FunctionName=target,
            StatementId=f"from-{name}",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=arn,
        )
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target, **more}])


def put(account: SmallAccount, detail: Mapping[str, Any], kind: str = "Thing") -> Any:
    """Put one event of the application's own."""
    entry = {"Source": "the-shop", "DetailType": kind, "Detail": json.dumps(detail)}
    return account.emulator.client("events").put_events(Entries=[entry])


def received(account: SmallAccount) -> list[Any]:
    """Return the events that functions got."""
    return [invocation.event for invocation in account.emulator.invocations]


def test_a_function_gets_the_whole_event(account: SmallAccount) -> None:
    """A matching event reaches its function in the envelope AWS uses, with an ISO time."""
    rule(account, account.function("echo", ECHO), {"source": ["the-shop"]})
    account.emulator.run_minutes(2)
    put(account, {"n": 1})
    account.emulator.clock.run_for(1)
    (event,) = received(account)
    assert event["detail"] == {"n": 1}
    assert (event["detail-type"], event["time"], event["version"]) == (
        "Thing",
        "2026-01-05T08:02:00Z",
        "0",
    )
    assert (event["account"], event["region"]) == ("123456789012", "us-east-1")


@pytest.mark.parametrize(
    ("pattern", "takes"),
    [
        ({"detail": {"name": [{"prefix": "churn-"}]}}, True),
        ({"detail": {"name": [{"prefix": ""}]}}, True),
        ({"detail": {"name": [{"anything-but": ["churn-prod"]}]}}, False),
        ({"detail": {"other": [{"exists": False}]}}, True),
        ({"detail": {"n": [{"numeric": [">", 3]}]}}, True),
        ({"detail-type": ["Another"]}, False),
    ],
)
def test_a_pattern_takes_what_it_describes(
    account: SmallAccount, pattern: object, *, takes: bool
) -> None:
    """Only matching events reach the target."""
    rule(account, account.function("echo", ECHO), pattern)
    put(account, {"name": "churn-prod", "n": 5})
    account.emulator.clock.run_for(1)
    assert bool(received(account)) is takes


def test_a_state_machine_is_started_with_the_event(account: SmallAccount) -> None:
    """A state machine target starts an execution whose input is the event."""
    machine = account.machine({"End": {"Type": "Pass", "End": True}})
    rule(
        account,
        machine,
        {"source": ["the-shop"]},
        RoleArn="arn:aws:iam::123456789012:role/machine",
    )
    put(account, {"n": 1})
    account.emulator.clock.run_for(1)
    (execution,) = account.states.list_executions(stateMachineArn=machine)["executions"]
    assert json.loads(account.describe(execution["executionArn"])["input"])["detail"] == {"n": 1}


def test_topics_and_queues_are_reached(account: SmallAccount) -> None:
    """SNS and SQS targets get the event as text."""
    topic = account.emulator.client("sns").create_topic(Name="news")["TopicArn"]
    url = account.emulator.client("sqs").create_queue(QueueName="queue")["QueueUrl"]
    rule(account, topic, {"source": ["the-shop"]}, "to-topic")
    rule(account, ARN.format("sqs", "queue"), {"source": ["the-shop"]}, "to-queue")
    put(account, {"n": 1})
    account.emulator.clock.run_for(1)
    assert json.loads(account.emulator.messages[0].message)["detail"] == {"n": 1}
    assert json.loads(
        account.emulator.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"]
    )


def test_a_target_may_get_a_constant_or_a_transformed_input(account: SmallAccount) -> None:
    """Input, InputPath and InputTransformer replace the event."""
    function = account.function("echo", ECHO)
    source = {"source": ["the-shop"]}
    rule(account, function, source, "constant", Input='{"fixed": true}')
    rule(account, function, source, "path", InputPath="$.detail")
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"number": <n>}'}
    rule(account, function, source, "transformed", InputTransformer=transformer)
    put(account, {"n": 1})
    account.emulator.clock.run_for(1)
    assert received(account) == [{"fixed": True}, {"n": 1}, {"number": 1}]


def test_a_schedule_fires_every_minute(account: SmallAccount) -> None:
    """rate(1 minute) sends a Scheduled Event each minute and takes no other event."""
    rule(account, account.function("tick", ECHO), schedule="rate(1 minute)")
    put(account, {"n": 1})
    account.emulator.run_minutes(3)
    assert [event["time"][11:16] for event in received(account)] == ["08:01", "08:02", "08:03"]
    assert {event["detail-type"] for event in received(account)} == {"Scheduled Event"}
    assert {event["source"] for event in received(account)} == {"aws.events"}


@pytest.mark.parametrize(
    ("expression", "times"),
    [("rate(2 minutes)", ["08:02", "08:04"]), ("cron(3/2 8 * * ? *)", ["08:03", "08:05"])],
)
def test_a_schedule_keeps_its_expression(
    account: SmallAccount, expression: str, times: list[str]
) -> None:
    """rate(n minutes) and cron(...) fire at their own minutes."""
    rule(account, account.function("tick", ECHO), schedule=expression)
    account.emulator.run_minutes(5)
    assert [event["time"][11:16] for event in received(account)] == times


def test_a_disabled_rule_is_silent(account: SmallAccount) -> None:
    """DisableRule stops events and schedules."""
    rule(account, account.function("tick", ECHO), schedule="rate(1 minute)")
    account.emulator.client("events").disable_rule(Name="rule")
    account.emulator.run_minutes(3)
    assert received(account) == []


def test_a_function_without_permission_is_not_invoked(account: SmallAccount) -> None:
    """Without a resource policy for the rule the event is lost, and the loss can be read."""
    rule(account, account.function("echo", ECHO), {"source": ["the-shop"]}, permit=False)
    put(account, {"n": 1})
    account.emulator.clock.run_for(1)
    assert received(account) == []
    assert "has no permission" in account.emulator.bus.undelivered[0][1]


def test_an_undeliverable_event_goes_to_the_targets_queue(account: SmallAccount) -> None:
    """The target's dead-letter queue gets what the target did not."""
    url = account.emulator.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    gone = ARN.format("states", "stateMachine:gone")
    rule(
        account,
        gone,
        {"source": ["the-shop"]},
        DeadLetterConfig={"Arn": ARN.format("sqs", "dead")},
    )
    put(account, {"n": 1})
    account.emulator.clock.run_for(1)
    body = account.emulator.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"]
    assert json.loads(body)["detail"] == {"n": 1}


def test_nobody_speaks_for_aws(account: SmallAccount) -> None:
    """PutEvents refuses sources of AWS itself."""
    entry = {"Source": "aws.cloudwatch", "DetailType": "x", "Detail": "{}"}
    answer = account.emulator.client("events").put_events(Entries=[entry])
    assert (answer["FailedEntryCount"], answer["Entries"][0]["ErrorCode"]) == (
        1,
        "NotAuthorizedForSourceException",
    )


def test_deliveries_can_be_doubled_dropped_and_delayed(account: SmallAccount) -> None:
    """The plan decides how often and when each delivery happens."""
    rule(account, account.function("echo", ECHO), {"source": ["the-shop"]})
    plans: dict[int, tuple[float, ...]] = {1: (0, 0), 2: (), 3: (90,)}

    def plan(passage: Passage) -> tuple[float, ...]:
        return plans[passage.event["detail"]["n"]]

    account.emulator.bus.plan = plan
    for number in (3, 2, 1):
        put(account, {"n": number})
    account.emulator.run_minutes(3)
    assert [event["detail"]["n"] for event in received(account)] == [1, 1, 3]


def test_an_aws_event_reaches_the_same_rules(account: SmallAccount) -> None:
    """Events of AWS services go through the rules of the default bus."""
    rule(
        account,
        account.function("echo", ECHO),
        {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"]}},
    )
    execution = account.start(account.machine({"End": {"Type": "Succeed"}}))
    account.finish(execution)
    account.emulator.clock.run_for(1)
    assert [event["detail"]["executionArn"] for event in received(account)] == [execution]


def test_messages_are_read_in_emulated_time(account: SmallAccount) -> None:
    """A published message is kept with its moment, subject and attributes."""
    sns = account.emulator.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    account.emulator.run_minutes(1)
    attributes = {"kind": {"DataType": "String", "StringValue": "ROLLED_BACK"}}
    sns.publish(TopicArn=topic, Subject="Rolled back", Message="text", MessageAttributes=attributes)
    (message,) = account.emulator.messages
    assert (message.subject, message.message, message.attributes) == (
        "Rolled back",
        "text",
        {"kind": "ROLLED_BACK"},
    )
    assert message.at == account.emulator.clock.now()


def test_subscribers_are_reached(account: SmallAccount) -> None:
    """Queues and functions subscribed to a topic get each message; a filter policy holds others
    back.
    """
    sns = account.emulator.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=account.function("echo", ECHO))
    url = account.emulator.client("sqs").create_queue(QueueName="queue")["QueueUrl"]
    policy = {"FilterPolicy": json.dumps({"kind": ["ROLLED_BACK"]})}
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=ARN.format("sqs", "queue"), Attributes=policy
    )
    for kind in ("PROMOTED", "ROLLED_BACK"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=topic, Message=kind, MessageAttributes=attributes)
    account.emulator.clock.run_for(1)
    assert [event["Records"][0]["Sns"]["Message"] for event in received(account)] == [
        "PROMOTED",
        "ROLLED_BACK",
    ]
    messages = account.emulator.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)[
        "Messages"
    ]
    assert [json.loads(message["Body"])["Message"] for message in messages] == ["ROLLED_BACK"]
