"""What a resource's own policy lets a service of AWS do."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from canary.adapters.translation import translated


def policy_of_key(client: Any, key: str) -> str:
    """Return a KMS key's own policy as JSON; `client` is boto3's of KMS."""
    with translated("kms:GetKeyPolicy"):
        return str(client.get_key_policy(KeyId=key, PolicyName="default")["Policy"])


def lets_in(policy: str, service: str, action: str, source: str) -> bool:
    """Return whether a policy, as JSON, lets a service take an action for a source, by its ARN.

    A condition on anything but the source is taken to hold where it allows, and not to where it
    denies: only a denial without conditions shuts.
    """
    statements = json.loads(policy)["Statement"] if policy else []
    asked = service, action.lower(), source
    applying = [one for one in _listed(statements) if _applies(one, *asked)]
    allowed = any(one.get("Effect") == "Allow" for one in applying)
    denied = any(one.get("Effect") == "Deny" and not one.get("Condition") for one in applying)
    return allowed and not denied


def _applies(statement: Mapping[str, Any], service: str, action: str, source: str) -> bool:
    principal = statement.get("Principal", {})
    services = principal if principal == "*" else principal.get("Service", [])
    everybody = isinstance(principal, dict) and "*" in _listed(principal.get("AWS", []))
    sources = [
        pattern
        for condition in statement.get("Condition", {}).values()
        for key, patterns in condition.items()
        if key.lower() == "aws:sourcearn"
        for pattern in _listed(patterns)
    ]
    return (
        (everybody or bool({"*", service} & set(_listed(services))))
        and any(fnmatchcase(action, one.lower()) for one in _listed(statement.get("Action", [])))
        and (not sources or any(fnmatchcase(source, pattern) for pattern in sources))
    )


def _listed(one_or_more: Any) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]
