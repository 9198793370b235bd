"""What a call needs: the IAM action, the resource's ARN and the condition keys, per service
authorization reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.calls import Call
from emulator.iam.lookups import config_key, lacks_object, topic_key
from emulator.place import Place

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Requirement:
    """One action on one resource; context holds lower-case condition keys."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_written: str = ""
    """The resource with its name as the caller writes it, where AWS has been seen to ask either
    way; "" where there is one way.
    """


class UnknownCall(NotImplementedError):
    """No rule says what this call needs; it must be added here before enforcement means
    anything.
    """


TRANSPORT = {"aws:securetransport": ("true",)}
# DynamoDB's transaction items need the action of each item.
_ITEM_ACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

_SAGEMAKER_KINDS = {
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "ModelPackageGroupName": "model-package-group",
}


def requirements_of(call: Call, place: Place) -> list[Requirement]:
    """Return everything the caller's role must allow. Raises UnknownCall for a service without a
    rule.
    """
    rule = _RULES.get(call.service)
    if rule is None:
        raise UnknownCall(f"IAM requirements of {call.name} are not known")
    return list(rule(call.operation, call.parameters, place))


def _dynamodb(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    def table(name: str) -> str:
        return name if name.startswith("arn:") else place.arn("dynamodb", f"table/{name}")

    if operation in {"TransactWriteItems", "TransactGetItems"}:
        for item in given["TransactItems"]:
            kind, content = next(iter(item.items()))
            yield Requirement(
                f"dynamodb:{_ITEM_ACTIONS.get(kind, 'GetItem')}",
                table(content["TableName"]),
                TRANSPORT,
            )
        return
    if operation in {"BatchGetItem", "BatchWriteItem"}:
        for name in given["RequestItems"]:
            yield Requirement(f"dynamodb:{operation}", table(name), TRANSPORT)
        return
    index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
    yield Requirement(
        f"dynamodb:{operation}", table(given.get("TableName", "*")) + index, TRANSPORT
    )


def _sagemaker(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    action = f"sagemaker:{operation}"
    resources = list(_sagemaker_resources(operation, given, place))
    if not resources:
        yield Requirement(action, given.get("ResourceArn", "*"), TRANSPORT)
        return
    for lower, written in resources:
        yield Requirement(action, lower, TRANSPORT, as_written=written)
    if given.get("Tags"):
        yield Requirement("sagemaker:AddTags", resources[0][0], TRANSPORT, as_written=written)
    if "ExecutionRoleArn" in given:
        to = {"iam:passedtoservice": (f"sagemaker.{place.url_suffix}",), **TRANSPORT}
        yield Requirement("iam:PassRole", given["ExecutionRoleArn"], to)
    deploys = operation in {"CreateEndpoint", "UpdateEndpoint"}
    key = config_key(place, given["EndpointConfigName"]) if deploys else None
    if key is not None:
        via = {"kms:viaservice": (f"sagemaker.{place.region}.{place.url_suffix}",), **TRANSPORT}
        yield Requirement("kms:CreateGrant", key, {**via, "kms:grantisforawsresource": ("true",)})


def _sagemaker_resources(
    operation: str, given: Parameters, place: Place
) -> Iterator[tuple[str, str]]:
    """Give what a call is asked of, each in lower case and as the caller wrote it: SageMaker writes
    names in lower case in ARNs, and denials have been seen to name them either way.
    """
    package = given.get("ModelPackageArn") or given.get("ModelPackageName")
    if package is not None:
        whole = package if package.startswith("arn:") else f"model-package/{package}"
        arn = whole if package.startswith("arn:") else place.arn("sagemaker", whole)
        yield arn, arn
        return
    if "ModelPackageGroupName" in given and operation.endswith(("ModelPackage", "ModelPackages")):
        versions = f"model-package/{given['ModelPackageGroupName'].rsplit('/', 1)[-1]}/*"
        yield place.arn("sagemaker", versions.lower()), place.arn("sagemaker", versions)
        return
    known = [member for member in _SAGEMAKER_KINDS if member in given]
    # CreateEndpoint alone is asked of two: SageMaker API permissions reference.
    for member in known if operation == "CreateEndpoint" else known[:1]:
        path = f"{_SAGEMAKER_KINDS[member]}/"
        lower, written = (path + name for name in (given[member].lower(), given[member]))
        yield place.arn("sagemaker", lower), place.arn("sagemaker", written)


def _cloudwatch(operation: str, _given: Parameters, _place: Place) -> Iterator[Requirement]:
    yield Requirement(f"cloudwatch:{operation}", "*", TRANSPORT)


def _events(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    if operation != "PutEvents":
        yield Requirement(f"events:{operation}", "*", TRANSPORT)
        return
    # One request for each bus; source and detail type are keys with a value for every entry.
    for bus in dict.fromkeys(entry.get("EventBusName", "default") for entry in given["Entries"]):
        entries = [
            entry for entry in given["Entries"] if entry.get("EventBusName", "default") == bus
        ]
        resource = bus if bus.startswith("arn:") else place.arn("events", f"event-bus/{bus}")
        sources, types = (
            tuple(entry[name] for entry in entries) for name in ("Source", "DetailType")
        )
        yield Requirement(
            "events:PutEvents",
            resource,
            {"events:source": sources, "events:detail-type": types, **TRANSPORT},
        )


def _states(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    # SendTask calls are granted on the state machine; a token names none, so the machine is any of
    # the account.
    token = place.arn("states", "stateMachine:*") if "taskToken" in given else None
    resource = given.get("executionArn") or given.get("stateMachineArn") or token
    yield Requirement(f"states:{operation}", resource or "*", TRANSPORT)


def _sns(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    topic = given.get("TopicArn", "*")
    yield Requirement(f"sns:{operation}", topic, TRANSPORT)
    # Whoever publishes to an encrypted topic has SNS use the topic's key in its name.
    key = topic_key(topic) if operation == "Publish" and topic != "*" else None
    if key is not None:
        via = {"kms:viaservice": (f"sns.{place.region}.{place.url_suffix}",), **TRANSPORT}
        yield Requirement("kms:GenerateDataKey", key, via)
        yield Requirement("kms:Decrypt", key, via)


def _s3(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    actions = {"HeadObject": "GetObject", "ListObjectsV2": "ListBucket", "CopyObject": "PutObject"}
    key = f"/{given['Key']}" if "Key" in given else ""
    versioned = operation in {"GetObject", "HeadObject"} and "VersionId" in given
    action = "GetObjectVersion" if versioned else actions.get(operation, operation)
    bucket = place.bucket_arn(given.get("Bucket", "*"))
    yield Requirement(f"s3:{action}", f"{bucket}{key}", TRANSPORT)
    # That a key does not exist is told only to those who may list the bucket; everybody else is
    # forbidden to know.
    if operation in {"GetObject", "HeadObject"} and lacks_object(
        place.account, given["Bucket"], given["Key"]
    ):
        yield Requirement("s3:ListBucket", bucket, TRANSPORT)


def _lambda(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    name = given.get("FunctionName", "*")
    resource = name if name.startswith("arn:") else place.arn("lambda", f"function:{name}")
    yield Requirement(
        "lambda:InvokeFunction" if operation == "Invoke" else f"lambda:{operation}",
        resource,
        TRANSPORT,
    )


def _autoscaling(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    # A scalable target's ARN ends in an id of its own, so that policies name all of them; reading
    # has no resources (service authorization reference, AWS Application Auto Scaling).
    reads = operation.startswith("Describe")
    target = "*" if reads else place.arn("application-autoscaling", "scalable-target/emulated")
    context = {} if reads else _scaled(given)
    yield Requirement(f"application-autoscaling:{operation}", target, {**TRANSPORT, **context})


def _scaled(given: Parameters) -> dict[str, tuple[str, ...]]:
    prefix = "application-autoscaling:"
    keys = {"service-namespace": "ServiceNamespace", "scalable-dimension": "ScalableDimension"}
    return {f"{prefix}{key}": (str(given[name]),) for key, name in keys.items()}


def _sqs(operation: str, given: Parameters, place: Place) -> Iterator[Requirement]:
    yield Requirement(
        f"sqs:{operation}",
        place.arn("sqs", f"{given.get('QueueUrl', '*').rsplit('/', 1)[-1]}"),
        TRANSPORT,
    )


def _tagging(operation: str, _given: Parameters, _place: Place) -> Iterator[Requirement]:
    # Service authorization reference, Amazon Resource Group Tagging API: no resources.
    yield Requirement(f"tag:{operation}", "*", TRANSPORT)


def _sts(_operation: str, _given: Parameters, _place: Place) -> Iterator[Requirement]:
    return iter(())  # GetCallerIdentity is always allowed


_RULES: dict[str, Callable[[str, Parameters, Place], Iterator[Requirement]]] = {
    "application-autoscaling": _autoscaling,
    "cloudwatch": _cloudwatch,
    "dynamodb": _dynamodb,
    "events": _events,
    "lambda": _lambda,
    "resourcegroupstaggingapi": _tagging,
    "s3": _s3,
    "sagemaker": _sagemaker,
    "sagemaker-runtime": _sagemaker,
    "sns": _sns,
    "sqs": _sqs,
    "stepfunctions": _states,
    "sts": _sts,
}
