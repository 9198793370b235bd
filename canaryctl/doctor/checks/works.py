"""What each function, and the state machine, does: the actions a rollout needs of every role.

Rules: data. Whatever the template grants without a parameter's asking stands here; a test compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from canaryctl.doctor.account import Account

MACHINE = "Rollout"
"""The state machine, whose role is its own."""
INVOKED = ("Planner", "Shifter", "Stager", "Evaluator", "Decider")
ANY_NAME = "doctor"
"""Stands for whatever name a resource may have where the template grants all of its kind."""


@dataclass(frozen=True)
class Work:
    """What a function does: actions on a kind of resource, under condition keys."""

    function: str
    actions: tuple[str, ...]
    on: str
    context: Mapping[str, str] = field(default_factory=dict)


LOOK, TAGS = "sagemaker:DescribeEndpoint", "sagemaker:ListTags"
GET, PUT, QUERY = "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"
BEHIND = ("sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel")
ENCRYPT = ("kms:GenerateDataKey", "kms:Decrypt")
BY_TOPIC = {"kms:ViaService": "sns.{region}.{suffix}"}
OF_VARIANTS = {
    "application-autoscaling:service-namespace": "sagemaker",
    "application-autoscaling:scalable-dimension": "sagemaker:variant:DesiredInstanceCount",
}
LOG = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)

ON_ENDPOINT = (
    Work("Planner", (LOOK, TAGS), "endpoint"),
    Work("Shifter", (LOOK, "sagemaker:UpdateEndpointWeightsAndCapacities"), "endpoint"),
    Work("Stager", (LOOK, "sagemaker:UpdateEndpoint"), "endpoint"),
    Work("Collector", (LOOK,), "endpoint"),
    Work("Evaluator", (LOOK, "sagemaker:InvokeEndpoint"), "endpoint"),
    Work("Decider", (LOOK,), "endpoint"),
    Work("Starter", (LOOK, TAGS), "endpoint"),
)
ELSEWHERE = (
    *(Work(name, (GET, PUT), "table") for name in ("Planner", "Shifter", "Stager")),
    Work("Planner", BEHIND, "configuration"),
    Work("Planner", ("sagemaker:DescribeModelPackage",), "package"),
    Work("Planner", ("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"), "any"),
    Work("Planner", ("application-autoscaling:DescribeScalableTargets",), "any"),
    Work("Planner", ("s3:GetObject",), "labelled set"),
    Work("Planner", ("s3:ListBucket",), "bucket of labelled sets"),
    Work("Shifter", ("application-autoscaling:DescribeScalableTargets",), "any"),
    Work("Shifter", ("application-autoscaling:RegisterScalableTarget",), "scalable", OF_VARIANTS),
    Work("Stager", (*BEHIND, TAGS), "configuration"),
    Work("Stager", ("sagemaker:UpdateEndpoint",), "configuration"),
    Work(
        "Stager",
        (
            "sagemaker:CreateEndpointConfig",
            "sagemaker:DeleteEndpointConfig",
            "sagemaker:AddTags",
        ),
        "own configuration",
    ),
    Work("Stager", ("sagemaker:CreateModel", "sagemaker:DeleteModel"), "own model"),
    Work("Collector", (GET, PUT, "dynamodb:UpdateItem", QUERY), "table"),
    Work("Collector", (QUERY,), "index"),
    Work("Collector", ("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"), "any"),
    Work("Collector", ("events:PutEvents",), "default bus"),
    Work("Evaluator", (GET, PUT), "table"),
    Work("Evaluator", (QUERY,), "index"),
    Work("Evaluator", BEHIND, "configuration"),
    Work("Evaluator", ("s3:GetObject",), "labelled set"),
    Work("Evaluator", ("s3:ListBucket",), "bucket of labelled sets"),
    Work("Evaluator", ("s3:GetObject", "s3:PutObject"), "prediction"),
    Work("Evaluator", ("s3:PutObject",), "shards"),
    Work("Evaluator", ("s3:ListBucket",), "bucket"),
    Work("Evaluator", ("events:PutEvents",), "default bus"),
    Work("Decider", (GET, PUT, "dynamodb:DeleteItem", QUERY), "table"),
    Work("Decider", (QUERY,), "index"),
    Work("Decider", ("states:SendTaskSuccess", "states:SendTaskHeartbeat"), "any"),
    Work("Decider", ("states:StartExecution",), "machine"),
    Work("Decider", ("states:DescribeExecution",), "execution"),
    Work("Decider", ("cloudwatch:DescribeAlarms",), "any"),
    Work("Decider", ("sns:Publish",), "topics"),
    Work("Decider", ("events:PutEvents",), "bus"),
    Work("Decider", ENCRYPT, "key", BY_TOPIC),
    Work("Starter", (GET, PUT), "table"),
    Work("Starter", (TAGS,), "group"),
    Work("Starter", ("tag:GetResources",), "any"),
    Work("Starter", ("sagemaker:ListModelPackages", "sagemaker:DescribeModelPackage"), "package"),
    Work("Starter", ("states:StartExecution",), "machine"),
    Work("Starter", ("sns:Publish",), "topic"),
    Work("Starter", ENCRYPT, "key", BY_TOPIC),
    Work(MACHINE, ("lambda:InvokeFunction",), "functions"),
    Work(MACHINE, ("states:StartExecution",), "machine"),
    Work(MACHINE, ("states:DescribeExecution", "states:StopExecution"), "execution"),
    Work(MACHINE, ("s3:GetObject",), "shards"),
    Work(
        MACHINE,
        ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
        "shard results",
    ),
    Work(MACHINE, LOG, "any"),
)


def arns_of(account: Account, kind: str) -> list[str]:
    """Return what actions on a kind of resource are asked of; a name of no resource where the
    template grants all of its kind.
    """
    view, physical = account.view, account.physical
    sets = view.parameters.get("LabelledSetBucketPattern", "*")
    bucket = sets.replace("*", ANY_NAME).replace("?", "x")
    partition = view.arn.split(":")[1]
    table = view.arn_of("dynamodb", f"table/{physical('Table')}")
    predictions = f"arn:{partition}:s3:::{physical('Predictions')}"
    bus = view.parameters.get("EventBusName", "default")
    chat = [view.resources["ChatMessages"].physical] if "ChatMessages" in view.resources else []
    found = {
        "table": [table],
        "index": [f"{table}/index/active"],
        "key": [view.arn_of("kms", f"key/{physical('MessagesKey')}")],
        "topic": [physical("Topic")],
        "topics": [physical("Topic"), *chat],
        "machine": [physical(MACHINE)],
        "execution": [f"{physical(MACHINE).replace(':stateMachine:', ':execution:')}:{ANY_NAME}"],
        "functions": [
            view.arn_of("lambda", f"function:{physical(f'{n}Function')}") for n in INVOKED
        ],
        "configuration": [view.arn_of("sagemaker", f"endpoint-config/{ANY_NAME}")],
        "own configuration": [view.arn_of("sagemaker", f"endpoint-config/canary-{ANY_NAME}")],
        "own model": [view.arn_of("sagemaker", f"model/canary-{ANY_NAME}")],
        "package": [view.arn_of("sagemaker", f"model-package/{ANY_NAME}/1")],
        "group": [view.arn_of("sagemaker", f"model-package-group/{ANY_NAME}")],
        "scalable": [view.arn_of("application-autoscaling", f"scalable-target/{ANY_NAME}")],
        "default bus": [view.arn_of("events", "event-bus/default")],
        "bus": [view.arn_of("events", f"event-bus/{bus}")],
        "prediction": [f"{predictions}/predictions/{ANY_NAME}"],
        "shards": [f"{predictions}/shards/{ANY_NAME}"],
        "shard results": [f"{predictions}/shard-results/{ANY_NAME}"],
        "bucket": [predictions],
        "labelled set": [f"arn:{partition}:s3:::{bucket}/{ANY_NAME}"],
        "bucket of labelled sets": [f"arn:{partition}:s3:::{bucket}"],
    }
    return found.get(kind, ["*"])
