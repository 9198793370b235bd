"""`canaryctl uninstall-check` on the deployed application: what stands in the way, that its
commands make it safe, and what stays.
"""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from canary.domain.rollout.kinds.looks import TakenOver
from canaryctl.app import app
from canaryctl.operate.options import Time
from canaryctl.uninstall.verdict import RETAINED
from demo.account import STACK
from emulator.deployment.template import declared_parameters, parameter_values, transformed
from tests.integration.stage import ENDPOINT, Stage
from tests.rollouts import a_message


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A good canary under traffic; commands find the account by their environment alone."""
    with Stage() as ready:
        monkeypatch.setenv("AWS_DEFAULT_REGION", ready.emulator.place.region)
        yield ready


def ctl(stage: Stage, *arguments: str) -> Result:
    """Run a command of canaryctl in emulated time."""
    clock = stage.emulator.clock
    return CliRunner().invoke(app, list(arguments), obj=Time(clock.run_for, clock.now))


def check(stage: Stage) -> dict[str, Any]:
    """Return what the check says, its exit code held against it."""
    result = ctl(stage, "uninstall-check", "--stack", STACK, "--json")
    document: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if document["safe"] else 1)
    assert document["safe"] is not bool(document["in_the_way"])
    return document


def kinds(document: dict[str, Any], where: str = "in_the_way") -> list[str]:
    """Return the kinds of what is told."""
    return [matter["kind"] for matter in document[where]]


def test_a_stack_at_rest_may_be_deleted(stage: Stage) -> None:
    """What stays is named with the commands that remove it, by the names AWS knows."""
    document = check(stage)
    assert document["safe"]
    assert kinds(document, "stays") == ["table", "bucket", "key"]
    table = stage.outputs["TableName"]
    assert document["stays"][0]["commands"] == [f"aws dynamodb delete-table --table-name {table}"]
    assert document["delete"][0] == f"aws cloudformation delete-stack --stack-name {STACK}"


def test_what_is_said_to_stay_is_what_the_template_retains(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third thing kept would be forgotten, one kept no more would be looked for."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")  # the transform wants one
    path = Path("template.yaml")
    parameters = parameter_values(declared_parameters(path), {})
    resources = transformed(path, parameters, "eu-west-1")["Resources"].values()
    retained = {each["Type"] for each in resources if "Retain" in each.get("DeletionPolicy", "")}
    assert retained == RETAINED


def test_a_rollout_under_way_is_told_with_its_weights_and_ends_by_the_commands_given(
    stage: Stage,
) -> None:
    """Its own execution is part of it; after the roll-back that the check names all is safe."""
    stage.start()
    stage.reach("BAKING", 1)
    document = check(stage)
    assert kinds(document) == ["rollout"]
    said = document["in_the_way"][0]["said"]
    assert f"{ENDPOINT}: rollout {stage.record.rollout} is BAKING, 5% and holds the lease" in said
    assert "execution first carries it" in said
    assert "The endpoint serves v1 1 (95%), v2 0.0526316 (5%)" in said
    assert "safe is v1 1 (100%), v2 0 (0%)" in said
    program, *arguments = shlex.split(document["in_the_way"][0]["commands"][0])
    assert program == "canaryctl"
    assert ctl(stage, *arguments).exit_code == 0
    stage.reach_end()
    assert check(stage)["safe"]


def test_an_unproven_rollout_is_let_go_by_a_command_given(stage: Stage) -> None:
    """It has ended and still holds its endpoint: a person must act first."""
    execution = stage.start()
    stage.reach("BAKING", 1)
    fleet = stage.emulator.endpoints.fleet
    fleet.endpoints[ENDPOINT].become("Failed", stage.emulator.clock.now())
    stage.finish(execution)
    stage.reach("UNPROVEN")
    document = check(stage)
    assert kinds(document) == ["rollout"]
    said = document["in_the_way"][0]["said"]
    assert "is UNPROVEN and holds the lease; execution first has ended" in said
    assert "is Failed and does not leave that by itself" in said
    release, look = document["in_the_way"][0]["commands"]
    assert look.startswith("aws sagemaker describe-endpoint ")
    assert "create it again" in document["in_the_way"][0]["do"]
    assert ctl(stage, *shlex.split(release)[1:]).exit_code == 0
    stage.reach_end()
    assert check(stage)["safe"]


def test_an_execution_that_holds_nothing_is_told_by_itself(stage: Stage) -> None:
    """Such as one whose rollout was released while it waited; stopping it harms nothing."""
    stage.start()
    stage.reach("BAKING", 1)
    tokens = stage.emulator.states.tokens
    tokens.faults.early_lost = True  # so that it does not hear of the end
    for task in tokens.tasks.values():
        task.is_invoking = lambda: True
    stage.command("release")
    stage.emulator.run_minutes(2)
    document = check(stage)
    assert kinds(document) == ["execution"]
    assert document["in_the_way"][0]["said"].startswith("first runs since ")
    command = shlex.split(document["in_the_way"][0]["commands"][0])
    assert command[:4] == ["aws", "stepfunctions", "stop-execution", "--execution-arn"]
    stage.client("stepfunctions").stop_execution(executionArn=command[4])
    assert check(stage)["safe"]


def test_events_that_reached_nobody_and_messages_nobody_heard_stand_in_the_way(
    stage: Stage,
) -> None:
    """Both would go with the stack; each is told with where it lies."""
    stage.finish(stage.start())
    stage.reach_end()
    record = stage.record
    late = a_message(record, TakenOver(safe=record.plan.safe_target, cause="It died."))
    stage.rollouts.change(record.rollout, lambda r: r.but(outbox=(late,)))
    url = stage.outputs["UndeliveredUrl"]
    stage.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    document = check(stage)
    assert kinds(document) == ["message", "undelivered"]
    assert "execution died, restoring" in document["in_the_way"][0]["said"]
    assert document["in_the_way"][1]["said"] == f"1 events reached no function and lie in {url}"
    stage.emulator.run_minutes(2)
    stage.client("sqs").purge_queue(QueueUrl=url)
    assert check(stage)["safe"]


def test_an_alarm_that_rings_and_a_lease_of_nobody_are_told_and_harm_nothing(stage: Stage) -> None:
    """Neither moves an endpoint, and both are gone afterwards."""
    name = f"{STACK}-undelivered"
    stage.client("cloudwatch").set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason="a test"
    )
    stage.client("dynamodb").put_item(
        TableName=stage.outputs["TableName"],
        Item={
            "pk": {"S": "ENDPOINT#other"},
            "sk": {"S": "LEASE"},
            "rollout": {"S": "other-1"},
        },
    )
    document = check(stage)
    assert document["safe"]
    assert kinds(document, "notices") == ["lease", "alarm"]
    assert document["notices"][1]["said"].startswith(f"{name} rings since ")


def test_what_was_deleted_behind_the_stack_is_told_with_how_to_go_on(stage: Stage) -> None:
    """Without its state machine nothing runs; without its table nobody knows what holds what."""
    stage.client("stepfunctions").delete_state_machine(
        stateMachineArn=stage.outputs["StateMachineArn"]
    )
    document = check(stage)
    assert (document["safe"], kinds(document, "notices")) == (True, ["machine"])
    stage.client("dynamodb").delete_table(TableName=stage.outputs["TableName"])
    document = check(stage)
    assert kinds(document) == ["table"]
    assert "table" not in kinds(document, "stays")
    assert document["in_the_way"][0]["commands"][0].startswith("aws dynamodb list-backups ")
    said = ctl(stage, "uninstall-check", "--stack", STACK).stdout.splitlines()[-1]
    assert said == f"{STACK} must not be deleted yet: what holds endpoints is not known."
    for command in ("status", "start"):
        given = ["--spec", "examples/specs/minimal.json"] if command == "start" else []
        result = ctl(stage, command, "--stack", STACK, *given)
        assert result.exit_code == 1
        assert result.stderr.startswith("AWS: the ")
        assert "canaryctl doctor" in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_record_of_another_version_hides_no_other(stage: Stage) -> None:
    """It is named with what to do, and the others are shown."""
    stage.start()
    stage.reach("BAKING", 1)
    item = {"pk": {"S": "ROLLOUT#spare-1"}, "sk": {"S": "RECORD"}, "active": {"S": "yes"}}
    body = '{"version": 2, "rollout": "spare-1"}'
    stage.client("dynamodb").put_item(
        TableName=stage.outputs["TableName"],
        Item={**item, "body": {"S": body}, "endpoint": {"S": "spare"}},
    )
    for more in ([], ["--all"]):
        answer = ctl(stage, "status", "--stack", STACK, *more)
        assert answer.exit_code == 0, answer.output
        assert "the record of rollout spare-1 cannot be read (version: " in answer.stdout
        assert "Use the canaryctl of the version that is deployed" in answer.stdout
        assert ENDPOINT in answer.stdout
    shown = json.loads(ctl(stage, "status", "--stack", STACK, "--json").stdout)
    assert [row["endpoint"] for row in shown] == [ENDPOINT]
    document = check(stage)
    assert sorted(kinds(document)) == ["rollout", "unreadable"]
    one = ctl(stage, "status", "--stack", STACK, "--endpoint", "spare")
    assert (one.exit_code, len(one.stderr.splitlines())) == (2, 1)
    assert "spare-1 cannot be read" in one.stderr


def test_the_text_names_every_command_on_a_line_of_its_own(stage: Stage) -> None:
    """As it is to be typed, with the region where one was given."""
    stage.start()
    stage.reach("BAKING", 1)
    region = stage.emulator.place.region
    result = ctl(stage, "uninstall-check", "--stack", STACK, "--region", region)
    assert result.exit_code == 1
    lines = [line.strip() for line in result.stdout.splitlines()]
    command = f"canaryctl rollback --endpoint {ENDPOINT} --stack {STACK} --region {region}"
    assert f"$ {command}" in lines
    assert f"{STACK} must not be deleted yet" in result.stdout


def test_a_stack_that_is_not_there_is_wrong_input(stage: Stage) -> None:
    """Not a stack that may be deleted."""
    assert ctl(stage, "uninstall-check", "--stack", "nobody").exit_code == 2
