"""IAM enforced from the deployed roles: a function or state machine may do what its role says and
nothing else.

Denied by default, an explicit Deny wins, wildcards in actions and resources, conditions over what
the call tells. A caller without a role of ours (the person at the console, the tests) may do
everything. Only inline policies count: the AWS-managed ones the transform adds are about logs and
traces, which no in-process call needs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from moto.iam.models import IAMBackend, iam_backends
from moto.iam.responses import IamResponse

from emulator.calls import Call, Proceed
from emulator.iam.requirements import Requirement, requirements_of
from emulator.iam.simulation import patch_simulation
from emulator.patching import Patches
from emulator.place import Place


class UnknownCondition(ValueError):
    """A policy uses a condition operator that is not emulated; guessing would prove nothing."""


def patch_iam(patches: Patches, place: Place, permissions: Permissions) -> None:
    """Keep roles in the account's own partition; moto reads the region off an address that names
    none, and so keeps all of them in `aws`. Let their policies be simulated.
    """
    patch_simulation(patches, permissions)

    def backend(self: IamResponse) -> IAMBackend:
        return iam_backends[self.current_account][place.partition]

    patches.replace(IamResponse, "backend", property(backend))


class Permissions:
    """Who holds which keys, and what they may do."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._role_of: dict[str, str] = {}
        self.refused: list[tuple[str, str, str]] = []
        self.names_as_written = False
        """Whether resources are asked for with the names that callers write, where AWS has been
        seen to do either; otherwise in lower case.
        """

    def credentials_of(self, role_arn: str) -> dict[str, str]:
        """Return the environment variables that make a caller this role."""
        key = "ASIA" + hashlib.sha256(role_arn.encode()).hexdigest()[:16].upper()
        self._role_of[key] = role_arn
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_SESSION_TOKEN": "emulated",
        }

    def arn_of(self, access_key: str) -> str:
        """Return who calls with a key; a key that is no role's is the account's administrator."""
        role = self._role_of.get(access_key)
        if role is None:
            return self._place.user_arn("administrator")
        return self._place.session_arn(role.rsplit("/", 1)[-1])

    def enforce(self, call: Call, proceed: Proceed) -> Any:
        """Let the call pass or raise AccessDenied as its service says it."""
        role_arn = self._role_of.get(call.access_key)
        if role_arn is None:
            return proceed()
        for required in requirements_of(call, self._place):
            requirement = required
            if self.names_as_written and required.as_written:
                requirement = replace(required, resource=required.as_written)
            message = self.refusal(role_arn, requirement)
            if message is not None:
                code, status = _refusal_of(call, requirement)
                raise call.error(code, message, status)
        return proceed()

    def refusal(self, role_arn: str, requirement: Requirement) -> str | None:
        """Return AWS's message when the role may not, None when it may."""
        decision = self.decision(role_arn, requirement)
        if decision == "allowed":
            return None
        self.refused.append((role_arn, requirement.action, requirement.resource))
        caller = self._place.session_arn(role_arn.rsplit("/", 1)[-1])
        why = (
            "with an explicit deny in an identity-based policy"
            if decision == "explicitDeny"
            else f"because no identity-based policy allows the {requirement.action} action"
        )
        return (
            f"User: {caller} is not authorized to perform: {requirement.action} "
            f"on resource: {requirement.resource} {why}"
        )

    def decision(self, role_arn: str, requirement: Requirement) -> str:
        """Return what the role's policies come to, in SimulatePrincipalPolicy's words: allowed,
        implicitDeny or explicitDeny.
        """
        effects = {s["Effect"] for s in self._statements(role_arn) if _applies(s, requirement)}
        if "Deny" in effects:
            return "explicitDeny"
        return "allowed" if "Allow" in effects else "implicitDeny"

    def knows(self, role_arn: str) -> bool:
        """Return whether there is such a role."""
        return self._role(role_arn) is not None

    def _role(self, role_arn: str) -> Any:
        roles = iam_backends[self._place.account][self._place.partition].roles.values()
        return next((role for role in roles if role.arn == role_arn), None)

    def _statements(self, role_arn: str) -> Iterator[Mapping[str, Any]]:
        role = self._role(role_arn)
        for text in (role.policies if role is not None else {}).values():
            document = _policy(text) if isinstance(text, str) else text
            statements = document["Statement"]
            yield from statements if isinstance(statements, list) else [statements]


@lru_cache(maxsize=512)
def _policy(text: str) -> Mapping[str, Any]:
    """Return a policy as read: every call asks its role's again."""
    policy: Mapping[str, Any] = json.loads(text)
    return policy


def _refusal_of(call: Call, requirement: Requirement) -> tuple[str, int]:
    """Return the error code and HTTP status a service refuses with."""
    if requirement.action.startswith("kms:"):
        return ("KMSAccessDenied", 400) if call.service == "sns" else ("AccessDenied", 403)
    if call.operation == "HeadObject":  # an answer without a body has its status for a code
        return "403", 403
    if call.service == "sns":
        return "AuthorizationError", 403
    return (
        ("AccessDenied", 403)
        if call.service in {"s3", "cloudwatch"}
        else ("AccessDeniedException", 400)
    )


def _applies(statement: Mapping[str, Any], requirement: Requirement) -> bool:
    if not _any_matches(statement.get("Action", []), requirement.action, ignore_case=True):
        return False
    if not _any_matches(statement.get("Resource", []), requirement.resource):
        return False
    return all(
        _condition_holds(operator, key, expected, requirement.context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, expected in keys.items()
    )


def _condition_holds(
    operator: str, key: str, expected: object, context: Mapping[str, tuple[str, ...]]
) -> bool:
    wanted = [str(item) for item in (expected if isinstance(expected, list) else [expected])]
    found = context.get(key.lower(), ())
    base = operator.rsplit(":", 1)[-1].removesuffix("IfExists")
    tests = {
        "StringEquals": lambda value: value in wanted,
        "ArnEquals": lambda value: _any_matches(wanted, value),
        "StringLike": lambda value: _any_matches(wanted, value),
        "ArnLike": lambda value: _any_matches(wanted, value),
        "StringNotEquals": lambda value: value not in wanted,
        "Bool": lambda value: value.lower() in {item.lower() for item in wanted},
    }
    if base not in tests:
        raise UnknownCondition(f"condition operator {operator}")
    if not found:
        return (
            operator.endswith("IfExists")
            or operator.startswith("ForAllValues:")
            or base == "StringNotEquals"
        )
    # Several values of one key need ForAllValues or ForAnyValue on AWS, which documents no meaning
    # without: none here.
    if len(found) > 1 and not operator.startswith(("ForAllValues:", "ForAnyValue:")):
        return False
    results = [tests[base](value) for value in found]
    return any(results) if operator.startswith("ForAnyValue:") else all(results)


def _any_matches(patterns: str | list[str], value: str, *, ignore_case: bool = False) -> bool:
    return any(
        _pattern(pattern, ignore_case).fullmatch(value) is not None
        for pattern in ([patterns] if isinstance(patterns, str) else patterns)
    )


@lru_cache(maxsize=4096)
def _pattern(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001
    parts = "".join(
        ".*" if mark == "*" else "." if mark == "?" else re.escape(mark) for mark in pattern
    )
    return re.compile(parts, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
