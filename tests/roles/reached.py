"""What of its modules a Lambda function can come to run: too much rather than too little.

A function counts as reached as soon as anything reached mentions its name, a method as soon as
anything reached mentions an attribute of that name, and its class. So neither ports nor callbacks
hide a call. What is asked for by text (`getattr`) counts by every text of its module. Three things
keep it from being everything: a method of a class that nobody mentions cannot run; an attribute of
a parameter whose annotated class has it is that class's own; and a local variable is not the
function of its name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from tests.roles.sources import Definition, Function, Module

Mention = tuple[str, str]
"""A class ('' where it is not known, '*' for a bare name) and a name."""
UNKNOWN, BARE = "", "*"
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def reached(application: Mapping[str, Module]) -> frozenset[Definition]:
    """Return every definition that may run once a function's `app` is imported and called."""
    return _Search(application).run()


class _Search:
    """Grows what is reached until nothing new is mentioned."""

    def __init__(self, application: Mapping[str, Module]) -> None:
        self._modules = tuple(application.values())
        self._attributes = _attributes(self._modules)
        self._classes = {name for module in self._modules for name in module.classes}
        self._mentioned: set[Mention] = {(BARE, "handler")}
        self._found: set[Definition] = set()
        self._waiting = [pair for module in self._modules for pair in module.definitions]

    def run(self) -> frozenset[Definition]:
        """Return everything reached."""
        for module in self._modules:
            for node in module.outside():
                self._mention(node, {}, frozenset())
            if {"getattr", "attrgetter", "methodcaller"} & {
                each.id for each in ast.walk(module.tree) if isinstance(each, ast.Name)
            }:
                self._mentioned |= {(UNKNOWN, text) for text in _texts(module.tree)}
        while ready := [pair for pair in self._waiting if self._is_reached(pair[0])]:
            self._waiting = [pair for pair in self._waiting if not self._is_reached(pair[0])]
            for where, node in ready:
                self._found.add(where)
                self._mention(node, self._own(where) | self._annotated(node), _locals(node))
        return frozenset(self._found)

    def _is_reached(self, where: Definition) -> bool:
        if not where.owner:
            return bool({(BARE, where.name), (UNKNOWN, where.name)} & self._mentioned)
        if not {(BARE, where.owner), (UNKNOWN, where.owner)} & self._mentioned:
            return False
        asked = {(UNKNOWN, where.name), (where.owner, where.name)}
        return where.name.startswith("__") or bool(asked & self._mentioned)

    def _mention(
        self, node: ast.AST, classes: Mapping[str, str], own_names: frozenset[str]
    ) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id not in own_names:
                self._mentioned.add((BARE, each.id))
            elif isinstance(each, (ast.arg, ast.AnnAssign)) and each.annotation is not None:
                quoted = self._classes & set(_texts(each.annotation))
                self._mentioned |= {(BARE, name) for name in quoted}
            elif isinstance(each, ast.alias):
                self._mentioned.add((BARE, each.name.rpartition(".")[2]))
            elif isinstance(each, ast.Attribute):
                named = each.value.id if isinstance(each.value, ast.Name) else ""
                owner = classes.get(named, UNKNOWN)
                known = each.attr in self._attributes.get(owner, ())
                self._mentioned.add((owner if known else UNKNOWN, each.attr))

    def _own(self, where: Definition) -> dict[str, str]:
        return {"self": where.owner} if where.owner else {}

    def _annotated(self, node: Function) -> dict[str, str]:
        """Return the classes of a function's parameters, where an annotation names one of ours and
        the name is never bound again.
        """
        given = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        bound = [
            each.id
            for each in ast.walk(node)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        ] + [
            one.arg
            for each in ast.walk(node)
            if isinstance(each, ast.Lambda)
            for one in each.args.args
        ]
        return {
            one.arg: one.annotation.id
            for one in given
            if isinstance(one.annotation, ast.Name)
            and one.annotation.id in self._attributes
            and one.arg not in bound
        }


def _texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def _locals(node: Function) -> frozenset[str]:
    """Return the names that are a function's own throughout: parameters, and what its body binds
    outside scopes of their own.
    """
    arguments = node.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names = {one.arg for one in given}
    waiting: list[ast.AST] = list(node.body)
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *COMPREHENSIONS)
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            names.add(each.id)
        if not isinstance(each, scopes):
            waiting += ast.iter_child_nodes(each)
    declared = (ast.Global, ast.Nonlocal)
    shared = {n for each in ast.walk(node) if isinstance(each, declared) for n in each.names}
    return frozenset(names - shared)


def _attributes(modules: Iterable[Module]) -> dict[str, set[str]]:
    """Return what each class has by itself; none of a class that another one builds on, of a
    protocol, which any class may stand for, nor of two classes of one name.
    """
    classes = [node for module in modules for node in module.classes.values()]
    names = [node.name for node in classes]
    bases = {base for node in classes for base in _bases(node)}
    return {
        node.name: set(_members(node))
        for node in classes
        if node.name not in bases and "Protocol" not in _bases(node) and names.count(node.name) == 1
    }


def _bases(node: ast.ClassDef) -> list[str]:
    return [ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases]


def _members(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, Function):
            yield each.name
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id
