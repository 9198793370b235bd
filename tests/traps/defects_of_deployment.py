"""Defects of what is deployed: rules, policies and names, one row each in DEFECTS_OF_DEPLOYMENT."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest.mock import patch

from canary.adapters.sagemaker import SageMakerEndpoints
from emulator.deployment import stack, template
from tests.integration.stage import ENDPOINT
from tests.security import test_policies as policies
from tests.traps.defect import Defect

Planted = AbstractContextManager[Any]
FUNCTIONS = ("Planner", "Shifter", "Collector", "Evaluator")
FROZEN = "an_endpoints_arn_frozen_in_a_policy_stale_after_redeploy"
SERVED = '("SUCCEEDED", SECOND_ENDPOINT)'


def _a_rule_without_a_target() -> Planted:
    transformed = template.transformed

    def planted(*given: Any) -> dict[str, Any]:
        document = transformed(*given)
        rules = [
            made for made in document["Resources"].values() if made["Type"] == "AWS::Events::Rule"
        ]
        rules[-1]["Properties"]["Targets"] = []
        return document

    return patch.object(policies, "transformed", planted)


def _endpoint_frozen_in_policies(*functions: str) -> Planted:
    transformed = template.transformed

    def planted(*given: Any) -> dict[str, Any]:
        document = transformed(*given)
        roles = [
            document["Resources"][f"{function}FunctionRole"]["Properties"] for function in functions
        ]
        policies_of_roles = [
            policy["PolicyDocument"] for role in roles for policy in role["Policies"]
        ]
        for statement in (
            statement for policy in policies_of_roles for statement in policy["Statement"]
        ):
            if "Resource" in statement:
                statement["Resource"] = _frozen(statement["Resource"])
        return document

    return patch.object(stack, "transformed", planted)


def _frozen(resource: Any) -> Any:
    """Return a policy's resource with the pattern of endpoint names replaced by the first
    endpoint's name.
    """
    if isinstance(resource, list):
        return [_frozen(one) for one in resource]
    text = resource.get("Fn::Sub") if isinstance(resource, dict) else None
    if not isinstance(text, str):
        return resource
    return {"Fn::Sub": text.replace("endpoint/${EndpointNamePattern}", f"endpoint/{ENDPOINT}")}


def _endpoint_frozen_in_variable() -> Planted:
    move = SageMakerEndpoints.move
    return patch.object(
        SageMakerEndpoints, "move", lambda endpoints, _, weights: move(endpoints, ENDPOINT, weights)
    )


def _rows() -> tuple[tuple[str, str, Callable[[], Planted], str], ...]:
    return (
        (
            "an_event_rule_without_a_target",
            "one rule has no target",
            _a_rule_without_a_target,
            'rule["Targets"]',
        ),
        (
            FROZEN,
            "every policy names one endpoint",
            partial(_endpoint_frozen_in_policies, *FUNCTIONS),
            SERVED,
        ),
        (
            FROZEN,
            "the evaluator's policy names one",
            partial(_endpoint_frozen_in_policies, "Evaluator"),
            SERVED,
        ),
        (FROZEN, "a variable holds the endpoint's name", _endpoint_frozen_in_variable, SERVED),
    )


DEFECTS_OF_DEPLOYMENT = tuple(Defect(*row) for row in _rows())
