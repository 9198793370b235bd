"""The soak at its smallest: what it breaks, what it counts, and what it calls unsound."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.soak import run
from benchmarks.soak.told import told_of


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the command writes of three rollouts for half an hour, the third with a canary that
    fails.
    """
    out = tmp_path_factory.mktemp("soak") / "soak.json"
    assert run.main(["--short", "--out", str(out)]) == 0
    written: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return written


@pytest.mark.slow
def test_three_rollouts_end_as_they_have_to_whatever_breaks(found: dict[str, Any]) -> None:
    """Two promoted, the bad one taken back; nobody blind, nothing left behind."""
    assert found["ended"] == {"PROMOTED": 2, "ROLLED_BACK": 1}
    assert run.is_sound(found), found
    assert found["items_of_one"] < 6
    assert {hour["executions"] <= 3 for hour in found["hours"]} == {True}
    assert [one["what"] for one in found["growth"]] == ["memory_mb", "items", "executions"]


@pytest.mark.slow
def test_every_kind_of_fault_strikes(found: dict[str, Any]) -> None:
    """What is counted is what was broken: calls on the way there and back, events, reads."""
    assert {"calls refused", "answers lost", "reads throttled"} <= found["faults"].keys()
    assert any(kind.startswith("events ") for kind in found["faults"])
    assert found["longest_blind_minutes"] > 0
    assert sum(found["failed_invocations"].values()) > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"wrong": ["soak-002: PROMOTED, wanted ROLLED_BACK"]},
        {"blind": ["soak-001"]},
        {"left": {"listed": 0, "leases": 1, "executions": 0}},
        {"left": {"listed": 0, "leases": 0, "executions": 1}},
        {"refused": 1},
        {"growth": [{"leak": False}, {"leak": True}]},
    ],
)
def test_what_is_left_or_ends_wrong_is_unsound(wrong: dict[str, Any]) -> None:
    """Each alone is enough."""
    sound = {"wrong": [], "blind": [], "left": {"leases": 0}, "refused": 0, "growth": []}
    assert run.is_sound(sound)
    assert not run.is_sound({**sound, **wrong})


def test_the_page_says_what_was_broken_and_has_a_row_an_hour() -> None:
    """Hours in order, numbers as people read them."""
    hour = {"minute": 60, "memory_mb": 301.5, "items": 12_000, "executions": 3, "objects": 0}
    page = told_of(
        {
            "rollouts": 3,
            "minutes": 120,
            "ended": {"PROMOTED": 3},
            "wrong": [],
            "longest_blind_minutes": 2,
            "faults": {"answers lost": 1_234},
            "failed_invocations": {"DeciderFunction": 7},
            "left": {"leases": 0},
            "growth": [{"unit": "MB of memory", "grown": 7.5, "most": 5.0, "leak": True}],
            "hours": [hour, {**hour, "minute": 120, "items": 24_000}],
        }
    )
    assert page.startswith("3 rollouts for 2 hours ended 3 PROMOTED; 0 otherwise")
    assert "1,234 answers lost; 7 invocations failed. Left: 0 leases." in page
    assert "7.5 MB of memory (at most 5). It leaks: MB of memory by 2.5 too many." in page
    assert page.splitlines()[-1] == "| 2 | 301.5 | 24,000 | 3 | 0 |"
