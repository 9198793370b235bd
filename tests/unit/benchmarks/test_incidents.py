"""What was measured of reaction: rendered from kept results, beside 5d17009 on the same seeds."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.incidents import table
from benchmarks.incidents.observe import INCIDENTS, observe
from benchmarks.reaction import document

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the project's own page."""
    monkeypatch.chdir(ROOT)


def run(seed: int, **figures: float | None) -> dict[str, Any]:
    """Return one scenario's run."""
    return {"seed": seed, "scenario": "failing", **figures}


def test_page_shows_the_kept_results() -> None:
    """docs/statistics.md is what the kept results of reaction render to."""
    page = document.PAGE.read_text()
    assert document.rendered(page) == page
    assert {found["name"] for found in document.BLOCK.finditer(page)} == set(document.BLOCKS)


def test_what_never_happened_is_infinitely_late() -> None:
    """A decision that never came, or an alarm that never rang, is no missing figure."""
    runs = [run(0, decision_s=10.0), run(1, decision_s=None), run(2)]
    assert table.middle(runs, "failing", "decision_s") == float("inf")
    assert table.sooner(runs, "failing") == "1 of 3"


def test_commit_compared_with_was_measured_on_twenty_seeds() -> None:
    """Every scenario of every seed, with commit and command beside it."""
    kept = json.loads(table.BEFORE.read_text())
    assert (kept["commit"], "observe.py" in kept["command"]) == ("5d17009", True)
    seen = {(one["seed"], one["scenario"]) for one in kept["runs"]}
    assert seen == {(seed, scenario) for seed in range(20) for scenario in INCIDENTS}


@pytest.mark.slow
def test_others_see_what_they_saw_of_the_commit_compared_with() -> None:
    """Seed 0 played anew: the same alarm and checks, whatever we decide, and no later decision."""
    kept = {one["scenario"]: one for one in table.before([0])}
    for now in observe(0):
        before = kept[now["scenario"]]
        assert now["decision_s"] <= before["decision_s"]
        if now["first_bad"] == before["first_bad"]:
            assert now[table.ALARM] == before[table.ALARM]
