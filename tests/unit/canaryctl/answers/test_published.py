"""The page of commands and the published schemas are those of the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canaryctl.answers.published import ANSWERS, ERROR, schema_of
from canaryctl.shell.commands import COMMANDS
from tests.answers import checked

ROOT = Path(__file__).parents[4]
UNTYPED = {"local", "schema"}
"""Commands without --json."""


def written() -> ModuleType:
    """Return the script that writes page and schemas."""
    spec: Any = importlib.util.spec_from_file_location("commands", ROOT / "docs/commands.py")
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_commands_is_of_this_code() -> None:
    """Run `python docs/commands.py` when this fails, and read what it wrote."""
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert written().page(text) == text


@pytest.mark.parametrize("name", ANSWERS)
def test_every_schema_is_of_this_code_and_well_formed(name: str) -> None:
    """Run `python docs/commands.py` when this fails; it leaves room for keys to come."""
    path = ROOT / f"docs/schema/canaryctl/{name}.json"
    assert path.read_text(encoding="utf-8") == written().schema(name)
    Draft202012Validator.check_schema(schema_of(name))
    assert '"additionalProperties": false' not in path.read_text(encoding="utf-8")


def test_every_command_with_json_has_a_schema() -> None:
    """And no schema is of what is gone."""
    with_json = {command.name for command in COMMANDS} - UNTYPED
    assert with_json == ANSWERS.keys() - {ERROR}
    files = {path.stem for path in (ROOT / "docs/schema/canaryctl").glob("*.json")}
    assert files == set(ANSWERS)


def test_a_key_that_nobody_published_is_found() -> None:
    """The check of answers is stricter than the schema."""
    with pytest.raises(ValueError, match="more"):
        checked("pause", '{"rollout": "r", "phase": "BAKING", "answer": "a", "more": 1}')
