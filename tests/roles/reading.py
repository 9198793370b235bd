"""Each statement beside the published reference: what it names exists, and fits.

An action exists; what an Allow grants names its resources, unless AWS has none for it or says that
it must be everything; every resource is of a type that one of the actions takes, and every action
takes one of the resources; a condition's key exists, belongs to every action, and is asked by an
operator of its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.roles import published
from tests.roles.published import Action
from tests.roles.statements import Condition, Statement

WILDCARDS = {
    ("MessagesKey", "kms:*"): "KMS developer guide, default key policy: without the account's root "
    "nobody could mend the key",
    ("MessagesKey", "kms:GenerateDataKey*"): "SNS developer guide, key policy for events from AWS "
    "services: exactly these words for CloudWatch",
}
"""Wildcards in the actions of an Allow, and who asks for them; a Deny may say everything."""
OPERATORS = {
    "String": ("StringEquals", "StringLike", "StringNotEquals"),
    "ARN": ("ArnEquals", "ArnLike", "StringEquals", "StringLike"),
    "Bool": ("Bool",),
}
SEVERAL = ("ForAllValues:", "ForAnyValue:")


def problems_of(statements: Iterable[Statement]) -> list[str]:
    """Return what is wrong with each statement, by name; none where the reference bears them
    out.
    """
    read = list(statements)
    found = [f"{one.name}: {problem}" for one in read for problem in _problems(one)]
    return found + _unused_exceptions(read)


def _problems(statement: Statement) -> Iterator[str]:
    granted: list[Action] = []
    for pattern in statement.actions:
        actions = published.actions(pattern)
        if not actions:
            yield f"AWS knows no action {pattern}"
        elif "*" in pattern and not _may_be_wide(statement, pattern):
            yield f"{pattern} allows {len(actions)} actions: name those that are needed"
        granted += actions
    if statement.kind == "role":
        yield from _misfits(statement, granted)
    elif statement.kind == "resource":
        yield from _resource_misfits(statement, granted)
    for condition in statement.conditions:
        yield from _condition_problems(condition, granted)


def _may_be_wide(statement: Statement, pattern: str) -> bool:
    return statement.effect == "Deny" or (statement.holder, pattern) in WILDCARDS


def _misfits(statement: Statement, actions: list[Action]) -> Iterator[str]:
    if "*" in statement.resources:
        for action in actions:
            if action.resource_types and action.name not in published.EVERYTHING:
                kinds = ", ".join(sorted(action.resource_types))
                yield f"{action.name} is granted on everything, and AWS takes a resource: {kinds}"
        return
    types = {arn: published.types_of(arn.split(":")[2], arn) for arn in statement.resources}
    for arn in statement.resources:
        if not any(types[arn] & action.resource_types for action in actions):
            yield f"none of its actions takes {arn}"
    for action in actions:
        if not any(kind & action.resource_types for kind in types.values()):
            wanted = ", ".join(sorted(action.resource_types)) or "nothing: grant it on *"
            yield f"{action.name} takes none of its resources, but {wanted}"


def _resource_misfits(statement: Statement, actions: list[Action]) -> Iterator[str]:
    """A key's policy may say * for the key itself, and no other may; a Deny of everything names
    what it stands on.
    """
    for arn in statement.resources:
        if arn == "*":
            if not {action.name.partition(":")[0] for action in actions} <= {"kms"}:
                yield "only a key's policy may call its own resource *"
        elif not any(
            published.types_of(arn.split(":")[2], arn) & each.resource_types for each in actions
        ):
            yield f"none of its actions takes {arn}"


def _condition_problems(condition: Condition, actions: list[Action]) -> Iterator[str]:
    key, operator = condition.key, condition.operator
    for action in actions:
        service = action.name.partition(":")[0]
        kind = published.key_type(service, key)
        if kind is None:
            yield f"AWS knows no condition key {key} of {service}"
            return
        if key not in published.GLOBAL_KEYS and key not in action.condition_keys:
            yield f"{action.name} does not have the condition key {key}"
        several = kind.startswith("ArrayOf")
        if several != operator.startswith(SEVERAL):
            how = "ForAllValues or ForAnyValue" if several else "a plain operator"
            yield f"{key} is of type {kind}: ask it by {how}, not {operator}"
        elif operator.rpartition(":")[2] not in OPERATORS[kind.removeprefix("ArrayOf")]:
            yield f"{key} is of type {kind}: {operator} does not compare such values"


def _unused_exceptions(read: list[Statement]) -> list[str]:
    """Return the exceptions that nothing makes use of: what is excused must still be there."""
    allowed = {(one.holder, name) for one in read for name in one.actions if one.effect == "Allow"}
    everywhere = {name for one in read if "*" in one.resources for name in one.actions}
    return [
        *(f"{holder}: nothing says {name} any more" for holder, name in WILDCARDS.keys() - allowed),
        *(
            f"nothing grants {name} on * any more"
            for name in published.EVERYTHING.keys() - everywhere
        ),
    ]
