"""What a resource's own policy lets a service do, as far as it can be read."""

import json
from typing import Any

import pytest

from canary.adapters.account.policies import lets_in

RULE = "arn:aws:events:eu-west-1:123456789012:rule/every-minute"
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": "*",
}
OF_RULE = ALLOW | {"Condition": {"ArnEquals": {"aws:SourceArn": [RULE]}}}
PLAIN_TEXT = {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    ("statements", "open_"),
    [
        ([ALLOW], True),
        (ALLOW, True),
        ([OF_RULE], True),
        ([ALLOW | {"Principal": "*"}], True),
        ([ALLOW | {"Principal": {"AWS": "*"}}], True),
        ([ALLOW | {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}], False),
        ([ALLOW | {"Principal": {"Service": ["sns.amazonaws.com"]}}], False),
        ([ALLOW | {"Action": ["sqs:*"]}], True),
        ([ALLOW | {"Action": "SQS:sendmessage"}], True),
        ([ALLOW | {"Action": "sqs:ReceiveMessage"}], False),
        ([ALLOW | {"Condition": {"ArnLike": {"AWS:SourceArn": f"{RULE}-other"}}}], False),
        ([ALLOW | {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:*"}}}], True),
        ([ALLOW, {"Effect": "Deny", "Principal": "*", "Action": "sqs:*"}], False),
        ([ALLOW, ALLOW | {"Effect": "Deny", "Condition": PLAIN_TEXT}], True),
        ([], False),
    ],
)
def test_a_policy_lets_in(statements: Any, *, open_: bool) -> None:
    """By caller, action and source; a denial without conditions shuts."""
    policy = json.dumps({"Statement": statements})
    assert lets_in(policy, "events.amazonaws.com", "sqs:SendMessage", RULE) is open_


def test_no_policy_lets_nobody_in() -> None:
    """As SQS gives none where there is none."""
    assert not lets_in("", "events.amazonaws.com", "sqs:SendMessage", RULE)
