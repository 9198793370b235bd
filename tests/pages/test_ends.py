"""Every way a rollout can stand or end, as the real application leaves it: its page says what is
true of it, and is a good page.
"""

from pathlib import Path

import html5lib
import pytest

from canaryctl.history import RolloutHistory
from canaryctl.report import card_of, render_report, write_indexes, write_report
from canaryctl.report.summary import summary_of
from tests.pages.browser import DESK, PHONE, look, missing, view
from tests.pages.ends import ENDS, played

pytestmark = pytest.mark.slow
MOST_BYTES = 300_000
SAYS = {
    "promoted": ("good", "was promoted", "Yes, verified at"),
    "errors": ("bad", "taken back at 5%", "Yes, verified at"),
    "errors-now": ("busy", "on its way: 5%", "Not known yet"),
    "watch": ("bad", "taken back from 100% while it was watched", "Yes, verified at"),
    "unproven": ("alert", "needs a person now", "No: nobody knows"),
    "going-back": ("bad", "being taken back from 5%", "Not yet"),
    "handed-over": ("alert", "handed over", "Not this rollout's to say"),
    "paused": ("busy", "is paused at 25%", "It goes back to"),
    "held": ("warn", "held without an answer at 5%", "Not shown either way"),
}


@pytest.fixture(params=ENDS)
def name(request: pytest.FixtureRequest) -> str:
    """One of the ends."""
    return str(request.param)


@pytest.fixture
def history(name: str, tmp_path_factory: pytest.TempPathFactory) -> RolloutHistory:
    """Its history, played once for all tests and, near enough, for all of their processes."""
    kept = tmp_path_factory.getbasetemp().parent / f"end-{name}.json"
    if not kept.exists():
        new = tmp_path_factory.mktemp("end") / kept.name
        new.write_text(played(name).model_dump_json(), encoding="utf-8")
        new.rename(kept)
    return RolloutHistory.model_validate_json(kept.read_text(encoding="utf-8"))


def test_a_page_says_what_is_true(name: str, history: RolloutHistory) -> None:
    """Tone, headline, and whether it is safe."""
    tone, title, safe = SAYS[name]
    found = summary_of(history)
    assert found.tone == tone
    assert title in found.title
    assert safe in found.safe


def test_only_what_was_verified_is_called_safe(history: RolloutHistory) -> None:
    """Nowhere on the other pages."""
    page = render_report(history)
    verified = history.record.phase in {"ROLLED_BACK", "PROMOTED"}
    assert ("Yes, verified" in page) is verified
    assert verified or "back to safe" not in page
    assert verified or "from decision to safe" not in page


@pytest.mark.parametrize("name", ["unproven"], indirect=True)
def test_why_it_is_unproven_comes_first(history: RolloutHistory) -> None:
    """The refused call, not the person who asked for the roll-back; and what can be typed."""
    found = summary_of(history)
    assert found.why.index("AccessDeniedException") < found.why.index("a person asked for it")
    assert found.commands == (
        "canaryctl retry --endpoint churn-prod",
        "canaryctl release --endpoint churn-prod",
    )


def test_a_page_is_well_formed_and_small(history: RolloutHistory) -> None:
    """Nothing for a browser to mend, and at most 300 KB."""
    page, parser = render_report(history), html5lib.HTMLParser()
    parser.parse(page)
    assert parser.errors == []
    assert len(page.encode()) <= MOST_BYTES


@pytest.mark.skipif(bool(missing()), reason=missing() or "a browser is here")
def test_a_browser_finds_nothing(history: RolloutHistory, tmp_path: Path) -> None:
    """On a phone and a desk, in light and dark: nothing cut, nothing on one another, nothing that
    axe names, the answers on the first screen; on paper ink on white, whatever the screen is.
    """
    page = write_report(history, tmp_path / "page.html")
    index = write_indexes([card_of(history, page.name)], tmp_path)
    sizes = [(size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark")]
    *screens, paper = look(
        [view(each, *one) for each in (page, index) for one in sizes]
        + [view(page, DESK, "dark", media="print")]
    )
    assert [found["found"] for found in screens] == [[]] * len(screens)
    answers = [(found["answers"], size) for found, (size, _) in zip(screens, sizes, strict=False)]
    assert [end for end, size in answers if end > size[1]] == []
    assert paper["colours"] == ["rgb(255, 255, 255)", "rgb(27, 36, 48)"]
