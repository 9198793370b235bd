"""The reference and the schema say what the models read, every key with meaning and example."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from pydantic.fields import FieldInfo

from canary.domain.plan.reading.keys import (
    FORMS,
    anchor_of,
    names_at,
    published,
    schema,
    sections,
    wanted,
)
from canary.domain.plan.reading.words import KEYS
from canary.domain.plan.spec import read_spec

ROOT = Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"```json\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The command that writes both."""
    spec = importlib.util.spec_from_file_location("spec_reference", ROOT / "docs/spec.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def fields(reference: ModuleType) -> dict[str, FieldInfo]:
    """Every key of a spec by its anchor."""
    found: dict[str, FieldInfo] = {}
    for anchor, name, node in sections():
        for key, field in reference.model_of(name, node).model_fields.items():
            found[f"{anchor}.{field.alias or key}".lstrip(".")] = field
    return found


def test_every_key_says_what_it_means_and_shows_an_example(fields: dict[str, FieldInfo]) -> None:
    """A key without a sentence is one that nobody can find."""
    assert len(fields) > 120
    assert [name for name, field in fields.items() if len(field.description or "") < 12] == []
    assert [name for name, field in fields.items() if not field.examples] == []


def test_every_number_of_time_or_share_says_its_unit(fields: dict[str, FieldInfo]) -> None:
    """In its name, or in its sentence."""
    units = re.compile(
        r"minute|second|milliseconds|fraction|factor|points|unit|[Ii]nstances|[Rr]equests|records?\b"
        r"|[Cc]olumn|[Aa]nswers|Places|Score|[Ww]eight|version",
        re.IGNORECASE,
    )
    numbers = {
        name: field.description or ""
        for name, field in fields.items()
        if field.annotation in {int, float} or field.annotation in {int | None, float | None}
    }
    assert len(numbers) > 25
    assert [name for name, said in numbers.items() if not units.search(said)] == []


def test_every_example_may_stand_at_its_key() -> None:
    """By the key's own type and bounds."""
    for anchor, _, node in sections():
        for key, value in node["properties"].items():
            judge = jsonschema.Draft202012Validator({**value, "$defs": schema()["$defs"]})
            for example in value["examples"]:
                assert judge.is_valid(example), (anchor, key, example)


def test_every_pattern_has_words() -> None:
    """A person is told what may stand there, not a regular expression."""
    text = json.dumps(published())
    patterns = {json.loads(found) for found in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', text)}
    assert patterns - FORMS.keys() == set()


def test_page_and_schema_are_those_of_the_models(reference: ModuleType) -> None:
    """Run `python docs/spec.py` when this fails."""
    written = reference.PAGE.read_text(encoding="utf-8")
    assert written == reference.page(written)
    assert reference.SCHEMA.read_text(encoding="utf-8") == reference.schema()


def test_every_anchor_that_a_message_may_name_is_on_the_page(fields: dict[str, FieldInfo]) -> None:
    """Also that of a key deep in a list."""
    page = (ROOT / "docs/spec.md").read_text(encoding="utf-8")
    anchors = set(re.findall(r'<a id="([^"]*)"', page))
    assert fields.keys() <= anchors
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) <= anchors
    assert anchor_of(("steps", 2, "bake_minutes", "min")) == "steps.bake_minutes.min"
    assert anchor_of(("guards", "counts", 0, "of", "dimensions", "V")) == (
        "guards.counts.bad.dimensions"
    )


def test_every_meaning_leads_to_a_key_of_the_spec() -> None:
    """A suggestion of something that is no key would send people in circles."""
    known = {name for _, _, node in sections() for name in node["properties"]}
    assert KEYS.keys() - known == set()
    assert "errors" in names_at(("guards",))
    assert wanted(("steps", 0, "share")) == "a number above 0 and at most 1"
    assert wanted(("steps", 0, "bake_minutes", "min")) == (
        "a whole number of minutes from 1 to 18720"
    )


def specs_in(path: Path) -> list[dict[str, Any]]:
    """Return every whole spec that a page shows."""
    blocks = [json.loads(one) for one in BLOCK.findall(path.read_text(encoding="utf-8"))]
    return [one for one in blocks if isinstance(one, dict) and {"endpoint", "canary"} <= one.keys()]


EXAMPLES = sorted((ROOT / "examples/specs").glob("*.json"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_spec_to_us_and_to_an_editor(path: Path) -> None:
    """By the reading and by the published schema."""
    document = json.loads(path.read_text(encoding="utf-8"))
    assert read_spec({"$schema": "../docs/schema/spec.schema.json", **document}) == read_spec(
        document
    )
    jsonschema.validate(document, dict(published()))


def test_every_spec_on_a_page_is_one() -> None:
    """README and docs are copied from."""
    found = [(path.name, spec) for path in PAGES for spec in specs_in(path)]
    assert {"README.md", "brakes.md", "capacity.md", "guards.md", "spec.md"} <= {
        name for name, _ in found
    }
    for _, spec in found:
        jsonschema.validate(spec, dict(published()))
        assert read_spec(spec).endpoint


def test_the_schema_refuses_what_an_editor_can_see() -> None:
    """Valid JSON Schema of 2020-12; a share of 50 and a misspelt key are underlined."""
    jsonschema.Draft202012Validator.check_schema(dict(published()))
    judge = jsonschema.Draft202012Validator(dict(published()))
    minimal = {"$schema": "spec.schema.json", "endpoint": "churn-prod", "canary": "Variant2"}
    assert judge.is_valid(minimal)
    assert not judge.is_valid({**minimal, "steps": [{"share": 50}]})
    assert not judge.is_valid({**minimal, "stepz": []})
    assert "asked_canary" not in json.dumps(schema())
