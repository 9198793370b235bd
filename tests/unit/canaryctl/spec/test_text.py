"""A text is read in one way alone, JSON and YAML to the same document, with places."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canaryctl.spec.reading import check_text
from canaryctl.spec.scalars import core_reading, older_reading, plain
from canaryctl.spec.syntax import Spot, Unreadable
from canaryctl.spec.text import LONGEST_TEXT, read_text

MINIMAL = {"endpoint": "churn-prod", "canary": "Variant2"}
PLANE = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    document=st.dictionaries(st.text(), VALUES, max_size=4), indent=st.sampled_from([None, "\t"])
)
def test_json_is_read_as_json_and_every_value_has_a_place(document: Any, indent: Any) -> None:
    """Whatever its values are, tabs between them or not."""
    written = read_text(json.dumps(document, indent=indent), "-")
    assert written.document == document
    assert not written.mistakes
    assert not written.spots or {(), *((key,) for key in document)} <= written.spots.keys()


def test_yaml_and_json_say_the_same() -> None:
    """Comments, indentation and words without quotes change nothing."""
    text = """# a rollout
endpoint: churn-prod
canary: Variant2   # at weight 0
adopt_live: false
capacity: null
steps:
  - {share: .5, bake_minutes: {min: 10, max: 240}}
  - share: 1
guards:
  quality:
    labelled_set: s3://bucket/churn.csv
    positive_label: "yes"
freezes:
  - begins: 2026-12-20
    ends: 2026-12-20 18:00
    zone: UTC
"""
    checked = check_text(text, "spec.yaml")
    assert checked.spec is not None
    assert checked.document == {
        **MINIMAL,
        "adopt_live": False,
        "capacity": None,
        "steps": [{"share": 0.5, "bake_minutes": {"min": 10, "max": 240}}, {"share": 1}],
        "guards": {"quality": {"labelled_set": "s3://bucket/churn.csv", "positive_label": "yes"}},
        "freezes": [{"begins": "2026-12-20", "ends": "2026-12-20 18:00", "zone": "UTC"}],
    }
    assert check_text(json.dumps(checked.document), "spec.json").spec == checked.spec


def test_the_schema_an_editor_looks_for_is_no_part_of_a_spec() -> None:
    """It may stand there and is not sent on."""
    named = {"$schema": "schema/spec.schema.json", **MINIMAL}
    assert check_text(json.dumps(named), "-").document == MINIMAL


@pytest.mark.parametrize(
    ("text", "core", "older"),
    [
        ("no", "no", False),
        ("Off", "Off", False),
        ("y", "y", True),
        ("1e3", 1000.0, "1e3"),
        ("017", 17, 15),
        ("0o17", 15, "0o17"),
        ("1_000", "1_000", 1000),
        ("12:30", "12:30", 750),
        ("0b11", "0b11", 3),
    ],
)
def test_what_two_versions_of_yaml_read_apart_is_a_mistake(
    text: str, core: Any, older: Any
) -> None:
    """With both readings, so that nobody has to know the versions."""
    assert (core_reading(text), older_reading(text)) == (core, older)
    written = read_text(f"a: {text}", "spec.yaml")
    (mistake,) = written.mistakes
    assert f"{text} can be read as" in mistake.problem
    assert "(YAML 1.2)" in mistake.problem
    assert "(YAML 1.1)" in mistake.problem
    assert written.spot(mistake) == Spot(1, 4)
    assert not read_text(f'a: "{text}"', "spec.yaml").mistakes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        (".5", 0.5),
        ("+5", 5),
        ("0x1F", 31),
        ("~", None),
        ("True", True),
        ("", None),
        ("2026-12-20", "2026-12-20"),
        ("09:00-17:00", "09:00-17:00"),
        ("5xx", "5xx"),
        ("=", "="),
    ],
)  # fmt: skip -- a pair a word
def test_what_both_versions_read_alike_is_read(text: str, value: Any) -> None:
    """A date is text, as in JSON."""
    written = read_text(f"a: {text}", "spec.yaml")
    assert written.document == {"a": value}
    assert not written.mistakes


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan"])
def test_what_json_has_no_number_for_is_a_mistake(text: str) -> None:
    """An execution's input could not hold it."""
    (mistake,) = read_text(f"a: {text}", "spec.yaml").mistakes
    assert "no number that JSON has" in mistake.problem


def test_a_file_named_json_is_json() -> None:
    """YAML under that name would be read by nothing else."""
    assert check_text("endpoint: churn-prod\ncanary: Variant2\n", "spec.json").spec is None
    assert check_text("{endpoint: churn-prod, canary: Variant2}", "-").spec is not None


@pytest.mark.parametrize(
    "text",
    ["[" * 50_000, "- " * 50_000, "a: " + "x" * LONGEST_TEXT, "a: \x00", "# alone\n", "\n", "%A\n"],
    ids=["brackets", "dashes", "long", "null", "comment", "empty", "directive"],
)
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    """Never by a traceback, and nothing grows with it."""
    with pytest.raises(Unreadable) as unreadable:
        read_text(text, "spec.yaml")
    assert len(unreadable.value.problem) < 200


def test_aliases_cannot_grow_a_document() -> None:
    """Nine lines that would become a billion values are nine mistakes."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30))]
    written = read_text("\n".join(lines), "spec.yaml")
    assert len(written.mistakes) == 58
    assert len(json.dumps(written.document)) < 2_000


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever stands in it."""
    checked = check_text(text, "spec.yaml")
    assert checked.spec is None
    assert all(found.mistake.remedy for found in checked.found)
    assert checked.found


@given(
    text=st.text(PLANE, min_size=1, max_size=20)
    | st.sampled_from(["no", "1e3", "null", "~", "a: b"])
)
def test_what_is_written_as_plain_text_is_read_back(text: str) -> None:
    """The names of a drafted spec."""
    assert read_text(f"a: {plain(text)}", "spec.yaml").document == {"a": text}
