"""IAM simulates a role's policies: the evaluation that is enforced, asked without a call.

As on AWS the source is a role's own ARN, never a session's, and what no context was given for is
missing; resource policies have no say.
Source: IAM API reference, SimulatePrincipalPolicy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse

from emulator.iam.requirements import Requirement
from emulator.patching import Patches


class Decides(Protocol):
    """Says what a role's policies come to."""

    def decision(self, role_arn: str, requirement: Requirement) -> str:
        """Return allowed, implicitDeny or explicitDeny."""

    def knows(self, role_arn: str) -> bool:
        """Return whether there is such a role."""


def patch_simulation(patches: Patches, permissions: Decides) -> None:
    """Answer SimulatePrincipalPolicy, which moto does not know."""

    def simulate_principal_policy(self: IamResponse) -> ActionResult:
        role = self._get_param("PolicySourceArn")
        if not permissions.knows(role):
            raise NotFoundException(f"The role {role} cannot be found.")
        results = [
            {
                "EvalActionName": wanted.action,
                "EvalResourceName": wanted.resource,
                "EvalDecision": permissions.decision(role, wanted),
            }
            for wanted in _wanted(self)
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    patches.add(IamResponse, "simulate_principal_policy", simulate_principal_policy)


def _wanted(response: IamResponse) -> Iterator[Requirement]:
    context = _context(response._get_param("ContextEntries") or [])
    for action in response._get_param("ActionNames") or []:
        for resource in response._get_param("ResourceArns") or ["*"]:
            yield Requirement(action, resource, context)


def _context(entries: list[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {
        str(entry["ContextKeyName"]).lower(): tuple(entry["ContextKeyValues"]) for entry in entries
    }
