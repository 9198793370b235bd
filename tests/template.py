"""template.yaml as a document, its intrinsic functions as nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FUNCTIONS = ("planner", "shifter", "stager", "collector", "evaluator", "decider", "starter")


class _Loader(yaml.SafeLoader):
    """Reads a template."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)
TEMPLATE: dict[str, Any] = yaml.load(Path("template.yaml").read_text(encoding="utf-8"), _Loader)


def said_of(function: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the template says of all functions, and of one."""
    return (
        TEMPLATE["Globals"]["Function"],
        TEMPLATE["Resources"][f"{function.capitalize()}Function"]["Properties"],
    )


def variables_of(function: str) -> dict[str, Any]:
    """Return the environment the template gives a function, references as None."""
    return {
        name: value
        for said in said_of(function)
        for name, value in said["Environment"]["Variables"].items()
    }


ENVIRONMENT = {
    "TABLE_NAME": "rollouts",
    "LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "SageMakerCanary/canary",
    "EVENT_BUS_NAME": "default",
    "EVENT_SOURCE": "sagemaker-canary.canary",
    "DASHBOARD_MEASURES": "together",
    "FREEZE_LIST": "ops-calendar/freezes.json",
    "CANARIES_AT_ONCE": "3",
    "PREDICTIONS_BUCKET": "canary-predictions",
    "WATCHED_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:canary",
    "CHAT_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:canary-chat",
    "TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:canary",
    "ENDPOINT_NAME_PATTERN": "churn-*",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:canary-rollout",
}
"""What the template's references come to in one stack."""


def environment_of(function: str) -> dict[str, str]:
    """Return the environment of a deployed function: exactly the template's variables."""
    known = ENVIRONMENT | {"POWERTOOLS_SERVICE_NAME": function}
    return {name: known[name] for name in variables_of(function)}
