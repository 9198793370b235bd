"""The pages that lead to others."""

from datetime import timedelta
from pathlib import Path

from canary.domain.rollout.phase import Phase
from canaryctl.history import RolloutHistory
from canaryctl.report import card_of, write_indexes, write_site
from tests.unit.canaryctl.elements import Elements
from tests.unit.canaryctl.histories import STARTED, make_record


def test_the_index_leads_to_every_page(
    promoted: RolloutHistory, rolled_back: RolloutHistory, tmp_path: Path
) -> None:
    """One card a rollout, linked by file name so that the folder can be moved."""
    cards = [
        card_of(promoted, "good.html", "good", "A good one."),
        card_of(rolled_back, "slow.html", "slow", "<slow>"),
    ]
    page = write_indexes(cards, tmp_path).read_text()
    links = [a["href"] for tag, a in Elements(page).found if tag == "a"]
    assert [link for link in links if link != "endpoint-churn-prod.html"] == [
        "good.html",
        "slow.html",
    ]
    assert "<slow>" not in page


def test_an_endpoint_with_several_rollouts_has_a_page(
    promoted: RolloutHistory, rolled_back: RolloutHistory, tmp_path: Path
) -> None:
    """Its history, the newest first; every page that is linked is there."""
    older = promoted.record.but(rollout="churn-prod-old", started_at=STARTED - timedelta(days=1))
    write_site([promoted.but(record=older), rolled_back], tmp_path)
    page = (tmp_path / "endpoint-churn-prod.html").read_text()
    links = [str(a["href"]) for tag, a in Elements(page).found if tag == "a"]
    assert links == ["index.html", f"{rolled_back.record.rollout}.html", "churn-prod-old.html"]
    assert all((tmp_path / link).exists() for link in links)


def test_what_needs_a_person_stands_first(promoted: RolloutHistory, tmp_path: Path) -> None:
    """However many others there are before it."""
    unproven = RolloutHistory(record=make_record(phase=Phase.UNPROVEN, step=2))
    cards = [card_of(promoted, "good.html"), card_of(unproven, "bad.html")]
    page = write_indexes(cards, tmp_path).read_text()
    assert page.index("bad.html") < page.index("good.html")
    assert "Needs a person" in page
