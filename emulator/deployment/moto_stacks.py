"""CloudFormation tells of deployed stacks: what they were given, made and put out.

Stacks deployed here are made by our own makers, so moto's CloudFormation has never heard of them.
Every other stack it answers for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult

from emulator.deployment.stack import DeployedStack
from emulator.patching import Patches


def patch_stacks(
    patches: Patches, stacks: Mapping[str, DeployedStack], now: Callable[[], datetime]
) -> None:
    """Let CloudFormation describe `stacks`, by name or ARN, and list their resources."""

    def of(response: CloudFormationResponse) -> DeployedStack | None:
        asked = response._get_param("StackName")
        return next((s for s in stacks.values() if asked in {s.name, s.arn}), None)

    def describe_stacks(self: CloudFormationResponse) -> ActionResult:
        stack = of(self)
        if stack is None:
            return describe(self)
        return ActionResult({"Stacks": [_described(stack, now())]})

    def list_stack_resources(self: CloudFormationResponse) -> ActionResult:
        stack = of(self)
        if stack is None:
            return list_resources(self)
        return ActionResult({"StackResourceSummaries": _listed(stack, now())})

    def describe_stack_resource(self: CloudFormationResponse) -> ActionResult:
        stack = of(self)
        if stack is None:
            return describe_resource(self)
        wanted = self._get_param("LogicalResourceId")
        found = [one for one in _listed(stack, now()) if one["LogicalResourceId"] == wanted]
        if not found:
            return describe_resource(self)
        return ActionResult({"StackResourceDetail": {"StackName": stack.name, **found[0]}})

    describe: Any = patches.replace(
        CloudFormationResponse, "describe_stacks", describe_stacks, parameters=()
    )
    list_resources: Any = patches.replace(
        CloudFormationResponse, "list_stack_resources", list_stack_resources, parameters=()
    )
    describe_resource: Any = patches.replace(
        CloudFormationResponse, "describe_stack_resource", describe_stack_resource, parameters=()
    )


def _described(stack: DeployedStack, now: datetime) -> dict[str, Any]:
    return {
        "StackName": stack.name,
        "StackId": stack.arn,
        "StackStatus": stack.status,
        "CreationTime": now,
        "Tags": {},  # moto writes them out from a mapping
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in stack.parameters.items()
        ],
        "Outputs": [
            {"OutputKey": name, "OutputValue": value} for name, value in stack.outputs.items()
        ],
    }


def _listed(stack: DeployedStack, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": made.physical_id,
            "ResourceType": made.kind,
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": now,
        }
        for logical_id, made in stack.resources.items()
    ]
