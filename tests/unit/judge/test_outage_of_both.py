"""An outage of both variants shows nothing of either: it never lets a canary pass."""

from collections.abc import Sequence

from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.plan.guards import CountGuard, GuardHistory
from tests.unit.judge.worlds import START, bake, errors_guard, plan, slow_guard, steady

LIVE = (bake(0, START - 5, START - 3), bake(1))
DAY = GuardHistory(minutes=1_440, rate=0.001, requests_per_minute=60_000)


def look(
    *parts: tuple[int, int, int], guards: Sequence[CountGuard] = (errors_guard(DAY),)
) -> Judgement:
    """Judge minutes of 3,000 and 57,000 requests: (minutes, canary bad, baseline bad)."""
    windows, at = [], START
    for minutes, canary, baseline in parts:
        windows += steady(at, minutes, (3_000, canary, canary), (57_000, baseline, baseline))
        at += minutes
    return judge(plan(guards=tuple(guards)), LIVE, windows, at)


def test_variants_that_both_fail_everything_hold_the_step() -> None:
    """However long: nobody is served, and a larger share of nothing proves nothing."""
    found = look((40, 3_000, 57_000))
    assert found.verdict == "HOLD"
    assert found.findings[0].label == "INCONCLUSIVE"
    for text in (found.reason, found.findings[0].reason):
        assert "no canary could be beyond the margin" in text
        assert "its last day: 0.1%" in text
        assert "once both have recovered" in text
    numbers = found.evidence
    assert numbers.guards[0].minutes_to(numbers.log_advance_threshold) is None


def test_without_a_day_it_is_not_told_of_one() -> None:
    """A new endpoint that fails everything holds as well."""
    found = look((40, 3_000, 57_000), guards=[errors_guard()])
    assert found.verdict == "HOLD"
    assert "last day" not in found.reason


def test_the_step_goes_on_when_both_have_recovered() -> None:
    """A few minutes of a shared outage are no reason to wait for a person."""
    assert look((5, 3_000, 57_000), (40, 3, 57)).verdict == "ADVANCE"


def test_a_shared_trouble_that_leaves_room_for_a_worse_canary_is_no_outage() -> None:
    """At 5% of errors on both a canary beyond the margin would have shown."""
    assert look((40, 150, 2_850)).verdict == "ADVANCE"


def test_a_canary_that_fails_less_waits_as_well() -> None:
    """Beside a baseline that fails everything any canary would pass."""
    assert look((40, 1_000, 57_000)).verdict == "HOLD"


def test_a_canary_that_is_well_while_the_baseline_is_down_goes_on() -> None:
    """It is what the baseline was on its last day."""
    assert look((40, 3, 57_000)).verdict == "ADVANCE"


def test_a_rate_that_is_as_ever_holds_nothing() -> None:
    """Of a guard whose events are nearly all bad on any day the first message has told that."""
    ever = slow_guard(DAY.but(rate=0.97))
    assert look((40, 2_910, 55_290), guards=[ever]).verdict == "ADVANCE"


def test_one_guard_that_shows_nothing_holds_beside_another_that_passes() -> None:
    """Every guard has to be shown within its margin."""
    guards = [errors_guard(DAY), slow_guard(DAY.but(rate=0.97))]
    found = look((40, 2_910, 55_290), guards=guards)
    assert found.verdict == "HOLD"
    assert [one.label for one in found.findings] == ["INCONCLUSIVE", "PASS"]
