"""The page about a rollout: what it says, that it loads nothing, and that nothing untrusted becomes
markup.
"""

from datetime import timedelta

import html5lib
import pytest

from canary.domain.plan.standstill import Standstill
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Outcome
from canaryctl.history import LedgerMinute, RolloutHistory, ToldMessage
from canaryctl.report import render_report
from canaryctl.report.facts import facts_of
from canaryctl.report.labelled import picture_path
from canaryctl.report.minutes import start_of
from canaryctl.report.summary import summary_of
from canaryctl.report.verdicts import groups_of
from tests.unit.canaryctl.elements import Elements, charts
from tests.unit.canaryctl.histories import STARTED, make_record

ATTACK = "</script><img src=x onerror=alert(1)>"


def test_a_promotion_is_told_in_three_answers(promoted: RolloutHistory) -> None:
    """What happened, why, and whether it is safe, in words that need no glossary."""
    outcome = summary_of(promoted)
    assert outcome.title == "The canary was promoted: it serves all traffic of churn-prod"
    assert "5% → 25% → 50% → 100%" in outcome.happened
    assert outcome.safe.startswith("Yes, verified at 09:")
    assert "Variant1 0 (0%), Variant2 1 (100%)" in outcome.safe


def test_a_roll_back_says_where_why_and_how_fast(rolled_back: RolloutHistory) -> None:
    """The share it fell at, the judge's own reason, the time from decision to verified."""
    outcome = summary_of(rolled_back)
    assert outcome.title == "The canary was taken back at 50%"
    assert "more slow requests" in outcome.why
    assert "40 s after the decision" in outcome.safe


@pytest.mark.parametrize(
    ("phase", "step", "title"),
    [
        (Phase.ROLLED_BACK, 0, "stopped before a single live request"),
        (Phase.HANDED_OVER, 2, "handed over"),
        (Phase.UNPROVEN, 2, "needs a person"),
        (Phase.BAKING, 1, "being taken back from 5%"),
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


def test_names_in_charts_are_text(promoted: RolloutHistory) -> None:
    """A variant's name stands in legends, tables and what is pointed at, and is markup in none."""
    plan = promoted.record.plan.but(baselines=(ATTACK,))
    page = render_report(promoted.but(record=promoted.record.but(plan=plan)))
    assert ATTACK not in page
    assert "img" not in {tag for tag, _ in Elements(page).found}


@pytest.mark.parametrize("which", ["promoted", "rolled_back", "begun"])
def test_the_page_is_well_formed(which: str, request: pytest.FixtureRequest) -> None:
    """Read as a browser reads it, with nothing to be mended; ids are there once."""
    begun = RolloutHistory(record=make_record())
    page = render_report(begun if which == "begun" else request.getfixturevalue(which))
    parser = html5lib.HTMLParser()
    parser.parse(page)
    assert parser.errors == []
    ids = [a["id"] for _, a in Elements(page).found if "id" in a]
    assert len(ids) == len(set(ids))


def test_the_page_is_whole_without_its_script(rolled_back: RolloutHistory) -> None:
    """Lines, thresholds and numbers stand in the page itself."""
    elements = Elements(render_report(rolled_back)).found
    drawn = [a for tag, a in elements if tag == "path" and "line" in str(a.get("class")).split()]
    assert len(drawn) > 8
    assert len([tag for tag, _ in elements if tag == "script"]) == 1
    assert "strip" in {a.get("class") for tag, a in elements if tag == "rect"}


def test_the_same_history_gives_the_same_page(promoted: RolloutHistory) -> None:
    """Nothing on the page depends on when it was written."""
    assert render_report(promoted) == render_report(promoted)


def test_the_page_has_every_part(rolled_back: RolloutHistory) -> None:
    """Charts, labelled set, verdicts, messages, plan and spec: what a post-mortem asks for."""
    page = render_report(rolled_back)
    assert charts(page) == {"requests", "errors", "slow_requests", "rollback", "advance"}
    for text in (
        "Where they differ",
        "ROLLED BACK, Variant2 at 0%",
        "1.05x the baseline",
        "s3://labels",
    ):
        assert text in page
    assert "&#34;endpoint&#34;: &#34;churn-prod&#34;" in page


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
    assert charts(page) == {"requests"}


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("ana", "paused by ana until"),
        ("arn:aws:sts::123456789012:assumed-role/Ops/ana", "paused by assumed-role/Ops/ana until"),
    ],
)
def test_a_pause_is_told_with_its_time_and_person(
    promoted: RolloutHistory, by: str, told: str
) -> None:
    """No limit counted it, so whoever adds up the minutes has to know; a name fits its tile."""
    record = promoted.record
    pause = Standstill(
        since=record.started_at + timedelta(minutes=5),
        until=record.started_at + timedelta(minutes=15),
        by=by,
    )
    facts = facts_of(promoted.but(record=record.but(standstills=(pause,))))
    assert [fact.value for fact in facts if told in fact.label] == ["10 min"]
    assert not any("paused" in fact.label for fact in facts_of(promoted))
