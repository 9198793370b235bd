"""What a call of AWS needs to be allowed: the action, and the resource it is asked of.

Most operations are actions of the same name. Where they are not, where a call needs more than one,
and where AWS acts with the role by itself, it stands here with AWS's own statement. Resources are
written as the last part of their ARN, references in braces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.roles import published
from tests.roles.client_calls import Call
from tests.roles.sources import Definition


class Need(NamedTuple):
    """An action on one resource."""

    action: str
    resource: str


class UnknownCall(ValueError):
    """Nothing says what a call needs; it is to be added here, with its source."""


PREFIXES = {
    "resourcegroupstaggingapi": "tag",
    "sagemaker-runtime": "sagemaker",
    "stepfunctions": "states",
}
"""boto3's name of a service and the prefix of its actions, where they differ."""
ACTIONS = {
    ("s3", "HeadObject"): "s3:GetObject",  # S3 API reference, HeadObject, "Permissions"
    ("s3", "ListObjectsV2"): "s3:ListBucket",  # S3 API reference, ListObjectsV2, "Permissions"
    ("lambda", "Invoke"): "lambda:InvokeFunction",  # Lambda API reference, Invoke
}
ITEMS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
"""A transaction needs the action of each item: DynamoDB developer guide, "IAM for transactions"."""

TABLE = "table/{Table}"
ENDPOINTS = ("endpoint/{EndpointNamePattern}", "endpoint/{EndpointNamePatternAsWritten}")
"""IAM has been seen to name an endpoint in lower case and as it is written: both are granted."""
CONFIGS, OWN_CONFIGS, OWN_MODELS = "endpoint-config/*", "endpoint-config/canary-*", "model/canary-*"
"""What the stager makes is called canary-*."""
MACHINE = "{StackName}-rollout"
SCORER = "function:{ScorerFunctionPattern}"
RESOURCES: dict[str, tuple[str, ...]] = {
    "application-autoscaling:DescribeScalableTargets": ("*",),
    "application-autoscaling:RegisterScalableTarget": ("scalable-target/*",),
    "cloudwatch:DescribeAlarms": ("*",),
    "cloudwatch:GetMetricData": ("*",),
    "events:PutEvents": ("event-bus/default",),
    "lambda:InvokeFunction": (SCORER, f"{SCORER}:*"),
    "sagemaker:DescribeEndpoint": ENDPOINTS,
    "sagemaker:CreateEndpointConfig": (OWN_CONFIGS,),
    "sagemaker:CreateModel": (OWN_MODELS,),
    "sagemaker:DeleteEndpointConfig": (OWN_CONFIGS,),
    "sagemaker:DeleteModel": (OWN_MODELS,),
    "sagemaker:DescribeEndpointConfig": (CONFIGS,),
    "sagemaker:DescribeModel": ("model/*",),
    "sagemaker:DescribeModelPackage": ("model-package/*",),
    "sagemaker:InvokeEndpoint": ENDPOINTS,
    "sagemaker:ListModelPackages": ("model-package/*",),
    "sagemaker:ListTags": ENDPOINTS,
    "sagemaker:UpdateModelPackage": ("model-package/*",),
    "sagemaker:UpdateEndpoint": (*ENDPOINTS, CONFIGS),
    "sagemaker:UpdateEndpointWeightsAndCapacities": ENDPOINTS,
    "sns:GetTopicAttributes": ("{Topic}",),
    "sns:Publish": ("{Topic}", "{ChatMessages}"),
    "states:DescribeExecution": (f"execution:{MACHINE}:*",),
    "states:SendTaskHeartbeat": ("*",),
    "states:SendTaskSuccess": ("*",),
    "states:StartExecution": (f"stateMachine:{MACHINE}",),
    "tag:GetResources": ("*",),
}
BUCKETS = {
    "S3LabelledSets": ("{LabelledSetBucketPattern}", "{LabelledSetBucketPattern}/*"),
    "S3Freezes": ("{FreezeBucket}", "{FreezeBucket}/{FreezeKey}"),
    "S3Specs": ("{HandsOffSpecBucket}", "{HandsOffSpecBucket}/*"),
    "S3Predictions": ("{Predictions}", "{Predictions}/predictions/*"),
    "S3ShardLists": ("{Predictions}", "{Predictions}/shards/*"),
}
"""The bucket of each adapter, and its objects."""
BUSES = {"EventBridgeBus": "event-bus/{EventBusName}"}
"""The bus of an adapter that has another than the account's own."""
ASKED_OF = {("SageMakerConfigurations", "sagemaker:ListTags"): (CONFIGS, "model/*")}
"""What an adapter asks an action of, where others ask it of something else."""
BESIDES: dict[tuple[str, str], tuple[Need, ...]] = {
    # To whoever may not list the bucket S3 says "forbidden" of a key that does not exist (S3 API
    # reference, GetObject and HeadObject); an object under a customer's key is decrypted with the
    # reader's own permission (S3 user guide, "Using server-side encryption with AWS KMS keys").
    ("S3LabelledSets", "s3:GetObject"): (
        Need("s3:ListBucket", "{LabelledSetBucketPattern}"),
        Need("kms:Decrypt", "key/{LabelledSetKeyArn}"),
    ),
    # The tag of a group of packages, beside an endpoint's.
    ("SageMakerSpecTags", "sagemaker:ListTags"): (
        Need("sagemaker:ListTags", "model-package-group/*"),
    ),
    # A role that is given on, and tags that are set in the same call: service authorization
    # reference, SageMaker, "Dependent actions".
    ("SageMakerConfigurations", "sagemaker:CreateModel"): (
        Need("iam:PassRole", "role/{ModelRolePattern}"),
        Need("sagemaker:AddTags", OWN_MODELS),
    ),
    ("SageMakerConfigurations", "sagemaker:CreateEndpointConfig"): (
        Need("sagemaker:AddTags", OWN_CONFIGS),
    ),
    # SNS uses the topic's key in the publisher's name: SNS developer guide, "Key management".
    ("SnsPublisher", "sns:Publish"): (
        Need("kms:GenerateDataKey", "key/{MessagesKey}"),
        Need("kms:Decrypt", "key/{MessagesKey}"),
    ),
}
ENDS = Definition("canary.domain.rollout.transitions.closing", "", "_end")
ONLY_WITH = {
    (Definition("canary.adapters.table", "DynamoRollouts", "_replace"), "Delete"): ENDS,
}
"""An item of a transaction that is written only by who can reach another function: a lease is
deleted with the record that ends, and `_end` alone ends one.
"""
TOLD_BY = {"{ChatMessages}": Definition("canary.flow.telling.channels", "", "chat_channel")}
"""A resource that is asked of only by who can reach another function: the topic of chats."""
OF_AWS = {
    "DeciderFunctionRole": (
        # Lambda developer guide, "Adding a dead-letter queue": with the function's own role.
        Need("sqs:SendMessage", "{Undelivered}"),
    ),
    "StarterFunctionRole": (Need("sqs:SendMessage", "{Undelivered}"),),
    "RolloutRole": tuple(
        # Step Functions developer guide, "Logging": the machine's role delivers its log.
        Need(f"logs:{name}", "*")
        for name in (
            "CreateLogDelivery",
            "DeleteLogDelivery",
            "DescribeLogGroups",
            "DescribeResourcePolicies",
            "GetLogDelivery",
            "ListLogDeliveries",
            "PutResourcePolicy",
            "UpdateLogDelivery",
        )
    ),
}
"""What AWS does by itself with a role."""
TASK = re.compile(r"\$\{(\w+)Arn\}")
OF_CHILDREN = (
    # Step Functions developer guide, "IAM policies for using Distributed Map states": executions
    # of the machine itself, and those it follows and stops.
    Need("states:StartExecution", f"stateMachine:{MACHINE}"),
    Need("states:DescribeExecution", f"execution:{MACHINE}:*"),
    Need("states:StopExecution", f"execution:{MACHINE}:*"),
    # The same, "IAM policies for ItemReader" and "for ResultWriter", of the places it names.
    Need("s3:GetObject", "{Predictions}/shards/*"),
    *(
        Need(f"s3:{name}", "{Predictions}/shard-results/*")
        for name in ("PutObject", "GetObject", "ListMultipartUploadParts", "AbortMultipartUpload")
    ),
)
"""What a distributed Map needs of its machine's role."""


def needs_of(call: Call, everything: frozenset[Definition]) -> Iterator[Need]:
    """Yield what a call needs, where `everything` is reached. Raises UnknownCall."""
    for kind in call.items:
        only_with = ONLY_WITH.get((call.where, kind))
        if only_with is None or only_with in everything:
            yield Need(ITEMS[kind], TABLE)
    if call.items:
        return
    name = f"{PREFIXES.get(call.service, call.service)}:{call.operation}"
    action = ACTIONS.get((call.service, call.operation), name)
    if not published.actions(action):
        raise UnknownCall(f"{call.where}: AWS knows no action {action}")
    yield from (
        Need(action, resource)
        for resource in _resources(call, action)
        if TOLD_BY.get(resource) in {None, *everything}
    )
    yield from BESIDES.get((call.where.owner, action), ())


def _resources(call: Call, action: str) -> tuple[str, ...]:
    if call.service == "dynamodb":
        return (f"{TABLE}/index/active",) if "IndexName" in call.keywords else (TABLE,)
    if call.service == "s3" and call.where.owner in BUCKETS:
        bucket, objects = BUCKETS[call.where.owner]
        return (bucket,) if action == "s3:ListBucket" else (objects,)
    if (call.where.owner, action) in ASKED_OF:
        return ASKED_OF[call.where.owner, action]
    if call.where.owner in BUSES:
        return (BUSES[call.where.owner],)
    if action not in RESOURCES:
        raise UnknownCall(f"{call.where}: nothing says what {action} is asked of")
    return RESOURCES[action]


def needs_of_machine(definition: Path) -> Iterator[Need]:
    """Yield what the state machine needs for its tasks and Maps. Raises UnknownCall."""
    yield from _needs_of(json.loads(definition.read_text(encoding="utf-8"))["States"])


def _needs_of(states: Mapping[str, Any]) -> Iterator[Need]:
    for name, state in states.items():
        if state["Type"] == "Task":
            called = TASK.fullmatch(state["Parameters"]["FunctionName"])
            if ":::lambda:invoke" not in state["Resource"] or called is None:
                raise UnknownCall(f"state {name}: only calls of our functions are known")
            yield Need("lambda:InvokeFunction", f"function:{{{called[1]}Function}}")
        elif state["Type"] == "Map":
            yield from _needs_of(state["ItemProcessor"]["States"])
            if state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED":
                yield from OF_CHILDREN
