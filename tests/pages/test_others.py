"""The pages that are not of a rollout: an evaluation, a single chart."""

from pathlib import Path

import html5lib
import pytest

from canary.domain.labelled.evidence import QualityEvidence
from canaryctl.evaluate.page import page_of
from canaryctl.pages import render, write_page
from canaryctl.pages.chart import Chart, Series
from canaryctl.pages.drawn import Drawn
from canaryctl.pages.scale import Minutes, linear
from tests.pages.browser import DESK, PHONE, look, missing, view
from tests.unit.canaryctl.histories import quality_evidence

ROC = {"roc_curve": {"fpr": [0, 0.1, 0.4, 1], "tpr": [0, 0.7, 0.9, 1]}, "roc_auc": 0.9}


def looks() -> list[QualityEvidence]:
    """Return the evidence after each batch of an evaluation."""
    last = quality_evidence()
    first = last.findings[0]
    return [
        last.but(
            position=50 * (index + 1),
            findings=(first.but(log_advance=0.3 * index, log_roll_back=-0.05 * index),),
        )
        for index in range(12)
    ]


def evaluation() -> str:
    """Return the page of an evaluation that has everything a page can have."""
    sides = {"baseline": {"accuracy": 0.97, **ROC}, "canary": {"accuracy": 0.9683, **ROC}}
    report = {"records": 600, **sides, "difference": {"accuracy": -0.0017}}
    return page_of(quality_evidence().but(report=report), looks())


def single() -> str:
    """Return a page of one chart, a minute of it missing."""
    line = Series("v1", "baseline", (0.0, 1.0, 2.0), (5.0, None, 7.0), ("5", "missing", "7"))
    chart = Chart("one", "One", "A note.", Minutes(0, 2), linear((7.0,)), "x", "y", (line,))
    return render("single.html.j2", title="One chart", drawn=Drawn(chart))


PAGES = pytest.mark.parametrize("page", [evaluation(), single()], ids=["evaluation", "single"])


@PAGES
def test_it_is_well_formed(page: str) -> None:
    """Nothing for a browser to mend."""
    parser = html5lib.HTMLParser()
    parser.parse(page)
    assert parser.errors == []


def test_an_evaluation_draws_evidence_and_curves() -> None:
    """Both lines with what they need, both variants with their area."""
    page = evaluation()
    for words in (
        "worse: 40 needed",
        "not worse: 20 needed",
        "Variant1 (AUC 0.9000)",
        "ROC curves",
    ):
        assert words in page


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing() or "a browser is here")
@PAGES
def test_a_browser_finds_nothing(page: str, tmp_path: Path) -> None:
    """On a phone and a desk, in light and dark."""
    path = write_page(tmp_path / "page.html", page)
    views = [view(path, size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark")]
    assert [found["found"] for found in look(views)] == [[]] * 4
