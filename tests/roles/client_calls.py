"""Every call that the adapters make of AWS, read off their source.

A boto3 client is known by its annotation (`"DynamoDBClient"` of mypy_boto3_dynamodb). What is done
with one is a call of an operation, a paginator of a literal name, its metadata, keeping it on the
object, or passing it to a function that takes the same client. Anything else is refused: a call
that cannot be read must not pass for none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from botocore import xform_name
from botocore.session import get_session

from tests.roles.clients import (
    Known,
    Unreadable,
    assignments,
    clients_of,
    is_own,
)
from tests.roles.sources import Definition, Function, Module

KINDS = ("Put", "Update", "Delete", "ConditionCheck")
SERVICES = (
    "application-autoscaling",
    "cloudwatch",
    "dynamodb",
    "events",
    "lambda",
    "s3",
    "sagemaker",
    "sagemaker-runtime",
    "sns",
    "stepfunctions",
)


@dataclass(frozen=True)
class Call:
    """One call: where it is made, of which service (boto3's name), which operation, and with which
    keywords and transaction items.
    """

    where: Definition
    service: str
    operation: str
    keywords: frozenset[str] = frozenset()
    items: tuple[str, ...] = ()
    """What a transaction does with its items: Put, Delete ..."""


def calls_of(module: Module, known: Known) -> tuple[Call, ...]:
    """Return every call of AWS in a module, by what is known of clients in all of them. Raises
    Unreadable.
    """
    return tuple(
        call
        for where, node in module.definitions
        for call in _Reader(module, where, node, known).calls()
    )


@cache
def operations(service: str) -> Mapping[str, str]:
    """Return the API's operation by the client's method of it."""
    model = get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


@cache
def _methods() -> frozenset[str]:
    """Return the methods of every service that an adapter may be given the client of."""
    return frozenset(name for service in SERVICES for name in operations(service))


class _Reader:
    """Reads one function."""

    def __init__(
        self,
        module: Module,
        where: Definition,
        node: Function,
        known: Known,
    ) -> None:
        self._module, self._where, self._node, self._known = module, where, node, known
        self._clients = clients_of(module, node)
        self._kept = {
            name: service for (owner, name), service in known.kept.items() if owner == where.owner
        }
        self._parents = {
            child: parent for parent in ast.walk(node) for child in ast.iter_child_nodes(parent)
        }

    def calls(self) -> Iterator[Call]:
        """Yield the calls of this function. Raises Unreadable."""
        for each in ast.walk(self._node):
            service = self._service(each)
            if service is not None:
                yield from self._use(each, service)
            elif isinstance(each, ast.Attribute) and self._is_unknown(each):
                raise Unreadable(
                    f"{self._where}: {ast.unparse(each)} hides of which service the client is"
                )

    def _is_unknown(self, node: ast.Attribute) -> bool:
        """Return whether an attribute is called what clients are, or asked what they are asked, and
        none is known there.
        """
        if isinstance(node.ctx, ast.Store):
            return False
        return node.attr == "_client" or (
            "_" in node.attr.strip("_")
            and node.attr in _methods()
            and self._service(node.value) is None
        )

    def _service(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            return self._clients.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and is_own(node):
            return self._kept.get(node.attr)
        return None

    def _use(self, client: ast.AST, service: str) -> Iterator[Call]:
        parent = self._parents[client]
        if isinstance(parent, ast.Attribute):
            if parent.attr == "meta":
                return
            call = self._parents[parent]
            if isinstance(call, ast.Call) and call.func is parent:
                yield self._call(call, parent.attr, service)
                return
        elif isinstance(parent, ast.Call) and self._known.takes(parent, client, service):
            return  # what is done with it is read where that stands
        elif isinstance(parent, (ast.Assign, ast.Tuple)) and self._is_kept(client):
            return
        raise Unreadable(f"{self._where}: {ast.unparse(parent)} hides what the client is asked")

    def _is_kept(self, client: ast.AST) -> bool:
        return any(value is client and is_own(target) for target, value in assignments(self._node))

    def _call(self, call: ast.Call, method: str, service: str) -> Call:
        given = call
        if method == "get_paginator":
            named = call.args[0] if call.args else None
            pages = self._parents[self._parents[call]]
            if not isinstance(named, ast.Constant) or not isinstance(pages, ast.Call):
                raise Unreadable(f"{self._where}: a paginator whose operation is not written down")
            method, given = str(named.value), pages
        operation = operations(service).get(method)
        if operation is None:
            raise Unreadable(f"{self._where}: {service} has no operation {method}")
        keywords = frozenset(self._keywords(given))
        items = self._items(given) if operation.startswith("Transact") else ()
        return Call(self._where, service, operation, keywords, items)

    def _keywords(self, call: ast.Call) -> Iterator[str]:
        for one in call.keywords:
            if one.arg is not None:
                yield one.arg
            else:
                yield from self._spread(one.value)

    def _spread(self, value: ast.expr) -> Iterator[str]:
        """Yield the keys of a dictionary given as **: every constant key that stands in the
        function that makes it.
        """
        sources: list[Function] = [self._node]
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            sources = self._module.function(value.func.id)
        for each in (node for source in sources for node in ast.walk(source)):
            if isinstance(each, ast.Dict):
                yield from (str(key.value) for key in each.keys if isinstance(key, ast.Constant))

    def _items(self, call: ast.Call) -> tuple[str, ...]:
        """Return what a transaction does: every item that is written down in the function."""
        listed = next((k.value for k in call.keywords if k.arg == "TransactItems"), None)
        source: ast.AST | None = listed if isinstance(listed, ast.List) else None
        if isinstance(listed, ast.Name) and listed.id not in self._given():
            source = self._node
        kinds = [
            str(each.keys[0].value)
            for each in (ast.walk(source) if source else ())
            if isinstance(each, ast.Dict)
            and len(each.keys) == 1
            and isinstance(each.keys[0], ast.Constant)
            and each.keys[0].value in KINDS
        ]
        if not kinds or (isinstance(listed, ast.List) and len(kinds) != len(listed.elts)):
            raise Unreadable(f"{self._where}: a transaction whose items are not written down")
        return tuple(kinds)

    def _given(self) -> set[str]:
        return {one.arg for one in (*self._node.args.args, *self._node.args.kwonlyargs)}
