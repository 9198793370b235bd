"""Where boto3's clients come from, and who is given which.

A client is made by the written name of its service, in the wiring, and given straight to an adapter
whose parameter is annotated with the client of that service. Anything else is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeGuard

from tests.roles.sources import Function, Module

STUBS = "mypy_boto3_"
WITHOUT_STUBS = {
    "ApplicationAutoScalingClient": "application-autoscaling",
    "ResourceGroupsTaggingAPIClient": "resourcegroupstaggingapi",
}
"""Clients that an adapter describes itself, by the class it does so with."""
MAKERS = {"canary.wiring.clients"}
"""Modules whose functions return the client of a service that they are told."""
INIT = "__init__"


class Unreadable(ValueError):
    """A client is used in a way that hides which operation it is asked for."""


@dataclass(frozen=True)
class Known:
    """What is known of clients in some modules: `takers`, the service whose client a function
    takes, or a class is made with, by its name; `kept`, the service of each attribute that a class
    keeps a client in, its own or inherited, by class and attribute.
    """

    takers: Mapping[str, str]
    kept: Mapping[tuple[str, str], str]
    mute: frozenset[str] = frozenset()
    """Functions that take the client of any service and ask it nothing: what they use of it begins
    with an underscore.
    """

    def takes(self, call: ast.Call, client: ast.AST, service: str) -> bool:
        """Return whether a call gives a client to what takes the client of this service."""
        name = ast.unparse(call.func)
        return client in call.args and (name in self.mute or self.takers.get(name) == service)


def known_in(modules: Iterable[Module]) -> Known:
    """Return what is known of clients in some modules. Raises Unreadable where a name takes those
    of two services.
    """
    read = tuple(modules)
    takers: dict[str, str] = {}
    kept: dict[tuple[str, str], str] = {}
    for module in read:
        kept |= _kept_by(module)
        for where, node in module.definitions:
            name = where.owner if where.name == INIT else where.name
            for service in set(clients_of(module, node).values()):
                if takers.setdefault(name, service) != service:
                    raise Unreadable(f"{where}: {name} takes clients of two services")
    for name, base in _descents(read):
        kept |= {
            (name, attribute): kept[owner, attribute]
            for owner, attribute in list(kept)
            if owner == base
        }
        if base in takers:
            takers.setdefault(name, takers[base])
    mute = {w.name for module in read for w, node in module.definitions if _asks_nothing(node)}
    return Known(takers, kept, frozenset(mute))


def _asks_nothing(node: Function) -> bool:
    named = [one.arg for one in node.args.args if one.arg == "client"]
    uses = [
        (parent, child)
        for parent in ast.walk(node)
        for child in ast.iter_child_nodes(parent)
        if isinstance(child, ast.Name) and child.id in named
    ]
    return bool(named and uses) and all(
        isinstance(parent, ast.Attribute) and parent.attr.startswith("_") for parent, _ in uses
    )


def _descents(modules: tuple[Module, ...]) -> Iterator[tuple[str, str]]:
    """Yield each class with each class it builds on, the nearer to the root the sooner."""
    bases = {
        name: [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        for module in modules
        for name, node in module.classes.items()
    }

    def depth(name: str) -> int:
        return 1 + max((depth(base) for base in bases.get(name, ()) if base != name), default=0)

    for name in sorted(bases, key=depth):
        yield from ((name, base) for base in bases[name])


def clients_of(module: Module, node: Function) -> dict[str, str]:
    """Return the service of each parameter that is a client. Raises Unreadable."""
    services = _services(module.tree)
    found = {}
    for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        text = ast.unparse(one.annotation).strip("'\"") if one.annotation else ""
        if text in services:
            found[one.arg] = services[text]
        elif services.keys() & set(re.findall(r"\w+", text)):
            raise Unreadable(f"{module.name}: {node.name} takes {text}, which is no plain client")
    return found


def _kept_by(module: Module) -> dict[tuple[str, str], str]:
    """Return the service of each attribute that a class keeps a client in, by class and name."""
    found = {}
    for where, node in module.definitions:
        clients = clients_of(module, node)
        for target, value in assignments(node):
            if isinstance(value, ast.Name) and value.id in clients and is_own(target):
                found[where.owner, target.attr] = clients[value.id]
    return found


def is_own(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Return whether a node is an attribute of `self`."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield target and value of every assignment, tuples one by one."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assign):
            for target in each.targets:
                if isinstance(target, ast.Tuple) and isinstance(each.value, ast.Tuple):
                    yield from zip(target.elts, each.value.elts, strict=True)
                else:
                    yield target, each.value


def check_clients(modules: Iterable[Module], known: Known) -> None:
    """Raise Unreadable where a client is made otherwise than by a service's name and given straight
    to what takes the client of that service.
    """
    for module in modules:
        parents = {
            child: parent
            for parent in ast.walk(module.tree)
            for child in ast.iter_child_nodes(parent)
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _makes_client(node):
                _check_made(module, node, parents, known)


def _makes_client(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    return name in {"client", "resource"}


def _check_made(
    module: Module, made: ast.Call, parents: Mapping[ast.AST, ast.AST], known: Known
) -> None:
    if isinstance(parents[made], ast.Return) and module.name in MAKERS:
        return
    service = made.args[0]
    if not isinstance(service, ast.Constant):
        raise Unreadable(f"{module.name}: a client of a service that is not written down")
    names = [
        target.id
        for target, value in assignments(module.tree)
        if value is made and isinstance(target, ast.Name)
    ]
    uses: list[ast.AST] = [
        each
        for each in ast.walk(module.tree)
        if isinstance(each, ast.Name) and each.id in names and isinstance(each.ctx, ast.Load)
    ]
    for each in uses if names else [made]:
        user = parents[each]
        if not isinstance(user, ast.Call) or not known.takes(user, each, str(service.value)):
            raise Unreadable(
                f"{module.name}: {ast.unparse(user)} does not say that it takes a client of "
                f"{ast.unparse(service)}"
            )


@cache  # a tree is asked for each of its functions
def _services(tree: ast.Module) -> dict[str, str]:
    """Return the service of each client class that a module imports, or describes itself."""
    described = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    own = {name: service for name, service in WITHOUT_STUBS.items() if name in described}
    return own | {
        alias.name: node.module.removeprefix(STUBS).replace("_", "-")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(STUBS)
        for alias in node.names
        if alias.name.endswith("Client")
    }
