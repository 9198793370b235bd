"""Every policy statement of a transformed template, its intrinsic functions as readable text.

References become names in braces: `{Table}` is a resource of the template, `{LogLevel}` a
parameter. A branch that a condition leaves out counts as well: what may be granted is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.roles import published

Kind = Literal["role", "trust", "resource", "permission"]
PSEUDO = {
    "AWS::Partition": published.PLACE["Partition"],
    "AWS::Region": published.PLACE["Region"],
    "AWS::AccountId": published.PLACE["Account"],
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "{StackName}",
}
ARNS = {
    "AWS::DynamoDB::Table": ("dynamodb", "table"),
    "AWS::Events::Rule": ("events", "rule-on-default-event-bus"),
    "AWS::KMS::Key": ("kms", "key"),
    "AWS::Lambda::Function": ("lambda", "function"),
    "AWS::Logs::LogGroup": ("logs", "log-group"),
    "AWS::S3::Bucket": ("s3", "bucket"),
    "AWS::SNS::Topic": ("sns", "topic"),
    "AWS::SQS::Queue": ("sqs", "queue"),
    "AWS::StepFunctions::StateMachine": ("states", "statemachine"),
}
"""The published resource type of each type of the template that a policy refers to."""
GIVEN_ARNS = {"LabelledSetKeyArn": ("kms", "key")}
"""Parameters that are an ARN of a published type: their AllowedPattern takes no other."""
OBJECTS = {"FreezeList": "{FreezeBucket}/{FreezeKey}"}
"""Parameters that are a bucket and a key: their AllowedPattern takes no other."""
REF_IS_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"}
DOCUMENTS = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}


class Unreadable(ValueError):
    """The template says something in a policy that this reading does not understand."""


@dataclass(frozen=True)
class Condition:
    """One condition of a statement."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One statement; `holder` is the logical id of what it stands in."""

    holder: str
    kind: Kind
    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    @property
    def name(self) -> str:
        """Return how a problem names it."""
        return f"{self.holder}.{self.sid}"


def statements_of(resources: Mapping[str, Any]) -> Iterator[Statement]:
    """Yield every statement of a transformed template. Raises Unreadable."""
    text = _Text(resources)
    for name, resource in resources.items():
        properties = resource.get("Properties") or {}
        for kind, document in _documents(resource["Type"], properties):
            for number, each in enumerate(_branches(document["Statement"])):
                yield _statement(text, name, kind, each, number)


def _documents(resource_type: str, properties: Mapping[str, Any]) -> Iterator[tuple[Kind, Any]]:
    if resource_type == "AWS::IAM::Role":
        yield "trust", properties["AssumeRolePolicyDocument"]
        for policy in properties.get("Policies", []):
            yield "role", policy["PolicyDocument"]
    elif resource_type == "AWS::Lambda::Permission":
        said = {"Effect": "Allow", "Action": properties["Action"], "Resource": []}
        source = {"ArnLike": {"aws:SourceArn": properties["SourceArn"]}}
        yield "permission", {"Statement": [{**said, "Condition": source}]}
    elif resource_type in DOCUMENTS:
        yield "resource", properties[DOCUMENTS[resource_type]]
    elif resource_type.startswith("AWS::IAM::") or "Policy" in resource_type.rsplit("::", 1)[1]:
        raise Unreadable(f"{resource_type} holds policies that are not read yet")


def _statement(text: _Text, holder: str, kind: Kind, said: Any, number: int) -> Statement:
    known = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}
    if set(said) - known:
        raise Unreadable(f"{holder}: {sorted(set(said) - known)} in a statement is not read yet")
    return Statement(
        holder=holder,
        kind=kind,
        sid=said.get("Sid", f"statement {number + 1}"),
        effect=said["Effect"],
        actions=tuple(_listed(said["Action"])),
        resources=tuple(
            text.of(one) for each in _listed(said.get("Resource", [])) for one in _branches(each)
        ),
        conditions=tuple(
            Condition(operator, key, tuple(text.of(value) for value in _listed(values)))
            for operator, keys in said.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _branches(value: Any) -> list[Any]:
    """Return what a value may be: both branches of a condition, and nothing for no value."""
    if isinstance(value, list):
        return [one for each in value for one in _branches(each)]
    if isinstance(value, Mapping) and "Fn::If" in value:
        return [one for each in value["Fn::If"][1:] for one in _branches(each)]
    return [] if value == {"Ref": "AWS::NoValue"} else [value]


class _Text:
    """What intrinsic functions come to, as text."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self._types = {name: resource["Type"] for name, resource in resources.items()}

    def of(self, value: Any) -> str:
        """Return a value as text. Raises Unreadable."""
        match value:
            case str():
                return value
            case {"Ref": name}:
                return self._reference(name)
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self._arn(name)
            case {"Fn::Sub": str(template)}:
                return re.sub(r"\$\{([\w:.]+)\}", lambda found: self._inside(found[1]), template)
            case _:
                raise Unreadable(f"{value!r} in a policy is not read yet")

    def _inside(self, name: str) -> str:
        if name.endswith(".Arn"):
            return self._arn(name.removesuffix(".Arn"))
        return self._reference(name)

    def _reference(self, name: str) -> str:
        if name in PSEUDO:
            return PSEUDO[name]
        if name in OBJECTS:
            return OBJECTS[name]
        if name in GIVEN_ARNS:
            return published.arn_of(*GIVEN_ARNS[name], f"{{{name}}}")
        return self._arn(name) if self._types.get(name) in REF_IS_ARN else f"{{{name}}}"

    def _arn(self, name: str) -> str:
        kind = ARNS.get(self._types.get(name, ""))
        if kind is None:
            raise Unreadable(f"{name} is not of a type whose ARN is read yet")
        return published.arn_of(*kind, f"{{{name}}}")
