"""Each role may do its own work and nothing beside it: one allowed and several neighbouring
requests a statement.

Run against the deployed template with narrow parameters, through the same evaluation that the
emulator enforces.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from demo.account import deploy, open_account
from emulator import Emulator
from emulator.iam.lookups import topic_key
from emulator.iam.requirements import Requirement
from tests.integration.stage import START

PARAMETERS = {
    "EndpointNamePattern": "churn-*",
    "EndpointNamePatternAsWritten": "Churn-*",
    "LabelledSetBucketPattern": "labels",
    "ScorerFunctionPattern": "judge-*",
    "ChatTopic": "yes",
    "EventBusName": "ours",
    "ModelRolePattern": "models*",
}
PLACE = "us-east-1:123456789012"
ENDPOINT = f"arn:aws:sagemaker:{PLACE}:endpoint/churn-prod"
CONFIG = f"arn:aws:sagemaker:{PLACE}:endpoint-config/churn-prod-1"
MODEL = f"arn:aws:sagemaker:{PLACE}:model/churn-1"
ACCOUNT = "123456789012"
OWN_CONFIG = f"arn:aws:sagemaker:{PLACE}:endpoint-config/canary-churn-prod-1-stage"
OWN_MODEL = f"arn:aws:sagemaker:{PLACE}:model/canary-churn-prod-1-model"
PACKAGE = f"arn:aws:sagemaker:{PLACE}:model-package/churn/3"
MODEL_ROLE = f"arn:aws:iam::{ACCOUNT}:role/models"
TO_SAGEMAKER = {"iam:passedtoservice": ("sagemaker.amazonaws.com",)}
AS_WRITTEN = f"arn:aws:sagemaker:{PLACE}:endpoint/Churn-Prod"
FOREIGN_ENDPOINT = f"arn:aws:sagemaker:{PLACE}:endpoint/billing"
MACHINE = f"arn:aws:states:{PLACE}:stateMachine:canary-rollout"
JUDGE = f"arn:aws:lambda:{PLACE}:function:judge-churn"
BUS = f"arn:aws:events:{PLACE}:event-bus/default"
OWN_SOURCE = {"events:source": ("sagemaker-canary.canary",)}
VIA_SNS = {"kms:viaservice": ("sns.us-east-1.amazonaws.com",)}
SCALED = f"arn:aws:application-autoscaling:{PLACE}:scalable-target/0123"
OF_VARIANTS = {
    "application-autoscaling:service-namespace": ("sagemaker",),
    "application-autoscaling:scalable-dimension": ("sagemaker:variant:DesiredInstanceCount",),
}
OF_TABLES = {
    "application-autoscaling:service-namespace": ("dynamodb",),
    "application-autoscaling:scalable-dimension": ("dynamodb:table:ReadCapacityUnits",),
}
FUNCTIONS = ("Planner", "Shifter", "Stager", "Collector", "Evaluator", "Decider")


@dataclass(frozen=True)
class Account:
    """The deployed roles, and what else the rows below refer to."""

    emulator: Emulator
    outputs: dict[str, str]

    def role(self, name: str) -> str:
        """Return the ARN of a function's role, or of the state machine's."""
        roles = self.emulator.client("iam").list_roles()["Roles"]
        kind = "RolloutRole" if name == "Rollout" else f"{name}FunctionRole"
        return str(next(role["Arn"] for role in roles if f"canary-{kind}" in role["RoleName"]))

    def function(self, name: str) -> str:
        """Return the ARN of a function."""
        functions = self.emulator.client("lambda").list_functions()["Functions"]
        return str(
            next(f["FunctionArn"] for f in functions if f"-{name}Function-" in f["FunctionName"])
        )

    def resource(self, text: str) -> str:
        """Return the ARN that a row of the table means."""
        table = f"arn:aws:dynamodb:{PLACE}:table/{self.outputs['TableName']}"
        known = {
            "TABLE": table,
            "INDEX": f"{table}/index/active",
            "TOPIC": self.outputs["TopicArn"],
            "CHAT": self.outputs["ChatTopicArn"],
            "KEY": str(topic_key(self.outputs["TopicArn"])),
            "PREDICTIONS": f"arn:aws:s3:::{self._predictions()}/predictions/x",
            "SHARDS": f"arn:aws:s3:::{self._predictions()}/shards/x.json",
            "QUEUE": f"arn:aws:sqs:{PLACE}:{self.outputs['UndeliveredUrl'].rsplit('/', 1)[1]}",
        }
        return (
            self.function(text.removeprefix("FN:"))
            if text.startswith("FN:")
            else known.get(text, text)
        )

    def _predictions(self) -> str:
        buckets = self.emulator.client("s3").list_buckets()["Buckets"]
        return str(next(b["Name"] for b in buckets if "predictions" in b["Name"]))

    def may(self, role: str, action: str, resource: str, context: dict[str, Any]) -> bool:
        """Return whether the role may."""
        wanted = Requirement(
            action, self.resource(resource), {"aws:securetransport": ("true",), **context}
        )
        return self.emulator.permissions.refusal(self.role(role), wanted) is None


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """The template deployed with narrow parameters."""
    with open_account(START, enforce_iam=True) as emulator:
        yield Account(emulator, deploy(emulator, **PARAMETERS))


ALLOWED: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Planner", "sagemaker:DescribeEndpoint", ENDPOINT, {}),
    ("Planner", "sagemaker:DescribeEndpointConfig", CONFIG, {}),
    ("Planner", "sagemaker:DescribeModel", MODEL, {}),
    *(
        (name, "sagemaker:DescribeEndpoint", AS_WRITTEN, {})
        for name in ("Planner", "Shifter", "Stager", "Collector", "Evaluator")
    ),
    ("Shifter", "sagemaker:UpdateEndpointWeightsAndCapacities", AS_WRITTEN, {}),
    ("Evaluator", "sagemaker:InvokeEndpoint", AS_WRITTEN, {}),
    *(("Stager", "sagemaker:UpdateEndpoint", on, {}) for on in (ENDPOINT, AS_WRITTEN, CONFIG)),
    *(
        ("Stager", f"sagemaker:{action}", on, {})
        for on in (OWN_CONFIG, OWN_MODEL)
        for action in ("AddTags", "ListTags")
    ),
    ("Stager", "sagemaker:CreateEndpointConfig", OWN_CONFIG, {}),
    ("Stager", "sagemaker:DeleteEndpointConfig", OWN_CONFIG, {}),
    ("Stager", "sagemaker:CreateModel", OWN_MODEL, {}),
    ("Stager", "sagemaker:DeleteModel", OWN_MODEL, {}),
    ("Stager", "iam:PassRole", MODEL_ROLE, TO_SAGEMAKER),
    ("Planner", "sagemaker:DescribeModelPackage", PACKAGE, {}),
    ("Planner", "sagemaker:ListTags", ENDPOINT, {}),
    ("Planner", "dynamodb:PutItem", "TABLE", {}),
    ("Planner", "cloudwatch:GetMetricData", "*", {}),
    ("Planner", "s3:GetObject", "arn:aws:s3:::labels/set.csv", {}),
    ("Shifter", "sagemaker:UpdateEndpointWeightsAndCapacities", ENDPOINT, {}),
    ("Collector", "dynamodb:Query", "INDEX", {}),
    ("Collector", "events:PutEvents", BUS, OWN_SOURCE),
    ("Evaluator", "events:PutEvents", BUS, {"events:source": ("sagemaker-canary.canary",) * 2}),
    ("Decider", "sqs:SendMessage", "QUEUE", {}),
    ("Planner", "s3:ListBucket", "arn:aws:s3:::labels", {}),
    ("Evaluator", "sagemaker:InvokeEndpoint", ENDPOINT, {}),
    ("Evaluator", "s3:PutObject", "PREDICTIONS", {}),
    ("Evaluator", "lambda:InvokeFunction", JUDGE, {}),
    ("Evaluator", "lambda:InvokeFunction", f"{JUDGE}:live", {}),
    ("Decider", "states:StartExecution", MACHINE, {}),
    ("Decider", "sns:Publish", "TOPIC", {}),
    ("Decider", "sns:Publish", "CHAT", {}),
    ("Decider", "events:PutEvents", f"arn:aws:events:{PLACE}:event-bus/ours", OWN_SOURCE),
    ("Decider", "kms:GenerateDataKey", "KEY", VIA_SNS),
    ("Decider", "kms:Decrypt", "KEY", VIA_SNS),
    ("Rollout", "lambda:InvokeFunction", "FN:Shifter", {}),
    ("Rollout", "states:StartExecution", MACHINE, {}),
    ("Rollout", "states:StopExecution", f"arn:aws:states:{PLACE}:execution:canary-rollout:x", {}),
    ("Rollout", "s3:GetObject", "SHARDS", {}),
    ("Evaluator", "s3:PutObject", "SHARDS", {}),
    ("Planner", "sns:GetTopicAttributes", "TOPIC", {}),
    ("Collector", "sns:GetTopicAttributes", "TOPIC", {}),
    ("Planner", "application-autoscaling:DescribeScalableTargets", "*", {}),
    ("Shifter", "application-autoscaling:DescribeScalableTargets", "*", {}),
    ("Shifter", "application-autoscaling:RegisterScalableTarget", SCALED, OF_VARIANTS),
)
REFUSED: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    # Nobody but the shifter moves weights, and nobody touches an endpoint outside the pattern or
    # changes it otherwise.
    *(
        (name, "sagemaker:UpdateEndpointWeightsAndCapacities", ENDPOINT, {})
        for name in ("Planner", "Stager", "Collector", "Evaluator", "Decider", "Rollout")
    ),
    ("Shifter", "sagemaker:UpdateEndpointWeightsAndCapacities", FOREIGN_ENDPOINT, {}),
    # Minimums of endpoint variants are the shifter's to hold, and nothing else that is scaled.
    *(
        (name, "application-autoscaling:RegisterScalableTarget", SCALED, OF_VARIANTS)
        for name in ("Planner", "Collector", "Evaluator", "Decider", "Rollout")
    ),
    ("Shifter", "application-autoscaling:RegisterScalableTarget", SCALED, OF_TABLES),
    ("Shifter", "application-autoscaling:RegisterScalableTarget", SCALED, {}),
    ("Shifter", "application-autoscaling:DeregisterScalableTarget", SCALED, OF_VARIANTS),
    ("Shifter", "application-autoscaling:PutScalingPolicy", SCALED, OF_VARIANTS),
    # Nobody but the stager builds, and nothing it has not made is made or removed.
    *((name, "sagemaker:UpdateEndpoint", ENDPOINT, {}) for name in FUNCTIONS if name != "Stager"),
    ("Stager", "sagemaker:UpdateEndpoint", FOREIGN_ENDPOINT, {}),
    ("Stager", "sagemaker:DeleteEndpoint", ENDPOINT, {}),
    ("Stager", "sagemaker:CreateEndpointConfig", CONFIG, {}),
    ("Stager", "sagemaker:DeleteEndpointConfig", CONFIG, {}),
    ("Stager", "sagemaker:DeleteModel", MODEL, {}),
    ("Stager", "sagemaker:AddTags", CONFIG, {}),
    ("Stager", "sagemaker:InvokeEndpoint", ENDPOINT, {}),
    ("Stager", "iam:PassRole", MODEL_ROLE, {}),
    ("Stager", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/administrator", TO_SAGEMAKER),
    ("Shifter", "sagemaker:DeleteEndpoint", ENDPOINT, {}),
    ("Shifter", "sagemaker:InvokeEndpoint", ENDPOINT, {}),
    ("Planner", "sagemaker:DescribeEndpoint", FOREIGN_ENDPOINT, {}),
    ("Planner", "sagemaker:CreateEndpointConfig", CONFIG, {}),
    ("Planner", "sagemaker:ListTags", FOREIGN_ENDPOINT, {}),
    *((name, "sagemaker:DescribeModel", MODEL, {}) for name in ("Shifter", "Collector", "Decider")),
    ("Collector", "sagemaker:DescribeEndpoint", FOREIGN_ENDPOINT, {}),
    ("Evaluator", "sagemaker:InvokeEndpoint", FOREIGN_ENDPOINT, {}),
    ("Collector", "sagemaker:InvokeEndpoint", ENDPOINT, {}),
    # The table: nobody scans it, nobody but the decider deletes, nobody reads another table.
    *((name, "dynamodb:Scan", "TABLE", {}) for name in FUNCTIONS),
    *((name, "dynamodb:DeleteItem", "TABLE", {}) for name in FUNCTIONS if name != "Decider"),
    *(
        (name, "dynamodb:GetItem", f"arn:aws:dynamodb:{PLACE}:table/other", {})
        for name in FUNCTIONS
    ),
    ("Decider", "dynamodb:DeleteTable", "TABLE", {}),
    # Labelled sets are read from their buckets, and nothing is written there.
    ("Planner", "s3:GetObject", "arn:aws:s3:::payroll/set.csv", {}),
    ("Planner", "s3:ListBucket", "arn:aws:s3:::payroll", {}),
    ("Collector", "sqs:SendMessage", "QUEUE", {}),
    ("Evaluator", "s3:GetObject", "arn:aws:s3:::payroll/set.csv", {}),
    ("Evaluator", "s3:PutObject", "arn:aws:s3:::labels/set.csv", {}),
    ("Planner", "s3:PutObject", "PREDICTIONS", {}),
    ("Decider", "s3:GetObject", "arn:aws:s3:::labels/set.csv", {}),
    # Events are our own, messages are the decider's, executions are of this machine.
    ("Collector", "events:PutEvents", BUS, {"events:source": ("somebody.else",)}),
    ("Collector", "events:PutEvents", BUS, {"events:source": ("sagemaker-canary.dev",)}),
    (
        "Evaluator",
        "events:PutEvents",
        BUS,
        {"events:source": ("sagemaker-canary.canary", "somebody.else")},
    ),
    ("Collector", "events:PutEvents", f"arn:aws:events:{PLACE}:event-bus/other", OWN_SOURCE),
    ("Collector", "events:PutRule", BUS, {}),
    # Machines are told on the one bus that was named, under this stack's own source.
    ("Decider", "events:PutEvents", BUS, OWN_SOURCE),
    (
        "Decider",
        "events:PutEvents",
        f"arn:aws:events:{PLACE}:event-bus/ours",
        {"events:source": ("sagemaker-canary.dev",)},
    ),
    *((name, "sns:Publish", "CHAT", {}) for name in FUNCTIONS if name != "Decider"),
    ("Decider", "sns:GetTopicAttributes", "CHAT", {}),
    ("Collector", "sns:Publish", "TOPIC", {}),
    # Subscribers are counted by two, on this topic, and nobody reads an address.
    *(
        (name, "sns:GetTopicAttributes", "TOPIC", {})
        for name in ("Shifter", "Evaluator", "Decider")
    ),
    ("Planner", "sns:GetTopicAttributes", f"arn:aws:sns:{PLACE}:other", {}),
    *((name, "sns:ListSubscriptionsByTopic", "TOPIC", {}) for name in FUNCTIONS),
    ("Collector", "kms:Decrypt", "KEY", VIA_SNS),
    ("Decider", "kms:Decrypt", "KEY", {}),
    ("Decider", "kms:Decrypt", f"arn:aws:kms:{PLACE}:key/other", VIA_SNS),
    ("Decider", "sns:Publish", f"arn:aws:sns:{PLACE}:other", {}),
    ("Decider", "sns:Subscribe", "TOPIC", {}),
    ("Decider", "states:StartExecution", f"arn:aws:states:{PLACE}:stateMachine:other", {}),
    ("Decider", "states:StopExecution", f"arn:aws:states:{PLACE}:execution:canary-rollout:x", {}),
    *(("Decider", f"cloudwatch:{name}", "*", {}) for name in ("PutMetricAlarm", "SetAlarmState")),
    ("Planner", "states:StartExecution", MACHINE, {}),
    ("Decider", "sqs:ReceiveMessage", "QUEUE", {}),
    # The state machine calls four functions and itself; no function calls another.
    ("Rollout", "lambda:InvokeFunction", "FN:Collector", {}),
    ("Rollout", "lambda:UpdateFunctionCode", "FN:Shifter", {}),
    ("Rollout", "states:StartExecution", f"arn:aws:states:{PLACE}:stateMachine:other", {}),
    ("Rollout", "dynamodb:PutItem", "TABLE", {}),
    ("Rollout", "s3:PutObject", "SHARDS", {}),
    ("Rollout", "s3:GetObject", "PREDICTIONS", {}),
    *((name, "lambda:InvokeFunction", "FN:Shifter", {}) for name in FUNCTIONS),
    # A scorer is the evaluator's to call, by its pattern alone.
    *(
        (name, "lambda:InvokeFunction", JUDGE, {})
        for name in ("Planner", "Shifter", "Collector", "Decider", "Rollout")
    ),
    ("Evaluator", "lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:other", {}),
    ("Evaluator", "lambda:UpdateFunctionCode", JUDGE, {}),
    *((name, "sts:AssumeRole", "*", {}) for name in FUNCTIONS),
    *((name, "iam:PassRole", "*", {}) for name in FUNCTIONS),
)


@pytest.mark.parametrize(
    ("role", "action", "resource", "context"), ALLOWED, ids=[f"{r[0]}-{r[1]}" for r in ALLOWED]
)
def test_a_role_may_do_its_work(
    account: Account, role: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    """The request a function makes every day goes through with exactly its role."""
    assert account.may(role, action, resource, context)


@pytest.mark.parametrize(
    ("role", "action", "resource", "context"),
    REFUSED,
    ids=[f"{r[0]}-{r[1]}-{i}" for i, r in enumerate(REFUSED)],
)
def test_a_role_may_not_do_what_lies_beside_it(
    account: Account, role: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    """A neighbouring action, or the same one on a neighbouring resource, is refused."""
    assert not account.may(role, action, resource, context)
