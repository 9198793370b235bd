"""IAM enforced from the template's roles: denied by default, by resource, by condition, per
function.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.iam.permissions import Permissions
from emulator.iam.requirements import Requirement
from emulator.place import Place
from emulator.tests.small_account import START

STACK = Path(__file__).parent / "stack" / "template.yaml"
ARN = "arn:aws:{}:us-east-1:123456789012:{}"


@pytest.fixture
def stack() -> Iterator[tuple[Emulator, dict[str, str]]]:
    """The fixture stack in an account that enforces IAM."""
    with Emulator(START, enforce_iam=True, patience_seconds=10) as emulator:
        yield emulator, emulator.deploy(STACK)


def call(
    stack: tuple[Emulator, dict[str, str]], service: str, operation: str, **arguments: Any
) -> str:
    """Return the error a call made by the writer function ends with, "" when it went through."""
    emulator, outputs = stack
    event = {"service": service, "operation": operation, "arguments": arguments}
    emulator.client("lambda").invoke(FunctionName=outputs["WriterName"], Payload=json.dumps(event))
    return (
        json.loads(emulator.invocations[-1].outcome.payload)["errorMessage"]
        if emulator.invocations[-1].error
        else ""
    )


def test_a_function_may_do_what_its_role_says(stack: tuple[Emulator, dict[str, str]]) -> None:
    """Actions on the role's own resources go through: exact ones, lists and wildcards."""
    _, outputs = stack
    key = {"pk": {"S": "1"}}
    assert call(stack, "dynamodb", "get_item", TableName=outputs["TableName"], Key=key) == ""
    query = {
        "KeyConditionExpression": "active = :a",
        "ExpressionAttributeValues": {":a": {"S": "1"}},
    }
    table = {"TableName": outputs["TableName"], "IndexName": "active"}
    assert call(stack, "dynamodb", "query", **table, **query) == ""
    assert call(stack, "sns", "publish", TopicArn=outputs["TopicArn"], Message="x") == ""


def test_another_action_is_refused(stack: tuple[Emulator, dict[str, str]]) -> None:
    """An action no statement names raises AccessDenied as the service says it, naming caller,
    action and resource.
    """
    _, outputs = stack
    error = call(
        stack, "dynamodb", "put_item", TableName=outputs["TableName"], Item={"pk": {"S": "1"}}
    )
    assert "(AccessDeniedException)" in error
    assert "not authorized to perform: dynamodb:PutItem on resource" in error
    assert ":assumed-role/app-WriterFunctionRole-" in error


def test_another_resource_is_refused(stack: tuple[Emulator, dict[str, str]]) -> None:
    """The right action on a resource outside the role's is refused."""
    emulator, _ = stack
    other = emulator.client("sns").create_topic(Name="other")["TopicArn"]
    assert "AuthorizationError" in call(stack, "sns", "publish", TopicArn=other, Message="x")


def test_a_transaction_needs_the_action_of_every_item(
    stack: tuple[Emulator, dict[str, str]],
) -> None:
    """TransactWriteItems is judged item by item: a Put needs PutItem."""
    _, outputs = stack
    item = {"Put": {"TableName": outputs["TableName"], "Item": {"pk": {"S": "1"}}}}
    assert "dynamodb:PutItem" in call(
        stack, "dynamodb", "transact_write_items", TransactItems=[item]
    )


def test_an_explicit_deny_wins(stack: tuple[Emulator, dict[str, str]]) -> None:
    """A Deny statement outweighs every Allow."""
    error = call(stack, "sns", "unsubscribe", SubscriptionArn=ARN.format("sns", "t:1"))
    assert "sns:Unsubscribe" in error


@pytest.mark.parametrize(("source", "allowed"), [("the-shop", True), ("somebody", False)])
def test_a_condition_is_read_from_the_call(
    stack: tuple[Emulator, dict[str, str]], source: str, *, allowed: bool
) -> None:
    """events:source lets the role speak under its own name only."""
    entry = {"Source": source, "DetailType": "x", "Detail": "{}"}
    assert (call(stack, "events", "put_events", Entries=[entry]) == "") is allowed


@pytest.mark.parametrize(
    ("bucket", "operation", "error"),
    [
        ("open", "get_object", "(NoSuchKey)"),
        ("open", "head_object", "(404)"),
        ("closed", "get_object", "(AccessDenied)"),
        ("closed", "head_object", "(403)"),
    ],
)
def test_only_who_may_list_a_bucket_is_told_that_a_key_does_not_exist(
    stack: tuple[Emulator, dict[str, str]], bucket: str, operation: str, error: str
) -> None:
    """Without s3:ListBucket S3 forbids the read of a missing key as it does any other's; keys that
    exist are read.
    """
    s3 = stack[0].client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="there", Body=b"1")
    assert call(stack, "s3", "head_object", Bucket=bucket, Key="there") == ""
    assert error in call(stack, "s3", operation, Bucket=bucket, Key="missing")


@pytest.mark.parametrize(("as_written", "named"), [(False, "churn-prod"), (True, "Churn-Prod")])
def test_an_endpoint_is_named_in_lower_case_or_as_it_is_written(
    stack: tuple[Emulator, dict[str, str]], named: str, *, as_written: bool
) -> None:
    """Denials of SageMaker have been seen with either: the account does one or the other."""
    stack[0].permissions.names_as_written = as_written
    error = call(stack, "sagemaker", "describe_endpoint", EndpointName="Churn-Prod")
    assert f"DescribeEndpoint on resource: {ARN.format('sagemaker', f'endpoint/{named}')} " in error


@pytest.mark.parametrize(
    ("actions", "service", "allowed"),
    [
        (["kms:GenerateDataKey", "kms:Decrypt"], "sns.us-east-1.amazonaws.com", True),
        (["kms:GenerateDataKey", "kms:Decrypt"], "s3.us-east-1.amazonaws.com", False),
        (["kms:GenerateDataKey"], "sns.us-east-1.amazonaws.com", False),
        (["kms:Decrypt"], "sns.us-east-1.amazonaws.com", False),
    ],
)
def test_publishing_to_an_encrypted_topic_needs_its_key(
    stack: tuple[Emulator, dict[str, str]],
    actions: list[str],
    service: str,
    *,
    allowed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SNS uses the topic's own key for the publisher: both actions on that key, through SNS; AWS's
    key needs none.
    """
    emulator, _ = stack
    sns, key = emulator.client("sns"), ARN.format("kms", "key/1")
    topics = [
        sns.create_topic(Name=name, Attributes={"KmsMasterKeyId": of})["TopicArn"]
        for name, of in (("own", key), ("aws", "alias/aws/sns"))
    ]
    own = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    condition = {"StringEquals": {"kms:ViaService": service}}
    use = {"Effect": "Allow", "Action": actions, "Resource": key, "Condition": condition}
    monkeypatch.setattr(emulator.permissions, "_statements", lambda _role: [own, use])
    error = call(stack, "sns", "publish", TopicArn=topics[0], Message="x")
    assert (error == "", "(KMSAccessDenied)" in error) == (allowed, not allowed)
    assert call(stack, "sns", "publish", TopicArn=topics[1], Message="x") == ""


def test_the_machine_invokes_only_its_functions(stack: tuple[Emulator, dict[str, str]]) -> None:
    """The state machine's role is enforced for the functions it names."""
    emulator, outputs = stack
    states = emulator.client("stepfunctions")
    definition = states.describe_state_machine(stateMachineArn=outputs["MachineArn"])["definition"]
    states.update_state_machine(
        stateMachineArn=outputs["MachineArn"],
        definition=definition.replace("KeeperFunction", "WriterFunction"),
    )
    writer = emulator.client("lambda").get_function(FunctionName=outputs["WriterName"])[
        "Configuration"
    ]["FunctionArn"]
    document = json.loads(definition)
    document["States"]["Wait"]["Parameters"]["FunctionName"] = writer
    states.update_state_machine(
        stateMachineArn=outputs["MachineArn"], definition=json.dumps(document)
    )
    execution = states.start_execution(stateMachineArn=outputs["MachineArn"], input="{}")[
        "executionArn"
    ]
    emulator.clock.run_for(1)
    answer = states.describe_execution(executionArn=execution)
    assert (answer["status"], answer["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert "lambda:InvokeFunction" in answer["cause"]


def test_people_and_tests_may_do_everything(stack: tuple[Emulator, dict[str, str]]) -> None:
    """The account's administrator is not bound by the roles."""
    emulator, outputs = stack
    emulator.client("dynamodb").put_item(TableName=outputs["TableName"], Item={"pk": {"S": "1"}})


def test_refusals_are_kept(stack: tuple[Emulator, dict[str, str]]) -> None:
    """Every refusal can be read afterwards: role, action, resource."""
    emulator, outputs = stack
    call(stack, "dynamodb", "delete_item", TableName=outputs["TableName"], Key={"pk": {"S": "1"}})
    ((role, action, resource),) = emulator.permissions.refused
    assert "WriterFunctionRole" in role
    assert (action, resource) == (
        "dynamodb:DeleteItem",
        ARN.format("dynamodb", f"table/{outputs['TableName']}"),
    )


OWN, OTHER = "the-shop", "somebody"


@pytest.mark.parametrize(
    ("operator", "sources", "allowed"),
    [
        ("StringEquals", (OWN,), True),
        ("StringEquals", (OWN, OWN), False),
        ("ForAllValues:StringEquals", (OWN, OWN), True),
        ("ForAllValues:StringEquals", (OWN, OTHER), False),
        ("ForAllValues:StringEquals", (), True),
        ("ForAnyValue:StringEquals", (OWN, OTHER), True),
        ("ForAnyValue:StringEquals", (), False),
    ],
)
def test_a_key_of_several_values_needs_a_set_operator(
    operator: str, sources: tuple[str, ...], *, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ForAllValues holds when all match or the key is absent, ForAnyValue when one does; nothing
    else is relied on.
    """
    condition = {operator: {"events:source": OWN}}
    statement = {
        "Effect": "Allow",
        "Action": "events:PutEvents",
        "Resource": "*",
        "Condition": condition,
    }
    permissions = Permissions(Place())
    monkeypatch.setattr(permissions, "_statements", lambda _role: [statement])
    wanted = Requirement("events:PutEvents", "*", {"events:source": sources})
    assert (permissions.refusal("role", wanted) is None) is allowed


def test_all_entries_of_one_call_are_judged_together(
    stack: tuple[Emulator, dict[str, str]],
) -> None:
    """PutEvents carries one source an entry: several of the role's own pass, one foreign one
    refuses them all.
    """
    own, foreign = (
        {"Source": source, "DetailType": "x", "Detail": "{}"} for source in (OWN, OTHER)
    )
    assert call(stack, "events", "put_events", Entries=[own, own]) == ""
    assert "events:PutEvents" in call(stack, "events", "put_events", Entries=[own, foreign])


@pytest.mark.parametrize(
    ("resource", "asked", "allowed"),
    [
        (
            "arn:aws:sagemaker:us-east-1:1:endpoint/churn-*",
            "arn:aws:sagemaker:us-east-1:1:endpoint/churn-prod",
            True,
        ),
        (
            "arn:aws:sagemaker:us-east-1:1:endpoint/churn-*",
            "arn:aws:sagemaker:us-east-1:1:endpoint/fraud",
            False,
        ),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/deep/key", True),
        ("arn:aws:s3:::bucket/?", "arn:aws:s3:::bucket/ab", False),
        ("arn:aws:s3:::buc.et/*", "arn:aws:s3:::bucket/a", False),
    ],
)
def test_wildcards_match_as_in_iam(
    resource: str, asked: str, *, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """* takes any text, ? one character, and everything else is literal."""
    permissions = Permissions(Place())
    statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": resource}
    monkeypatch.setattr(permissions, "_statements", lambda _role: [statement])
    assert (permissions.refusal("role", Requirement("s3:GetObject", asked)) is None) is allowed


def test_roles_lie_in_the_accounts_own_partition() -> None:
    """A role made in GovCloud is called after it, and is not there for anybody else."""
    with Emulator(START, region="us-gov-west-1") as account:
        made = account.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
        assert made["Role"]["Arn"] == f"arn:aws-us-gov:iam::{account.place.account}:role/r"
    with Emulator(START) as account:
        assert account.client("iam").list_roles()["Roles"] == []
