"""What the docs draw and say is what the code has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from canary.domain.plan.brakes.keys import BrakeKeys, Freeze, Hours
from canary.domain.plan.custom.keys import CountGuardKeys, MetricKeys, ValueGuardKeys
from canary.domain.plan.spec import read_spec
from canary.domain.rollout.phase import mermaid

BEGIN, END = "<!-- phases: begin -->\n```mermaid\n", "```\n<!-- phases: end -->"


def test_the_phase_diagram_is_drawn_from_the_table() -> None:
    """Run `python -m canary.domain.rollout.phase` and paste its output when this fails."""
    text = Path("docs/architecture.md").read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == mermaid()


def test_the_guards_that_the_docs_show_are_read() -> None:
    """Each block of docs/guards.md is a spec, its guards, or a value guard."""
    text = Path("docs/guards.md").read_text()
    blocks = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    minimal = {"endpoint": "churn-prod", "canary": "Variant2"}
    read = []
    for block in blocks:
        guards = block if "errors" in block else {"values": [block]}
        read.append(read_spec(block if "endpoint" in block else {**minimal, "guards": guards}))
    assert [spec.guards.custom for spec in read] == [(), ("empty_answers",), ("gpu_memory",)]


def test_every_key_of_a_guard_of_ones_own_is_documented() -> None:
    """Nothing can be written that the docs do not name."""
    text = Path("docs/guards.md").read_text()
    keys = {*CountGuardKeys.model_fields, *ValueGuardKeys.model_fields, *MetricKeys.model_fields}
    assert {key for key in keys if f"`{key}`" not in text and f'"{key}"' not in text} == set()


def test_the_brakes_that_the_docs_show_are_read_and_every_key_is_documented() -> None:
    """Nothing can be written that the docs do not name."""
    text = Path("docs/brakes.md").read_text()
    (shown,) = (json.loads(one) for one in re.findall(r"```json\n(.*?)```", text, re.DOTALL))
    assert read_spec(shown).approve_before == (0.5, 1.0)
    keys = {*BrakeKeys.model_fields, *Hours.model_fields, *Freeze.model_fields} - {"reason"}
    assert {key for key in keys if f"`{key}`" not in text} == set()


class _Loader(yaml.SafeLoader):
    """YAML whose own tags are left aside."""


_Loader.add_multi_constructor("tag:", lambda *_: None)


def _pages(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for part in nav if isinstance(nav, list) else nav.values() if isinstance(nav, dict) else ():
        yield from _pages(part)


def test_every_page_is_in_the_sites_navigation() -> None:
    """Decisions come by themselves, README is the first."""
    nav = yaml.load(Path("mkdocs.yml").read_text(encoding="utf-8"), _Loader)["nav"]
    there = {path.name for path in Path("docs").glob("*.md")} | {"index.md"}
    assert sorted(_pages(nav)) == sorted(there)
