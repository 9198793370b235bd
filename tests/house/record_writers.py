"""Who makes a changed record? mypy's types say so: an alias, a lambda or a helper hides nothing.

`find_writers` type-checks sources and returns every expression that makes a Record, or could: its
constructors and copies, reached by whatever name, and the ways around them (getattr, copy, vars).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mypy import build
from mypy.config_parser import parse_config_file
from mypy.find_sources import create_source_list
from mypy.modulefinder import BuildSource
from mypy.nodes import (
    ARG_STAR2,
    CallExpr,
    ConditionalExpr,
    Expression,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
)
from mypy.options import Options
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    Type,
    TypeType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

RECORD = "canary.domain.rollout.record.Record"
COPIES = frozenset({"but", "model_construct", "construct", "model_copy", "copy"})
READS = frozenset({"model_validate", "model_validate_json", "model_validate_strings"})
STORED = "at_revision"
REFERENCES = frozenset({"node", "info", "type", "names", "def_var", "fullname", "setter"})
AROUND = frozenset({"getattr", "setattr", "vars", "copy", "deepcopy", "replace", "__setattr__"})


@dataclass(frozen=True)
class Writer:
    """One expression that makes a record, and how; `lawful_phase` where it sets none but through
    the table.
    """

    module: str
    line: int
    how: str
    lawful_phase: bool = True


def find_writers(*paths: str, planted: Mapping[str, str] | None = None) -> list[Writer]:
    """Return every writer in the modules under `paths`, and in planted ones given as name: text."""
    options = Options()
    parse_config_file(options, lambda: None, "pyproject.toml")
    options.export_types = options.preserve_asts = True
    options.incremental = False
    sources = create_source_list(list(paths), options)
    sources += [BuildSource(None, name, text) for name, text in (planted or {}).items()]
    result = build.build(sources, options=options)
    modules = {source.module for source in sources}
    found: list[Writer] = []
    for name in sorted(modules):
        tree = result.files[name]
        found += _Walk(name, tree, result.types, result.files).found
    return found


class _Walk:
    def __init__(
        self,
        module: str,
        tree: MypyFile,
        types: Mapping[Expression, Type],
        files: Mapping[str, MypyFile],
    ) -> None:
        self._module, self._types = module, types
        node = files[RECORD.rpartition(".")[0]].names["Record"].node
        self._bases = {base.fullname for base in getattr(node, "mro", ())} - {"builtins.object"}
        self.found: list[Writer] = []
        nodes = list(_nodes(tree))
        called = {id(node.callee): node for node in nodes if isinstance(node, CallExpr)}
        for one in nodes:
            if isinstance(one, MemberExpr):
                self._see_member(one, called.get(id(one)))
            elif isinstance(one, CallExpr):
                self._see_call(one)

    def _see_member(self, member: MemberExpr, call: CallExpr | None) -> None:
        if member.name in COPIES | READS | {STORED} and self._may_be_record(member):
            lawful = member.name != "but" or (call is not None and _lawful(call))
            self._note(member.line, member.name, lawful_phase=lawful)

    def _see_call(self, call: CallExpr) -> None:
        if self._makes_record(call):
            self._note(call.line, "Record()")
        name = call.callee.name if isinstance(call.callee, NameExpr | MemberExpr) else ""
        if name in AROUND and any(self._is_record(argument) for argument in call.args):
            self._note(call.line, name)

    def _note(self, line: int, how: str, *, lawful_phase: bool = True) -> None:
        self.found.append(Writer(self._module, line, how, lawful_phase))

    def _makes_record(self, call: CallExpr) -> bool:
        made = get_proper_type(self._types.get(call.callee))
        return (
            isinstance(made, CallableType)
            and made.is_type_obj()
            and any(_name(each) == RECORD for each in _parts(made.ret_type))
        )

    def _is_record(self, expression: Expression) -> bool:
        return any(_name(part) == RECORD for part in _parts(self._types.get(expression)))

    def _may_be_record(self, member: MemberExpr) -> bool:
        """Return whether its value is a record, may be one by its base class, or nobody knows."""
        parts = list(_parts(self._types.get(member.expr)))
        unknown = member.name == "but" and any(isinstance(part, AnyType) for part in parts)
        return unknown or any(_name(part) in self._bases for part in parts)


def _nodes(tree: Node) -> Iterator[Node]:
    """Yield every node of a syntax tree; mypy's own visitors are compiled and closed to others."""
    seen: set[int] = set()
    waiting: list[object] = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, Node) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [getattr(one, name, None) for name in _children(type(one))]


def _children(kind: type[Node]) -> tuple[str, ...]:
    """Return the attributes that hold the parts of a node, and not what its names refer to."""
    names = {name for base in kind.__mro__ for name in vars(base) if not name.startswith("_")}
    return tuple(sorted(names - REFERENCES))


def _parts(found: Type | None) -> Iterator[Type]:
    proper = get_proper_type(found)
    if isinstance(proper, UnionType):
        for item in proper.items:
            yield from _parts(item)
    elif isinstance(proper, TypeVarType):
        yield from _parts(proper.upper_bound)
    elif isinstance(proper, TypeType):
        yield from _parts(proper.item)
    elif isinstance(proper, CallableType) and proper.is_type_obj():
        yield from _parts(proper.ret_type)
    elif proper is not None:
        yield proper


def _name(part: Type) -> str:
    return part.type.fullname if isinstance(part, Instance) else ""


def _lawful(call: CallExpr) -> bool:
    """Return whether a copy names its fields, and takes a phase from `after` or leaves it."""
    if ARG_STAR2 in call.arg_kinds:
        return False
    given = dict(zip(call.arg_names, call.args, strict=True))
    return "phase" not in given or _from_table(given["phase"])


def _from_table(phase: Expression) -> bool:
    if isinstance(phase, ConditionalExpr):
        return _from_table(phase.if_expr) and _from_table(phase.else_expr)
    if isinstance(phase, MemberExpr):
        return phase.name == "phase"
    callee = phase.callee if isinstance(phase, CallExpr) else None
    return isinstance(callee, NameExpr) and callee.fullname == "canary.domain.rollout.phase.after"
