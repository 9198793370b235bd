"""An editor that has the published JSON Schema says of a spec what the program says."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canary.domain.errors import Refused
from canary.domain.plan.spec import read_spec

SCHEMA = json.loads(Path("docs/schema/spec.schema.json").read_text(encoding="utf-8"))
EDITOR = Draft202012Validator(SCHEMA)
WRONG: tuple[Any, ...] = ({}, [], "x", True, -1, 50, None)
SPECS = [json.loads(path.read_text()) for path in sorted(Path("examples/specs").glob("*.json"))]


def takes(document: Any) -> bool:
    """Return whether the program takes a spec."""
    try:
        read_spec(document)
    except Refused:
        return False
    return True


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in a document."""
    inside: Any = node.items() if isinstance(node, dict) else ()
    for key, value in enumerate(node) if isinstance(node, list) else inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with another value at a place."""
    copied = copy.deepcopy(document)
    node = copied
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return copied


def slips(document: Any) -> Iterator[Any]:
    """Yield copies with one slip each: another kind of value, a number out of bounds, a key that
    is misspelt.
    """
    for path in places(document):
        for value in WRONG:
            yield changed(document, path, value)
        if isinstance(path[-1], str):
            copied = copy.deepcopy(document)
            node = copied
            for key in path[:-1]:
                node = node[key]
            node[f"{path[-1]}z"] = node.pop(path[-1])
            yield copied


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: str(spec["endpoint"]))
def test_an_editor_underlines_nothing_that_the_program_takes(spec: Any) -> None:
    """With any one slip in it: what the schema refuses the program does, and the spec neither."""
    assert EDITOR.is_valid(spec)
    assert takes(spec)
    wrong = [slip for slip in slips(spec) if not EDITOR.is_valid(slip)]
    assert len(wrong) > 10
    assert [slip for slip in wrong if takes(slip)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("steps",), [{"share": 50}, {"share": 1}]),
        (("steps",), [{"share": 0.5, "bake_minutes": {"min": "ten"}}]),
        (("stepz",), []),
        (("watch_minutes",), -1),
        (("on_inconclusive",), "proceed"),
        (("guards",), {"errors": {"max_ratoi": 2}}),
        (("error_rates",), {"false_rollback": 5}),
        (("canary",), {"model": "m", "count": 0}),
    ],
    ids=str,
)
def test_both_refuse_what_a_person_slips_at(path: tuple[str, ...], value: Any) -> None:
    """While it is typed, and again when it is started."""
    spec = changed({"endpoint": "churn-prod", "canary": "Variant2"}, path, value)
    assert not EDITOR.is_valid(spec)
    assert not takes(spec)
