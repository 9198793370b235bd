"""Deploying a SAM template: every resource it names, wired to each other, and a loud refusal of the
rest.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Emulator
from emulator.deployment.template import TemplateError
from emulator.tests.small_account import START

STACK = Path(__file__).parent / "stack" / "template.yaml"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulated account with nothing in it."""
    with Emulator(START, patience_seconds=10) as emulator:
        yield emulator


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """Return a copy of the stack's template with one text replaced."""
    text = STACK.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "template.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_outputs_name_what_was_made(emulator: Emulator) -> None:
    """Outputs resolve Ref and Sub, and leave out what their condition denies."""
    outputs = emulator.deploy(STACK)
    assert outputs["MachineArn"] == "arn:aws:states:us-east-1:123456789012:stateMachine:app-machine"
    assert outputs["TableName"].startswith("app-Table-")
    assert "Mail" not in outputs


def test_a_condition_brings_its_resource(emulator: Emulator) -> None:
    """A parameter turns the conditional subscription on."""
    outputs = emulator.deploy(STACK, {"Email": "oncall@example.com"})
    subscriptions = emulator.client("sns").list_subscriptions_by_topic(
        TopicArn=outputs["TopicArn"]
    )["Subscriptions"]
    assert [(item["Protocol"], item["Endpoint"]) for item in subscriptions] == [
        ("email", "oncall@example.com")
    ]


def test_the_machine_runs_the_function_with_its_layer_and_variables(emulator: Emulator) -> None:
    """Substitutions, permissions, layer and environment work together, and the token ends the
    wait.
    """
    outputs = emulator.deploy(STACK, {"Colour": "blue"})
    states = emulator.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=outputs["MachineArn"], input="{}")[
        "executionArn"
    ]
    emulator.clock.run_for(1)
    invocation = emulator.invocations[0]
    assert json.loads(invocation.outcome.payload) == {"colour": "blue"}
    assert isinstance(invocation.event, dict)
    assert invocation.event["minutes"] == "5"
    states.send_task_success(taskToken=invocation.event["token"], output="1")
    emulator.clock.run_for(1)
    assert states.describe_execution(executionArn=execution)["status"] == "SUCCEEDED"
    (item,) = emulator.client("dynamodb").scan(TableName=outputs["TableName"])["Items"]
    assert item["from"] == {"S": "layer"}


def test_schedule_and_rule_reach_the_function(emulator: Emulator) -> None:
    """The events of a serverless function are rules with permission to invoke it."""
    emulator.deploy(STACK)
    emulator.run_minutes(2)
    entry = {"Source": "the-shop", "DetailType": "Thing", "Detail": "{}"}
    emulator.client("events").put_events(Entries=[entry])
    emulator.clock.run_for(1)
    kinds = [
        invocation.event["detail-type"]
        for invocation in emulator.invocations
        if isinstance(invocation.event, dict)
    ]
    assert kinds == ["Scheduled Event", "Scheduled Event", "Thing"]
    assert emulator.bus.undelivered == []


def test_the_table_has_its_index_recovery_and_expiry(emulator: Emulator) -> None:
    """GSI, point-in-time recovery and TTL are as the template says."""
    name = emulator.deploy(STACK)["TableName"]
    client = emulator.client("dynamodb")
    table = client.describe_table(TableName=name)["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["active"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert (
        client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["AttributeName"]
        == "expires_at"
    )


def test_the_dead_letter_queue_and_retries_of_a_function_hold(emulator: Emulator) -> None:
    """EventInvokeConfig and DeadLetterQueue decide what becomes of a failing event."""
    outputs = emulator.deploy(STACK)
    client = emulator.client("lambda")
    client.invoke(
        FunctionName=outputs["KeeperName"], InvocationType="Event", Payload='{"fail": true}'
    )
    emulator.run_minutes(5)
    assert sum(invocation.error == "RuntimeError" for invocation in emulator.invocations) == 2
    messages = emulator.client("sqs").receive_message(QueueUrl=outputs["DeadLettersUrl"])[
        "Messages"
    ]
    assert json.loads(messages[0]["Body"]) == {"fail": True}


def test_alarms_and_log_groups_are_made(emulator: Emulator) -> None:
    """The alarm watches the function's own name, and the log group keeps 30 days."""
    outputs = emulator.deploy(STACK)
    (alarm,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=["app-errors"])[
        "MetricAlarms"
    ]
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": outputs["KeeperName"]}]
    (group,) = emulator.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")[
        "logGroups"
    ]
    assert (group["logGroupName"], group["retentionInDays"]) == (
        f"/aws/lambda/{outputs['KeeperName']}",
        30,
    )


def test_deploying_again_updates(emulator: Emulator) -> None:
    """A second deployment changes variables in place and keeps the table's items and running
    executions.
    """
    outputs = emulator.deploy(STACK)
    emulator.client("stepfunctions").start_execution(
        stateMachineArn=outputs["MachineArn"], name="one", input="{}"
    )
    emulator.clock.run_for(1)
    assert emulator.deploy(STACK, {"Colour": "blue"}) == outputs
    emulator.run_minutes(1)
    assert [
        json.loads(invocation.outcome.payload)["colour"] for invocation in emulator.invocations
    ] == ["red", "blue"]
    assert emulator.client("dynamodb").scan(TableName=outputs["TableName"])["Count"] == 2
    (execution,) = emulator.client("stepfunctions").list_executions(
        stateMachineArn=outputs["MachineArn"]
    )["executions"]
    assert execution["status"] == "RUNNING"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("AWS::SQS::Queue", "AWS::Kinesis::Stream", "AWS::Kinesis::Stream"),
        ('Minutes: "5"', 'Hours: "5"', r"\$\{Minutes\}"),
        ("!Ref Topic, Protocol", "!Ref Nothing, Protocol", "Nothing"),
        ("CodeUri: functions/writer", "CodeUri: functions/writer\n      Colour: red", "Colour"),
        ("!GetAtt DeadLetters.Arn", "!GetAtt DeadLetters.Url", "no attribute Url"),
    ],
)
def test_what_cannot_be_deployed_is_named(
    emulator: Emulator, tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    """An unknown type, placeholder, reference, property or attribute ends the deployment, naming
    it.
    """
    for name in ("machine.asl.json", "functions", "layer"):
        (tmp_path / name).symlink_to(STACK.parent / name)
    with pytest.raises(TemplateError, match=complaint):
        emulator.deploy(changed(tmp_path, old, new), {"Email": "oncall@example.com"})


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"Colour": "green"}, "Colour"),
        ({"Color": "red"}, "unknown parameters"),
        ({"Email": "oncall"}, "Email failed to satisfy constraint: must be an address"),
    ],
)
def test_a_wrong_parameter_is_named(
    emulator: Emulator, given: dict[str, str], complaint: str
) -> None:
    """A value that is not allowed or a name that does not exist ends the deployment."""
    with pytest.raises(TemplateError, match=complaint):
        emulator.deploy(STACK, given)


def test_the_layers_leave_the_path_with_the_emulator() -> None:
    """A layer's folder is importable only while its emulator is open."""
    with Emulator(START) as emulator:
        emulator.deploy(STACK)
        assert str(STACK.parent / "layer") in sys.path
    assert str(STACK.parent / "layer") not in sys.path


def test_a_deployment_takes_at_most_three_seconds(emulator: Emulator) -> None:
    """Deploying is cheap enough to do once a test."""
    before = time.monotonic()
    emulator.deploy(STACK)
    assert time.monotonic() - before < 3
