"""The glossary names what the code has, all of it, and nothing that is gone."""

from __future__ import annotations

import ast
import importlib.util
import re
from types import ModuleType
from typing import Any

import pytest

from benchmarks import house

ROOT = house.ROOT
TEXT = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
GONE = {"story"}
"""Words that meant several things; no name in the product holds one any more."""


def glossary() -> ModuleType:
    """Return the script that writes the second half."""
    spec: Any = importlib.util.spec_from_file_location("glossary", ROOT / "docs/glossary.py")
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_module_and_public_class_of_the_domain_has_its_entry() -> None:
    """Run `python docs/glossary.py` when this fails, and read what it wrote."""
    script = glossary()
    written = TEXT[TEXT.index(script.BEGIN) + len(script.BEGIN) : TEXT.index(script.END)]
    assert written == script.table()
    assert "|  |" not in written  # each says what it is
    assert "| ** |" not in written


def test_no_entry_names_a_class_that_is_gone() -> None:
    """What looks like a class is a public class of the product."""
    classes = {
        node.name
        for package in house.PACKAGES
        for path in house.sources(ROOT, package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    words = TEXT[: TEXT.index(glossary().BEGIN)]
    aws = {"TargetVariant"}
    assert set(re.findall(r"`([A-Z][a-z]+[A-Za-z]*)`", words)) - classes - aws == set()


@pytest.mark.parametrize("package", house.PACKAGES)
def test_no_name_holds_a_word_that_is_gone(package: str) -> None:
    """Neither a function nor a class, a parameter, a field or a variable; keys that older stored
    data has are strings.
    """
    found = [
        f"{path.relative_to(ROOT)} {name}"
        for path in house.sources(ROOT, package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in names_of(node)
        if GONE & set(re.split(r"_|(?<=[a-z])(?=[A-Z])", name.lower()))
    ]
    assert found == []


def names_of(node: Any) -> list[str]:
    """Return the names a node gives or uses."""
    return [
        value
        for key in ("id", "attr", "arg", "name")
        if isinstance(value := getattr(node, key, None), str)
    ]
