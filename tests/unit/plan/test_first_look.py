"""What the baseline's last day decides about a guard of the user's own, and what it leaves open."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.custom.first_look import FirstLook, Published, published
from canary.domain.plan.custom.guards import custom_guards, told
from canary.domain.plan.custom.keys import CountGuardKeys
from canary.domain.plan.guards import CountGuard, CountSource, Metric
from tests.unit.plan.test_custom_keys import EMPTY, SALES, spec

DAY = 1440
SOURCE = CountSource(of=Metric(name="Answers"), bad=Metric(name="Empty"), exact=True)


def day(rate: float, per_minute: int = 1000, **changes: Any) -> Published:
    """Return a day of minutes with these events and this rate of marked ones."""
    events = DAY * per_minute
    whole = {
        "minutes": DAY,
        "marked_minutes": DAY,
        "events": events,
        "marked": rate * events,
        **changes,
    }
    return Published(**whole)


def keys(given: dict[str, Any], **changes: Any) -> CountGuardKeys:
    """Return the keys of one guard."""
    return spec({**given, **changes}).guards.counts[0]


def decided(asked: CountGuardKeys, seen: Published, canary: Published | None = None) -> CountGuard:
    """Return the guard as one baseline's day leaves it, its first step having 5%."""
    look = FirstLook({"v1": seen}, ("v2", canary or Published()))
    return custom_guards([asked], {asked.name: look}, 0.05)[0]


def test_a_day_is_counted_minute_by_minute() -> None:
    """Gaps, zeros and counts that can be none stay apart; the newest minutes may still gain
    points.
    """
    of = {1: 100.0, 2: 100.0, 3: 100.0, 4: 0.0, 9: 100.0}
    seen = published(of, {1: 5.0, 2: 0.0, 4: 0.0}, SOURCE, through=8)
    assert seen == Published(
        minutes=3,
        marked_minutes=3,
        gaps=1,
        zeros=1,
        events=200,
        marked=5,
        gap_events=100,
        newest=3,
    )
    assert (seen.rate("unknown"), seen.rate("zero")) == (5 / 200, 5 / 300)


@pytest.mark.parametrize(
    ("of", "marked", "words"),
    [
        (100.0, 120.0, "Empty (Sum) was 120, more than the 100 of Answers (Sum)"),
        (100.0, -1.0, "Empty (Sum) was -1, and no count is negative"),
        (100.0, 2.5, "Empty (Sum) was 2.5, and no count has a fraction"),
        (99.5, 2.0, "Answers (Sum) was 99.5, and no count has a fraction"),
    ],
)
def test_counts_that_cannot_be_are_told_as_they_were_read(
    of: float, marked: float, words: str
) -> None:
    """They are no counts, and neither cut nor rounded into some."""
    assert words in str(SOURCE.counts(of, marked))
    assert published({1: of}, {1: marked}, SOURCE, 1).unread == 1


def test_what_cloudwatch_estimates_may_have_fractions() -> None:
    """TC comes out of bins, so it is rounded."""
    within = SOURCE.but(good=Metric(name="Answers", statistic="TC(:300)"), bad=None)
    assert within.counts(100, 90.4) == (10, 100)


@pytest.mark.parametrize(
    ("seen", "missing"),
    [
        (day(0.001, gaps=30, zeros=500), "unknown"),
        (day(0.5), "unknown"),
    ],
    ids=["zeros are published, so a gap is none", "so many that no minute is without"],
)
def test_a_gap_is_read_as_the_baseline_shows(seen: Published, missing: str) -> None:
    """Where the day leaves one reading, it is taken and told."""
    guard = decided(keys(EMPTY), seen)
    assert guard.source is not None
    assert guard.source.missing == missing
    assert "nothing is known, since the baseline shows it so" in sentence(keys(EMPTY), guard, seen)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (day(0.001, gaps=400), "400 of 1,440 minutes with events EmptyAnswers has no point"),
        (day(0.01), "at 0.05 of the traffic only 0.5 events a minute are to be expected"),
    ],
)
def test_a_gap_with_two_readings_is_refused_with_both(seen: Published, words: str) -> None:
    """Zero and unknown are different evidence, and only the user knows which is meant."""
    with pytest.raises(Refused) as refusal:
        decided(keys(EMPTY), seen)
    assert refusal.value.field == "guards.counts[0].missing"
    assert words in refusal.value.problem
    assert '"zero"' in refusal.value.remedy
    assert '"unknown"' in refusal.value.remedy
    assert decided(keys(EMPTY, missing="zero"), seen).source


@pytest.mark.parametrize(
    ("seen", "field"),
    [
        (Published(), "of"),
        (Published(minutes=9, gaps=9, gap_events=900), "bad"),
        (day(0.01, zeros=1, unread=200, problem="Empty (Sum) was -1"), "bad"),
    ],
)
def test_a_metric_that_is_not_there_is_refused(seen: Published, field: str) -> None:
    """No point in a day: a wrong name, or nothing to compare with."""
    with pytest.raises(Refused) as refusal:
        decided(keys(EMPTY, missing="zero"), seen)
    assert refusal.value.field == f"guards.counts[0].{field}"


def test_one_silent_baseline_among_several_is_told() -> None:
    """What speaks is enough to begin with."""
    asked = keys(EMPTY)
    look = FirstLook({"v1": day(0.01, zeros=9), "v3": Published()}, ("v2", Published()))
    guard = custom_guards([asked], {asked.name: look}, 0.05)[0]
    assert "v3 has nothing" in told(asked, guard, look)


@pytest.mark.parametrize(("newest", "told_of_it"), [(940, False), (939, True), (100, True)])
def test_a_metric_that_fell_silent_is_told_with_both_readings(
    newest: int, *, told_of_it: bool
) -> None:
    """It may have stopped, or nothing may have happened: a person knows."""
    look = FirstLook({"v1": day(0.5, newest=newest)}, ("v2", Published()), through=1000)
    asked = keys(EMPTY)
    guard = custom_guards([asked], {asked.name: look}, 0.05)[0]
    assert ("its publisher stopped or nothing happened" in told(asked, guard, look)) is told_of_it


def test_a_canary_without_a_point_is_usual_and_told() -> None:
    """At share 0 nobody asks it anything."""
    asked, seen = keys(EMPTY), day(0.01, zeros=9)
    assert "v2 has no point yet, as is usual before it serves" in sentence(
        asked, decided(asked, seen), seen
    )


@pytest.mark.parametrize(
    ("given", "rate", "better", "called"),
    [
        (EMPTY, 0.9, "lower", "empty answers"),
        (SALES, 0.03, "higher", "sales"),
        (SALES, 0.97, "lower", "requests without sales"),
        ({**SALES, "judged_by": "bad"}, 0.03, "lower", "requests without sales"),
        ({**SALES, "judged_by": "good"}, 0.97, "higher", "sales"),
    ],
)
def test_the_rarer_events_are_judged_unless_it_is_said(
    given: dict[str, Any], rate: float, better: str, called: str
) -> None:
    """A conversion too few in a hundred is seen among conversions, not among the ninety-seven."""
    wide = {"ratio": 1.01, "percentage_points": 0}
    margins = {"roll_back_beyond": wide, "last_gate": wide} if "judged_by" in given else {}
    margins |= {"last_gate": wide, "roll_back_beyond": wide} if given is EMPTY else {}
    guard = decided(keys(given, missing="zero", **margins), day(rate))
    assert (guard.better, guard.words.bad) == (better, called)


def test_a_margin_beyond_everything_is_refused() -> None:
    """1.2 times 90% is more than all: no canary could ever be worse."""
    with pytest.raises(Refused, match=r"guards\.counts\[0\]\.last_gate: no canary could have more"):
        decided(keys(EMPTY, missing="zero"), day(0.9))
    with pytest.raises(Refused, match="no canary could have fewer sales"):
        decided(keys(SALES), day(0.0, zeros=DAY))


def test_good_events_of_which_nothing_is_known_need_a_word() -> None:
    """Offline, without a history, nobody can tell which events are the rarer ones."""
    asked = keys(SALES)
    with pytest.raises(Refused, match=r"guards\.counts\[0\]\.judged_by"):
        custom_guards([asked], {}, 0.05)
    assert custom_guards([keys(SALES, judged_by="good")], {}, 0.05)[0].better == "higher"


def test_margins_are_told_in_the_guards_own_words() -> None:
    """More of what is bad, fewer of what is good."""
    empty = decided(keys(EMPTY), day(0.01, zeros=9))
    assert empty.worse_than(empty.roll_back_beyond) == (
        "more empty answers than 1.1x the baseline + 0.01 pp"
    )
    sales = decided(keys(SALES), day(0.03))
    assert sales.worse_than(sales.roll_back_beyond) == "fewer sales than the baseline / 1.05"


def test_a_metric_that_does_not_name_the_endpoint_is_told() -> None:
    """Variants are often called the same on every endpoint."""
    bad = {**EMPTY["bad"], "dimensions": {"Variant": "${variant}"}}
    asked, seen = keys(EMPTY, bad=bad), day(0.01, zeros=9)
    assert "no dimension names the endpoint" in sentence(asked, decided(asked, seen), seen)


def sentence(asked: CountGuardKeys, guard: CountGuard, seen: Published) -> str:
    """Return what the first message says of a guard."""
    return told(asked, guard, FirstLook({"v1": seen}, ("v2", Published())))
