"""What the template promises of policies and encryption, read off its transformed resources."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.deployment.template import declared_parameters, parameter_values, transformed

TEMPLATE = Path("template.yaml")
# Statements on every resource, with why AWS leaves no other choice; another one fails here.
UNSCOPED = {
    "ReadMetrics": "CloudWatch has no resources for reading metrics and alarms",
    "ReadScalableTargets": "DescribeScalableTargets has no resources",
    "ReadAlarms": "DescribeAlarms needs every alarm",
    "Wake": "SendTask calls have no resource: the token is the permission",
    "FindByTag": "GetResources of the Tagging API has no resources",
    "DeliverLogs": "log delivery has no resources",
}
ARN = "arn:${AWS::Partition}"
PLACE = "${AWS::Region}:${AWS::AccountId}"
OWN_ACCOUNT = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
OWN_RULES = (
    "CollectorFunctionEveryMinute",
    "CollectorFunctionSlices",
    "EvaluatorFunctionNewLabels",
    "DeciderFunctionOwnEvents",
    "DeciderFunctionAlarms",
    "DeciderFunctionExecutions",
    "StarterFunctionEndpoints",
    "StarterFunctionPackages",
    "StarterFunctionEnds",
    "StarterFunctionSweep",
)
# What AWS's own services do with these grants, nothing here does in their place: the emulator
# evaluates no resource policy and delivers no log. So each is held word by word. By resource: the
# statement by its name.
ONLY_AWS_USES: dict[str, dict[str, Any]] = {
    "MessagesKey": {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": OWN_ACCOUNT},
    },
    "TopicPolicy": {
        "Sid": "OwnAlarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": {"Ref": "Topic"},
        "Condition": {
            "StringEquals": OWN_ACCOUNT,
            "ArnLike": {
                "aws:SourceArn": {
                    "Fn::Sub": f"{ARN}:cloudwatch:{PLACE}:alarm:${{AWS::StackName}}-*"
                }
            },
        },
    },
    "UndeliveredPolicy": {
        "Sid": "OwnRules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["Undelivered", "Arn"]},
        "Condition": {
            "ArnEquals": {"aws:SourceArn": [{"Fn::GetAtt": [rule, "Arn"]} for rule in OWN_RULES]}
        },
    },
    "DeciderFunctionRole": {
        "Sid": "EncryptMessages",
        "Effect": "Allow",
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": {"Fn::GetAtt": ["MessagesKey", "Arn"]},
        "Condition": {
            "StringEquals": {"kms:ViaService": {"Fn::Sub": "sns.${AWS::Region}.${AWS::URLSuffix}"}}
        },
    },
    "RolloutRole": {
        "Sid": "DeliverLogs",
        "Effect": "Allow",
        "Action": [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
        ],
        "Resource": "*",
    },
}
OWNER = {
    "Sid": "Owner",
    "Effect": "Allow",
    "Principal": {"AWS": {"Fn::Sub": f"{ARN}:iam::${{AWS::AccountId}}:root"}},
    "Action": "kms:*",
    "Resource": "*",
}


@pytest.fixture(scope="module")
def resources() -> Iterator[dict[str, Any]]:
    """The template's resources after the SAM transform."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield _resources()


def _resources() -> dict[str, Any]:
    parameters = parameter_values(declared_parameters(TEMPLATE), {})
    found: dict[str, Any] = transformed(TEMPLATE, parameters, "us-east-1")["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the properties of all resources of a type by logical id."""
    return {name: r.get("Properties", {}) for name, r in resources.items() if r["Type"] == kind}


def statements(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every statement of every inline policy of every role."""
    for role in of_type(resources, "AWS::IAM::Role").values():
        yield from statements_of(role)


def statements_of(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every statement that a role, a key or a resource policy holds."""
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    documents += [
        properties[name] for name in ("KeyPolicy", "PolicyDocument") if name in properties
    ]
    for document in documents:
        listed = document["Statement"]
        for statement in listed if isinstance(listed, list) else [listed]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def test_only_what_aws_cannot_scope_is_unscoped(resources: dict[str, Any]) -> None:
    """Every other statement names its resources, and no action is a wildcard."""
    for statement in statements(resources):
        actions = (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
        assert not [action for action in actions if "*" in action], statement
        if statement["Resource"] == "*":
            assert statement.get("Sid") in UNSCOPED, statement


def test_every_function_has_a_role_of_its_own(resources: dict[str, Any]) -> None:
    """No two functions share a role, and none may do more by AWS's own policies than write its
    logs.
    """
    roles = [str(f["Role"]) for f in of_type(resources, "AWS::Lambda::Function").values()]
    assert len(roles) == len(set(roles)) == 7
    for role in of_type(resources, "AWS::IAM::Role").values():
        managed = {
            str(arn).rsplit("/", 1)[-1].rstrip("'}") for arn in role.get("ManagedPolicyArns", [])
        }
        assert managed <= {"AWSLambdaBasicExecutionRole"}


def test_everything_kept_is_encrypted(resources: dict[str, Any]) -> None:
    """Table, topic, queue and bucket; environment variables hold names only."""
    for table in of_type(resources, "AWS::DynamoDB::Table").values():
        assert table["SSESpecification"]["SSEEnabled"]
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert all(
        "KmsMasterKeyId" in topic for topic in of_type(resources, "AWS::SNS::Topic").values()
    )
    assert all(
        queue["SqsManagedSseEnabled"] for queue in of_type(resources, "AWS::SQS::Queue").values()
    )
    for bucket in of_type(resources, "AWS::S3::Bucket").values():
        assert bucket["BucketEncryption"]
        assert all(bucket["PublicAccessBlockConfiguration"].values())


@pytest.mark.parametrize(
    "kind", ["AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy"]
)
def test_nothing_is_reached_without_tls(resources: dict[str, Any], kind: str) -> None:
    """Every resource policy denies plain transport to everybody."""
    policies = of_type(resources, kind)
    assert policies
    for policy in policies.values():
        denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
        assert denied[0]["Principal"] == "*"


def test_only_services_of_this_account_may_send(resources: dict[str, Any]) -> None:
    """Whoever a resource policy lets in is bound to this account: no confused deputy."""
    for kind in ("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"):
        for policy in of_type(resources, kind).values():
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow" and "Service" in statement["Principal"]:
                    assert "aws:SourceArn" in str(statement["Condition"])


@pytest.mark.parametrize("resource", ONLY_AWS_USES)
def test_what_only_aws_uses_is_granted_to_the_letter(
    resources: dict[str, Any], resource: str
) -> None:
    """Without it messages, alarms, dead letters or logs vanish on AWS and nowhere else; wider, it
    lets others in.
    """
    wanted = ONLY_AWS_USES[resource]
    held = list(statements_of(resources[resource]["Properties"]))
    assert [statement for statement in held if statement.get("Sid") == wanted["Sid"]] == [wanted]


def test_the_key_of_the_messages_lets_nobody_else_in(resources: dict[str, Any]) -> None:
    """The account by its roles, CloudWatch for its alarms, and no third; the topic is encrypted
    with this very key.
    """
    held = list(statements_of(resources["MessagesKey"]["Properties"]))
    assert held == [OWNER, ONLY_AWS_USES["MessagesKey"]]
    assert resources["Topic"]["Properties"]["KmsMasterKeyId"] == {
        "Fn::GetAtt": ["MessagesKey", "Arn"]
    }


def test_policies_stand_on_what_they_are_for(resources: dict[str, Any]) -> None:
    """A policy attached elsewhere grants nothing: the topic's on the topic, the queue's on the
    queue, of every rule.
    """
    assert resources["TopicPolicy"]["Properties"]["Topics"] == [{"Ref": "Topic"}]
    assert resources["UndeliveredPolicy"]["Properties"]["Queues"] == [{"Ref": "Undelivered"}]
    assert set(OWN_RULES) == of_type(resources, "AWS::Events::Rule").keys()


def test_the_state_machine_never_logs_data(resources: dict[str, Any]) -> None:
    """Inputs hold specs and stories; its log holds states and errors only."""
    for machine in of_type(resources, "AWS::StepFunctions::StateMachine").values():
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_every_rule_has_a_target_and_a_dead_letter_queue(resources: dict[str, Any]) -> None:
    """A rule without a target drops every event it matches; one without a queue drops what it
    cannot deliver.
    """
    rules = of_type(resources, "AWS::Events::Rule")
    assert len(rules) == 10
    for name, rule in rules.items():
        assert rule["Targets"], name
        assert all(target["DeadLetterConfig"]["Arn"] for target in rule["Targets"]), name


@pytest.mark.parametrize("path", ["template.yaml", "statemachine/rollout.asl.json"])
def test_no_partition_is_written_down(path: str) -> None:
    """An ARN or an address of one partition is refused in every other; principals of services are
    spelled alike in all.
    """
    text = re.sub(r"Service\"?: \w+\.amazonaws\.com", "", Path(path).read_text(encoding="utf-8"))
    assert re.findall(r"arn:aws[\w-]*:|amazonaws\.com", text) == []
