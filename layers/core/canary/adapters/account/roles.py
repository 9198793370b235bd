"""What a role's policies come to, asked of IAM without making the call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canary.adapters.translation import translated


@dataclass(frozen=True)
class Refusal:
    """One action that a role may not take on one resource; `decision` in IAM's word."""

    action: str
    resource: str
    decision: str


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
    ) -> list[Refusal]:
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
        return [
            Refusal(one["EvalActionName"], one.get("EvalResourceName", "*"), one["EvalDecision"])
            for one in results
            if one["EvalDecision"] != "allowed"
        ]
