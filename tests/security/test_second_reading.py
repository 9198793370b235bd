"""The second reading of roles finds what it is there to find, and finds the real tree clean.

Statements beside AWS's published authorization data, roles beside the calls of their functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from emulator.deployment.template import declared_parameters
from tests.roles import grants, published, reading
from tests.roles.__main__ import TEMPLATE, resources
from tests.roles.needs import Need
from tests.roles.statements import Condition, Statement, Unreadable, statements_of

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/{Table}"
ENDPOINT = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn-*"
PLAIN = Statement(
    holder="ShifterFunctionRole",
    kind="role",
    sid="Planted",
    effect="Allow",
    actions=("dynamodb:GetItem",),
    resources=(TABLE,),
    conditions=(),
)


@pytest.fixture(scope="module")
def statements() -> Iterator[list[Statement]]:
    """Every statement of the template."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        yield list(statements_of(resources()))


def test_every_statement_fits_what_aws_publishes(statements: list[Statement]) -> None:
    """Actions exist, resources are of their types, condition keys are theirs."""
    assert reading.problems_of(statements) == []


def test_every_role_grants_what_its_calls_need_and_nothing_else(
    statements: list[Statement],
) -> None:
    """A grant that no call uses fails, and so does a call without a grant."""
    assert grants.differences(grants.grants(statements), grants.needs()) == []


def test_what_aws_does_not_need_scoped_is_read_from_published_data() -> None:
    """The data knows the actions that matter here, and which have a resource."""
    assert published.actions("states:SendTaskSuccess")[0].resource_types == frozenset()
    assert published.actions("sagemaker:InvokeEndpoint")[0].resource_types >= {"endpoint"}
    assert {one.name for one in published.actions("kms:GenerateDataKey*")} >= {
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
    }


PLANTED: dict[str, tuple[dict[str, Any], str]] = {
    "an action that does not exist": (
        {"actions": ("dynamodb:GetItems",)},
        "AWS knows no action dynamodb:GetItems",
    ),
    "a service that does not exist": (
        {"actions": ("dynamo:GetItem",)},
        "AWS knows no action dynamo:GetItem",
    ),
    "a wildcard": ({"actions": ("dynamodb:*Item",)}, "name those that are needed"),
    "everything where AWS takes a resource": (
        {"actions": ("sns:Publish",), "resources": ("*",)},
        "sns:Publish is granted on everything, and AWS takes a resource: topic",
    ),
    "every object of every bucket": (
        {"actions": ("s3:GetObject",), "resources": ("*",)},
        "AWS takes a resource: accesspointobject, object",
    ),
    "a resource of another type": (
        {"resources": (ENDPOINT,)},
        f"none of its actions takes {ENDPOINT}",
    ),
    "a bucket for its objects": (
        {"actions": ("s3:GetObject",), "resources": ("arn:aws:s3:::bucket",)},
        "s3:GetObject takes none of its resources, but accesspointobject, object",
    ),
    "an index for its table": (
        {"resources": (f"{TABLE}/index/active",)},
        "dynamodb:GetItem takes none of its resources, but table",
    ),
    "a resource where AWS has none": (
        {
            "actions": ("states:SendTaskSuccess",),
            "resources": ("arn:aws:states:eu-west-1:123456789012:stateMachine:canary",),
        },
        "takes none of its resources, but nothing: grant it on *",
    ),
    "a misspelt condition key": (
        {"conditions": (Condition("StringEquals", "dynamodb:LeadingKey", ("x",)),)},
        "AWS knows no condition key dynamodb:LeadingKey of dynamodb",
    ),
    "a condition key of another action": (
        {
            "actions": ("events:PutEvents",),
            "resources": ("arn:aws:events:eu-west-1:123456789012:event-bus/default",),
            "conditions": (Condition("ArnEquals", "events:TargetArn", ("x",)),),
        },
        "events:PutEvents does not have the condition key events:TargetArn",
    ),
    "several values asked as one": (
        {
            "actions": ("events:PutEvents",),
            "resources": ("arn:aws:events:eu-west-1:123456789012:event-bus/default",),
            "conditions": (Condition("StringEquals", "events:source", ("x",)),),
        },
        "events:source is of type ArrayOfString: ask it by ForAllValues or ForAnyValue",
    ),
    "one value asked as several": (
        {"conditions": (Condition("ForAnyValue:StringEquals", "dynamodb:Select", ("x",)),)},
        "dynamodb:Select is of type String: ask it by a plain operator",
    ),
    "an operator of another type": (
        {"conditions": (Condition("StringEquals", "aws:SecureTransport", ("x",)),)},
        "aws:SecureTransport is of type Bool: StringEquals does not compare such values",
    ),
    "a topic's policy that names everything": (
        {"kind": "resource", "actions": ("sns:Publish",), "resources": ("*",)},
        "only a key's policy may call its own resource *",
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_mistake_is_named(statements: list[Statement], case: str) -> None:
    """Each kind of mistake a statement can hold is told in words."""
    changes, said = PLANTED[case]
    problems = reading.problems_of([*statements, replace(PLAIN, **changes)])
    assert [one for one in problems if one.startswith("ShifterFunctionRole.Planted: ")]
    assert any(said in one for one in problems)


def test_an_exception_that_nothing_needs_any_more_is_named(statements: list[Statement]) -> None:
    """What is excused from the rules must still be there."""
    left = [one for one in statements if one.sid not in {"ReadMetrics", "ReadAlarms", "Owner"}]
    problems = reading.problems_of(left)
    assert "MessagesKey: nothing says kms:* any more" in problems
    assert "nothing grants cloudwatch:GetMetricData on * any more" in problems


def test_a_policy_that_is_not_read_is_refused() -> None:
    """A new kind of policy must not pass for none."""
    with pytest.raises(Unreadable, match="AWS::IAM::ManagedPolicy"):
        list(statements_of({"Wide": {"Type": "AWS::IAM::ManagedPolicy"}}))


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ("", True),
        ("arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000", True),
        ("arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-0a1b", True),
        ("arn:aws:kms:eu-west-1:123456789012:alias/labels", False),
        ("alias/labels", False),
        ("0a1b2c3d-0000-4000-8000-000000000000", False),
    ],
)
def test_the_key_of_labelled_sets_is_given_as_a_keys_arn(given: str, *, fits: bool) -> None:
    """The reading takes the parameter for a key: no other ARN passes its pattern."""
    said = declared_parameters(TEMPLATE)["LabelledSetKeyArn"]["AllowedPattern"]
    assert (re.fullmatch(said, given) is not None) is fits


def test_an_unused_grant_and_a_missing_one_are_told_apart() -> None:
    """The two directions have a remedy each."""
    used, unused = Need("s3:GetObject", "{B}/*"), Need("s3:PutObject", "{B}/*")
    assert grants.differences({"R": frozenset({unused})}, {"R": frozenset({used})}) == [
        "R: nothing uses s3:PutObject on {B}/*: take it away",
        "R: s3:GetObject on {B}/* is called and not granted: grant it",
    ]
