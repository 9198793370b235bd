"""The measured page: rendered from kept results, stale when it differs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.verdicts import document, plot, targets
from benchmarks.verdicts.run import all_cells

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the project's own page."""
    monkeypatch.chdir(ROOT)


def kept() -> dict[str, Any]:
    """Return the kept results."""
    report: dict[str, Any] = json.loads(document.RESULTS.read_text())
    return report


def test_page_and_plots_show_the_kept_results() -> None:
    """docs/statistics.md and its plots are what the results render to."""
    page = document.PAGE.read_text()
    assert document.rendered(page, kept()) == page
    for name, text in document.plots(kept()).items():
        assert (document.PLOTS / name).read_text() == text


@pytest.mark.slow
def test_kept_results_are_what_the_code_computes() -> None:
    """A sample of cells computed anew gives the kept figures: bets, peers, composition, labelled
    set.
    """
    assert document.stale(kept()) == []


def test_every_block_is_measured_and_every_measurement_shown() -> None:
    """No block without figures, no figures without a block."""
    shown = {found["name"] for found in document.BLOCK.finditer(document.PAGE.read_text())}
    assert shown == set(document.blocks(kept()))


def test_changed_page_is_stale() -> None:
    """A figure edited by hand is found."""
    page = document.PAGE.read_text()
    edited = re.sub(r"runs a cell", "runs in a cell", page, count=1)
    assert document.rendered(edited, kept()) == page != edited


def test_kept_results_cover_every_cell_at_full_length() -> None:
    """Every cell of every table, at least 2,000 runs."""
    report = kept()
    assert report["runs"] >= 2000
    for cell in all_cells():
        assert cell.column in report["tables"][cell.table][cell.row]


def test_figures_that_moved_are_stale() -> None:
    """A figure beyond rounding is stale, rounding is not."""
    assert document.close({"a": 10.0, "b": None}, {"a": 10.05, "b": None})
    assert not document.close({"a": 10.0}, {"a": 11.0})
    assert not document.close({"a": 10.0}, {"a": None})
    assert not document.close(None, {"a": 1.0})


def test_targets_are_judged_by_their_worst_cell() -> None:
    """One bad cell misses a target, and a missing figure does too."""
    assert targets.at_most("x", [1.0, 2.0], 2.0).reached
    assert not targets.at_most("x", [1.0, 2.1], 2.0).reached
    assert not targets.at_most("x", [], 2.0).reached


def test_plot_is_well_formed_and_escapes() -> None:
    """Labels with angle brackets stay text."""
    text = plot.bars("a < b", "%", [("this, <1%", 2.0), ("other", 0.0)])
    assert "a &lt; b" in text
    assert text.count("<rect") == 3
