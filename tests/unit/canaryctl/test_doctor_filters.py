"""Which messages a subscription's filter policy lets through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from canaryctl.doctor.filters import may_pass

OURS = {"kind": frozenset({"notice"}), "endpoint": None}


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        ({"kind": ["notice"]}, True),
        ({"kind": ["transition"]}, False),
        ({"kind": ["transition", {"prefix": "not"}]}, True),
        ({"kind": [{"suffix": "ice"}], "endpoint": ["churn-prod"]}, True),
        ({"kind": [{"equals-ignore-case": "NOTICE"}]}, True),
        ({"kind": [{"wildcard": "n*e"}]}, True),
        ({"kind": [{"anything-but": ["notice"]}]}, False),
        ({"kind": [{"anything-but": {"prefix": "tr"}}]}, True),
        ({"kind": [{"numeric": [">", 1]}]}, False),
        ({"kind": [{"exists": False}]}, False),
        ({"team": ["ours"]}, False),
        ({"team": [{"exists": False}]}, True),
        ({"$or": [{"team": ["ours"]}, {"kind": ["notice"]}]}, True),
        ({"$or": [{"team": ["ours"]}, {"kind": ["x"]}]}, False),
        ({"kind": [{"new-in-2030": 1}]}, None),
        ({"kind": [{"new-in-2030": 1}], "team": ["ours"]}, False),
        ({}, True),
    ],
)
def test_a_policy_on_attributes(policy: dict[str, Any], *, passes: bool | None) -> None:
    """Every key must hold by one of its conditions; what is not known here is said to be."""
    assert may_pass(json.dumps(policy), "MessageAttributes", OURS) is passes


def test_a_policy_on_the_body_passes_no_text() -> None:
    """Our messages are for people, not JSON."""
    assert may_pass('{"kind": ["notice"]}', "MessageBody", OURS) is False


def test_without_a_policy_all_pass() -> None:
    """SNS tells none as nothing."""
    assert may_pass("", "MessageAttributes", OURS) is True
