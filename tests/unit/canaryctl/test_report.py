"""The page about a rollout: what it says, that it loads nothing, and that nothing untrusted becomes
markup.
"""

import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from canary.domain.judge.windows import Window
from canary.domain.plan.standstill import Standstill
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Outcome
from canaryctl.history import LedgerMinute, RolloutHistory, ToldMessage
from canaryctl.report import render_report, write_index
from canaryctl.report.charts import charts_of
from canaryctl.report.facts import facts_of
from canaryctl.report.index import Entry
from canaryctl.report.labelled import picture_path
from canaryctl.report.minutes import start_of
from canaryctl.report.summary import summary_of
from canaryctl.report.verdicts import groups_of
from tests.unit.canaryctl.histories import BAD, STARTED, make_record, simulate

ATTACK = "</script><img src=x onerror=alert(1)>"


def slow_from_half(step: int) -> tuple[float, float]:
    """Return the rates of a canary that is slow from the third live step on."""
    return BAD["errors"], 0.2 if step >= 3 else BAD["slow"]


@pytest.fixture(scope="module")
def promoted() -> RolloutHistory:
    """A canary as good as the baseline, to its end."""
    return simulate()


@pytest.fixture(scope="module")
def rolled_back() -> RolloutHistory:
    """A canary that is slow from 50% on."""
    return simulate(slow_from_half)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the texts of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.found.append((tag, dict(attrs)))


def figures(page: str) -> dict[str, Any]:
    """Return the plotly figures inside a page by their ids."""
    parts = page.split('<script type="application/json" id="figure-')[1:]
    return {
        part.split('"', 1)[0]: json.loads(part.split(">", 1)[1].split("</script>", 1)[0])
        for part in parts
    }


def test_a_promotion_is_told_in_three_answers(promoted: RolloutHistory) -> None:
    """What happened, why, and whether it is safe, in words that need no glossary."""
    outcome = summary_of(promoted)
    assert outcome.title == "The canary was promoted: it serves all traffic of churn-prod"
    assert "5% → 25% → 50% → 100%" in outcome.happened
    assert "still there at weight 0" in outcome.safe


def test_a_roll_back_says_where_why_and_how_fast(rolled_back: RolloutHistory) -> None:
    """The share it fell at, the judge's own reason, the time from decision to verified."""
    outcome = summary_of(rolled_back)
    assert outcome.title == "The canary was rolled back at 50%"
    assert "more slow requests" in outcome.why
    assert "40 s after the decision" in outcome.safe


@pytest.mark.parametrize(
    ("phase", "step", "title"),
    [
        (Phase.ROLLED_BACK, 0, "stopped before a single live request"),
        (Phase.ROLLED_BACK, 4, "taken back from 100% while it was watched"),
        (Phase.HANDED_OVER, 2, "handed over"),
        (Phase.UNPROVEN, 2, "needs a person"),
        (Phase.BAKING, 1, "on its way: 5%"),
    ],
)
def test_every_ending_has_its_own_headline(phase: Phase, step: int, title: str) -> None:
    """A reader who stops after the first line knows how it stands."""
    decision = Decision(verdict="ROLL_BACK", step=step, reason="because", at=STARTED)
    assert (
        title
        in summary_of(
            RolloutHistory(record=make_record(phase=phase, step=step, decision=decision))
        ).title
    )


def test_the_page_loads_nothing(promoted: RolloutHistory) -> None:
    """No element refers to anything outside the page, and a policy forbids what the page does not
    carry.
    """
    elements = Elements(render_report(promoted)).found
    references = [
        value
        for _, a in elements
        for name, value in a.items()
        if name in {"src", "href", "action", "data"}
    ]
    policy = next(
        a["content"] for _, a in elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert references == []
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert not {tag for tag, _ in elements} & {"link", "iframe", "object", "embed", "base", "form"}


def test_no_text_of_a_rollout_becomes_markup(promoted: RolloutHistory) -> None:
    """Reasons, messages, spec, labels and names are shown as they are, never interpreted."""
    verdict = promoted.verdicts[0].but(reason=ATTACK)
    quality = promoted.quality
    assert quality is not None
    hostile = promoted.but(
        verdicts=(verdict, *promoted.verdicts[1:]),
        messages=(ToldMessage(at=STARTED, subject=ATTACK, body=ATTACK),),
        record=promoted.record.but(
            spec={"endpoint": ATTACK}, outcome=Outcome(end=Phase.PROMOTED, reason=ATTACK)
        ),
        quality=quality.but(
            labelled_set=ATTACK,
            disagreements=(quality.disagreements[0].but(record=ATTACK, canary=ATTACK),),
        ),
        pictures={ATTACK: ((1.0,),)},
        ledger=(
            LedgerMinute(minute=start_of(promoted.record), variant="Variant1", requests=1, bad=0),
        ),
    )
    page = render_report(hostile)
    assert ATTACK not in page
    assert "onerror" not in {name for _, attributes in Elements(page).found for name in attributes}


def test_names_inside_figures_cannot_end_their_script(promoted: RolloutHistory) -> None:
    """Figures are JSON in a script element: a variant's name must not close it."""
    plan = promoted.record.plan.but(baselines=(ATTACK,))
    record = promoted.record.but(plan=plan)
    page = render_report(promoted.but(record=record))
    assert ATTACK not in page
    assert figures(page)["requests"]["data"][0]["name"] == ATTACK


def test_the_same_history_gives_the_same_page(promoted: RolloutHistory) -> None:
    """Nothing on the page depends on when it was written."""
    assert render_report(promoted) == render_report(promoted)


def test_the_page_has_every_part(rolled_back: RolloutHistory) -> None:
    """Charts, labelled set, verdicts, messages, plan and spec: what a post-mortem asks for."""
    page = render_report(rolled_back)
    assert set(figures(page)) == {"requests", "errors", "slow_requests", "rollback", "advance"}
    for text in (
        "Where they differ",
        "ROLLED BACK, Variant2 at 0%",
        "1.05x the baseline",
        "s3://labels",
    ):
        assert text in page
    assert "&#34;endpoint&#34;: &#34;churn-prod&#34;" in page


def test_missing_minutes_are_gaps_and_never_zeros(promoted: RolloutHistory) -> None:
    """A minute nobody measured leaves a hole in the line."""
    first = promoted.windows[0]
    holed = (Window(minute=first.minute, baseline=None, canary=first.canary), *promoted.windows[1:])
    chart = next(c for c in charts_of(promoted.but(windows=holed)) if c.id == "errors")
    baseline = chart.figure["data"][0]
    assert baseline["y"][0] is None
    assert all(value is not None for value in baseline["y"][1:25])


def test_only_judged_minutes_have_filled_dots(promoted: RolloutHistory) -> None:
    """Warm-up and share 0 are shown hollow, because they were not evidence."""
    chart = next(c for c in charts_of(promoted) if c.id == "errors")
    bake = promoted.record.bakes[1]
    start, marker = start_of(promoted.record), chart.figure["data"][1]["marker"]["symbol"]
    warm = bake.reached_minute + 1 + promoted.record.plan.warm_up_minutes - start
    assert marker[0] == "circle-open"
    assert marker[warm - 1 : warm + 1] == ["circle-open", "circle"]


def test_evidence_is_drawn_against_the_threshold_it_is_compared_with(
    rolled_back: RolloutHistory,
) -> None:
    """The strong line crosses the dashed one exactly where the roll-back was decided."""
    chart = next(c for c in charts_of(rolled_back) if c.id == "rollback")
    whole = chart.figure["data"][-1]
    level = next(
        s["y0"] for s in chart.figure["layout"]["shapes"] if s["line"].get("dash") == "dash"
    )
    assert level == pytest.approx(40)
    assert [y >= level for y in whole["y"]] == [False] * (len(whole["y"]) - 1) + [True]


def test_the_guards_shares_add_up_to_the_evidence(rolled_back: RolloutHistory) -> None:
    """What each guard contributes is drawn so that the parts sum to the whole."""
    *parts, whole = next(c for c in charts_of(rolled_back) if c.id == "rollback").figure["data"]
    for index, value in enumerate(whole["y"]):
        assert sum(part["y"][index] for part in parts) == pytest.approx(value, rel=0.01)


def test_requests_come_from_the_router_where_it_was_asked(promoted: RolloutHistory) -> None:
    """The ledger wins over the controller's own windows, and the page says so."""
    minute = start_of(promoted.record)
    ledger = (LedgerMinute(minute=minute + 2, variant="Variant2", requests=123, bad=4),)
    page = render_report(promoted.but(ledger=ledger))
    assert figures(page)["requests"]["data"][1]["y"] == [123.0]
    assert "counted by the router itself" in page


def test_verdicts_that_differ_only_in_numbers_are_folded(promoted: RolloutHistory) -> None:
    """Every look is kept, a run of the same sentence takes one row."""
    groups = groups_of(promoted)
    assert sum(len(group.rows) for group in groups) == len(promoted.verdicts)
    assert len(groups) < len(promoted.verdicts) / 1.5
    assert [g.last.verdict for g in groups if g.last.verdict != "HOLD"] == ["ADVANCE"] * 5


def test_a_picture_shows_its_ink_alone() -> None:
    """One square a pixel with ink, the darker the larger."""
    path = picture_path(((0.0, 1.0), (0.25, 0.0)))
    assert path == "M1.00 0.00h1.00v1.00h-1.00zM0.25 1.25h0.50v0.50h-0.50z"


def test_a_rollout_that_has_only_begun_has_a_page() -> None:
    """No window, no verdict, no labelled set: the page still stands."""
    page = render_report(RolloutHistory(record=make_record()))
    assert "Nothing has been judged yet" in page
    assert set(figures(page)) == {"requests"}


def test_the_index_leads_to_every_page(
    promoted: RolloutHistory, rolled_back: RolloutHistory, tmp_path: Any
) -> None:
    """One card a rollout, linked by file name so that the folder can be moved."""
    entries = [
        Entry("good", "A good one.", "good.html", promoted),
        Entry("slow", "<slow>", "slow.html", rolled_back),
    ]
    page = write_index(entries, tmp_path / "index.html").read_text()
    assert [a["href"] for tag, a in Elements(page).found if tag == "a"] == [
        "good.html",
        "slow.html",
    ]
    assert "<slow>" not in page


def test_a_pause_is_told_with_its_time_and_person(promoted: RolloutHistory) -> None:
    """No limit counted it, so whoever adds up the minutes has to know."""
    record = promoted.record
    pause = Standstill(
        since=record.started_at + timedelta(minutes=5),
        until=record.started_at + timedelta(minutes=15),
        by="ana",
    )
    facts = facts_of(promoted.but(record=record.but(standstills=(pause,))))
    assert [fact.value for fact in facts if "paused by ana until" in fact.label] == ["10 min"]
    assert not any("paused" in fact.label for fact in facts_of(promoted))
