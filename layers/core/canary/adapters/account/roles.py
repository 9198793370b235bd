"""What a role's policies come to, asked of IAM without making the call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canary.adapters.translation import translated


@dataclass(frozen=True)
class Decision:
    """What IAM decided of one action on one resource, in its word; a refusal unless `allowed`."""

    action: str
    resource: str
    decision: str

    @property
    def denied(self) -> bool:
        """Return whether a statement denies it, rather than none allowing it."""
        return self.decision == "explicitDeny"


class RoleSimulator:
    """Simulates the policies of roles; service control policies and boundaries count too."""

    def __init__(self, client: Any) -> None:
        """Take a boto3 IAM client."""
        self._client = client

    def refused(
        self,
        role: str,
        actions: Sequence[str],
        resources: Sequence[str],
        context: Mapping[str, str],
    ) -> list[Decision]:
        """Return what a role may not do of every action on every resource.

        `context` holds condition keys of one text each, such as `kms:ViaService`.
        """
        entries = [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in context.items()
        ]
        with translated("iam:SimulatePrincipalPolicy"):
            pages = self._client.get_paginator("simulate_principal_policy").paginate(
                PolicySourceArn=role,
                ActionNames=list(actions),
                ResourceArns=list(resources),
                ContextEntries=entries,
            )
            results = [one for page in pages for one in page["EvaluationResults"]]
        return [one for result in results for one in _of(result) if one.decision != "allowed"]


def _of(result: Mapping[str, Any]) -> list[Decision]:
    """Return the decisions in one action's result: IAM tells them by resource where several were
    named, and its own decision then sums them up.
    """
    action = result["EvalActionName"]
    each = [
        Decision(action, one["EvalResourceName"], one["EvalResourceDecision"])
        for one in result.get("ResourceSpecificResults") or []
    ]
    return each or [Decision(action, result.get("EvalResourceName", "*"), result["EvalDecision"])]
