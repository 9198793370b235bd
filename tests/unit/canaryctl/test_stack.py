"""Which stack a command means, and what it says when it cannot be reached."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
import typer
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws
from typer.testing import CliRunner

from canary.adapters.account.stacks import CloudFormationReader
from canary.domain.errors import AwsUnavailable
from canaryctl.app import app
from canaryctl.operate.options import LONGEST_STACK, told_plainly
from canaryctl.operate.stack import Stack, StackError

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}},
    "Outputs": {"TableName": {"Value": "records"}, "StateMachineArn": {"Value": "arn:machine"}},
}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with one stack called churn and one that is something else."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        cloudformation = boto3.client("cloudformation")
        other = {**TEMPLATE, "Outputs": {}}
        cloudformation.create_stack(StackName="churn", TemplateBody=json.dumps(TEMPLATE))
        cloudformation.create_stack(StackName="other", TemplateBody=json.dumps(other))
        yield


def test_a_stack_is_found_by_its_name(account: None) -> None:
    """Table and state machine are outputs of the stack."""
    stack = Stack("churn")
    assert (stack.table_name, stack.state_machine_arn) == ("records", "arn:machine")


@pytest.mark.parametrize("protected", [True, False])
def test_a_stack_tells_whether_it_is_protected(*, protected: bool) -> None:
    """By CloudFormation's own word."""
    client = boto3.client(
        "cloudformation", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    described = {
        "StackName": "churn",
        "StackStatus": "CREATE_COMPLETE",
        "CreationTime": datetime(2026, 1, 5, tzinfo=UTC),
        "EnableTerminationProtection": protected,
    }
    with Stubber(client) as answers:
        answers.add_response("describe_stacks", {"Stacks": [described]})
        answers.add_response("list_stack_resources", {"StackResourceSummaries": []})
        found = CloudFormationReader(client).stack("churn")
    assert found is not None
    assert found.protected is protected


def test_given_names_win_and_spare_the_look(account: None) -> None:
    """Someone without rights on CloudFormation names table and state machine."""
    stack = Stack("nobody", table="mine", state_machine="arn:mine")
    assert (stack.table_name, stack.state_machine_arn) == ("mine", "arn:mine")


@pytest.mark.parametrize(
    ("name", "words"), [("nobody", "no stack named 'nobody'"), ("other", "--table")]
)
def test_what_cannot_be_found_is_said_with_the_remedy(name: str, words: str, account: None) -> None:
    """A missing stack and a stack of something else are different mistakes."""
    with pytest.raises(StackError, match=words):
        _ = Stack(name).table_name


def test_a_wrong_stack_ends_with_exit_code_2_and_one_line(account: None) -> None:
    """No stack trace for a typing error."""
    answer = CliRunner().invoke(app, ["status", "--stack", "nobody"])
    assert answer.exit_code == 2
    assert answer.output.splitlines() == [
        "no stack named 'nobody' here; check --stack, --region and account"
    ]


def test_no_region_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3's own sentence, and what to do."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    answer = CliRunner().invoke(app, ["status"])
    assert answer.exit_code == 2
    assert "--region" in answer.output


@pytest.mark.parametrize("command", ["doctor", "status", "uninstall-check"])
def test_no_region_ends_every_command_in_one_line(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Not in one a question."""
    _alone(monkeypatch)
    answer = CliRunner().invoke(app, [command])
    assert (answer.exit_code, len(answer.output.splitlines())) == (2, 1)
    assert "--region" in answer.output


@pytest.mark.parametrize("command", ["doctor", "status", "uninstall-check"])
def test_no_credentials_end_every_command_in_one_line(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """With what to do, and nothing is sent."""
    _alone(monkeypatch)
    answer = CliRunner().invoke(app, [command, "--region", "eu-west-1"])
    assert (answer.exit_code, len(answer.output.splitlines())) == (1, 1), answer.output
    assert "log in again" in answer.output


def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away whatever names a region or credentials."""
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_an_account_of_this_machine_that_does_not_run_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What to start, or what to unset."""
    error = AwsUnavailable("dynamodb:Query: no answer")
    error.__cause__ = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(typer.Exit), told_plainly():
        raise error
    assert "Nothing answers at http://127.0.0.1:9" in capsys.readouterr().err


def test_aws_trouble_ends_with_exit_code_1(account: None) -> None:
    """A table that does not exist is AWS's answer, not a wrong option."""
    answer = CliRunner().invoke(app, ["status", "--table", "nowhere"])
    assert answer.exit_code == 1
    assert answer.output.startswith("AWS: the table is gone or was never there")
    assert len(answer.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not.json"),
        ("[]", "an object"),
        ('{"endpoint": "e"}', "canary"),
        ('{"endpoint": "e", "canary": "c", "steps": []}', "steps"),
    ],
)
def test_a_spec_that_cannot_work_is_refused_before_aws_is_asked(
    text: str, words: str, account: None, tmp_path: Path
) -> None:
    """Field and remedy on standard error, exit code 2."""
    path = tmp_path / "not.json"
    path.write_text(text, encoding="utf-8")
    answer = CliRunner().invoke(app, ["start", "--spec", str(path)])
    assert answer.exit_code == 2
    assert words in answer.output


def test_help_teaches_every_command() -> None:
    """Each command has a sentence, and each option of it another."""
    overview = CliRunner().invoke(app, ["--help"]).output
    for name in (
        "start",
        "status",
        "report",
        "pause",
        "resume",
        "promote",
        "rollback",
        "retry",
        "release",
    ):
        assert name in overview
        answer = CliRunner().invoke(app, [name, "--help"])
        assert answer.exit_code == 0
        assert "--stack" in answer.output


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a" * 73, "at most 72"),
        ("my_stack", "letters, digits and hyphens"),
        ("1stack", "a letter first"),
        ("", "a letter first"),
    ],
)
@pytest.mark.parametrize("command", ["list", "doctor", "uninstall-check"])
def test_a_name_that_no_stack_can_have_is_refused_before_any_call(
    command: str, name: str, words: str
) -> None:
    """By the rule that `make deploy` holds a new stack to."""
    result = CliRunner().invoke(app, [command, "--stack", name], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_the_longest_name_is_the_one_that_make_deploy_takes() -> None:
    """Two places, one rule."""
    rule = Path(__file__).parents[3] / ".ci" / "stack_name"
    assert f"LONGEST={LONGEST_STACK}\n" in rule.read_text()
