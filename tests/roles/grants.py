"""Each role beside what its function does: nothing granted that no call uses, no call without a
grant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.roles import published
from tests.roles.client_calls import calls_of
from tests.roles.clients import check_clients, known_in
from tests.roles.needs import OF_AWS, Need, needs_of, needs_of_machine
from tests.roles.reached import reached
from tests.roles.sources import Module, application
from tests.roles.statements import Statement

DEFINITION = Path("statemachine/rollout.asl.json")
MACHINE = "RolloutRole"
ADAPTERS = "canary.adapters"


def functions() -> list[str]:
    """Return the names of all functions."""
    return sorted(path.parent.name for path in Path("functions").glob("*/app.py"))


def needs() -> dict[str, frozenset[Need]]:
    """Return what each role needs, by its logical id."""
    found = {
        f"{name.capitalize()}FunctionRole": needs_in(application(name)) for name in functions()
    }
    found[MACHINE] = frozenset(needs_of_machine(DEFINITION))
    return {role: needed | frozenset(OF_AWS.get(role, ())) for role, needed in found.items()}


def needs_in(modules: Mapping[str, Module]) -> frozenset[Need]:
    """Return what the calls need that a function's modules can reach."""
    everything = reached(modules)
    known = known_in(modules.values())
    check_clients(modules.values(), known)
    return frozenset(
        need
        for module in modules.values()
        if module.name.startswith(ADAPTERS)
        for call in calls_of(module, known)
        if call.where in everything
        for need in needs_of(call, everything)
    )


def grants(statements: Iterable[Statement]) -> dict[str, frozenset[Need]]:
    """Return what each role is allowed, by its logical id; an action on a resource that it cannot
    be asked of is none.
    """
    found: dict[str, set[Need]] = {}
    for one in statements:
        if one.kind == "role" and one.effect == "Allow":
            found.setdefault(one.holder, set()).update(_granted(one))
    return {role: frozenset(granted) for role, granted in found.items()}


def _granted(statement: Statement) -> Iterator[Need]:
    for pattern in statement.actions:
        for action in published.actions(pattern):
            for arn in statement.resources:
                if not arn.startswith("arn:"):
                    yield Need(action.name, arn)
                elif published.types_of(arn.split(":")[2], arn) & action.resource_types:
                    yield Need(action.name, arn.split(":", 5)[5])


def differences(
    granted: Mapping[str, frozenset[Need]], needed: Mapping[str, frozenset[Need]]
) -> list[str]:
    """Return where roles and calls disagree, a sentence each; none where they agree exactly."""
    return [
        sentence
        for role in sorted(granted.keys() | needed.keys())
        for sentence in (
            *(
                f"{role}: nothing uses {need.action} on {need.resource}: take it away"
                for need in sorted(granted.get(role, frozenset()) - needed.get(role, frozenset()))
            ),
            *(
                f"{role}: {need.action} on {need.resource} is called and not granted: grant it"
                for need in sorted(needed.get(role, frozenset()) - granted.get(role, frozenset()))
            ),
        )
    ]
