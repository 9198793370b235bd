"""The source that is shipped to Lambda, as modules and the functions defined in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
LAYERS = (Path("layers/core"), Path("layers/scoring"))


class Definition(NamedTuple):
    """A function or method: its module, the class it stands in ('' for none), its own name."""

    module: str
    owner: str
    name: str

    def __str__(self) -> str:
        """Return it as it is named in Python."""
        return ".".join(part for part in self if part)


@dataclass(frozen=True)
class Module:
    """One module: its tree, and what it defines. A nested function belongs to the one around it."""

    name: str
    tree: ast.Module
    definitions: tuple[tuple[Definition, Function], ...]
    classes: Mapping[str, ast.ClassDef]

    @classmethod
    def parse(cls, name: str, text: str) -> Module:
        """Return a module read from its text."""
        tree = ast.parse(text)
        classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        return cls(name, tree, tuple(_definitions(name, "", tree)), classes)

    def function(self, name: str) -> list[Function]:
        """Return the functions of the module of this name."""
        return [node for where, node in self.definitions if where[1:] == ("", name)]

    def outside(self) -> Iterator[ast.AST]:
        """Yield what runs as the module is imported: everything but functions and imports."""
        yield from _outside(self.tree)

    def imports(self) -> Iterator[str]:
        """Yield the names of what may be a module that this one imports while it runs."""
        for node in _running(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def application(function: str) -> dict[str, Module]:
    """Return every module that a function imports, itself included, by name."""
    first = Path("functions") / function / "app.py"
    found: dict[str, Module] = {}
    waiting = [("app", first)]
    while waiting:
        name, path = waiting.pop()
        if name in found:
            continue
        found[name] = Module.parse(name, path.read_text(encoding="utf-8"))
        waiting += [(one, at) for one in found[name].imports() if (at := _path(one)) is not None]
    return found


def adapters() -> Iterator[Module]:
    """Yield every module of the adapters."""
    root = LAYERS[0]
    for path in sorted((root / "canary" / "adapters").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        yield Module.parse(name, path.read_text(encoding="utf-8"))


def _path(name: str) -> Path | None:
    for layer in LAYERS:
        stem = layer.joinpath(*name.split("."))
        for path in (stem / "__init__.py", stem.with_suffix(".py")):
            if path.is_file():
                return path
    return None


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node but what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _running(child)


def _definitions(module: str, owner: str, node: ast.AST) -> Iterator[tuple[Definition, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield Definition(module, owner, child.name), child
        elif isinstance(child, ast.ClassDef):
            yield from _definitions(module, child.name, child)
        elif isinstance(child, (ast.If, ast.Try, ast.With)):
            yield from _definitions(module, owner, child)


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield from child.decorator_list
            yield from (one for one in (*child.args.defaults, *child.args.kw_defaults) if one)
        elif isinstance(child, (ast.ClassDef, ast.If, ast.Try, ast.With)):
            yield from _outside(child)
        elif not isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child
