"""IAM simulates a role's policies: the evaluation that is enforced, asked without a call.

As on AWS the source is a role's own ARN, never a session's, what no context was given for is
missing, resource policies have no say, and an action has one result however many resources are
named.
Source: IAM API reference, SimulatePrincipalPolicy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse

from emulator.iam.requirements import Requirement
from emulator.patching import Patches

SEVEREST = ("explicitDeny", "implicitDeny")


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
        context = _context(self._get_param("ContextEntries") or [])
        resources = self._get_param("ResourceArns") or ["*"]
        results = [
            _result(
                action,
                {
                    one: permissions.decision(role, Requirement(action, one, context))
                    for one in resources
                },
            )
            for action in self._get_param("ActionNames") or []
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    patches.add(IamResponse, "simulate_principal_policy", simulate_principal_policy)


def _result(action: str, decisions: Mapping[str, str]) -> dict[str, Any]:
    """Return one action's result: one for all resources, and where some were named one for each."""
    whole = next((one for one in SEVEREST if one in decisions.values()), "allowed")
    each = [
        {"EvalResourceName": name, "EvalResourceDecision": one} for name, one in decisions.items()
    ]
    named = {} if list(decisions) == ["*"] else {"ResourceSpecificResults": each}
    return {
        "EvalActionName": action,
        "EvalResourceName": next(iter(decisions)),
        "EvalDecision": whole,
        **named,
    }


def _context(entries: list[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {
        str(entry["ContextKeyName"]).lower(): tuple(entry["ContextKeyValues"]) for entry in entries
    }
