"""Guards of the user's own from points to a verdict: gaps, counts that can be none, good events."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.metrics import MetricReading, RawSeries
from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.custom.first_look import FirstLook, Published
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.guards import REQUESTS, CountGuard, GuardHistory, Metric
from canary.domain.plan.spec import ErrorRates
from canary.domain.plan.standard_guards import guards_of
from tests.unit.judge.worlds import START, bake, plan
from tests.unit.plan.test_custom_keys import EMPTY, SALES, spec

RATE, DAY = 0.03, 1440


def own(missing: str = "zero", **changes: object) -> CountGuard:
    """Return a guard on sales, as a day at 3% leaves it, with a day of history."""
    asked = spec({**SALES, "missing": missing, **changes})
    seen = Published(minutes=DAY, marked_minutes=DAY, events=DAY * 1000, marked=DAY * 1000 * RATE)
    guard = guards_of(asked.guards, {}, {"sales": FirstLook({"v1": seen})}, 0.05)[-1]
    history = GuardHistory(minutes=DAY, rate=RATE, requests_per_minute=1000)
    return guard.but(history=history)


def read(
    guard: CountGuard, of: dict[int, float], marked: RawSeries, through: int | None = None
) -> dict[int, Counts]:
    """Return the counts of a variant whose events are its requests."""
    assert guard.source is not None
    series = {
        REQUESTS.at("churn", "v2"): RawSeries(minutes=of),
        guard.source.marked.at("churn", "v2"): marked,
    }
    return MetricReading("churn", (guard,), through).counts(series, "v2")


REQUESTED = {1: 100.0, 2: 100.0, 3: 100.0}


def test_a_gap_is_nothing_or_none_as_the_guard_says() -> None:
    """Unknown leaves the minute out, zero counts it."""
    some = RawSeries(minutes={1: 3.0, 3: 2.0})
    counted = {m: c.guards.get("sales") for m, c in read(own("unknown"), REQUESTED, some).items()}
    assert counted == {1: (97, 100), 2: None, 3: (98, 100)}
    counted = {m: c.guards.get("sales") for m, c in read(own("zero"), REQUESTED, some).items()}
    assert counted == {1: (97, 100), 2: (100, 100), 3: (98, 100)}


def test_no_minute_counts_before_its_gap_would() -> None:
    """Where a gap means zero, minutes with points and without wait alike: those with a bad event
    would otherwise count sooner.
    """
    found = read(own("zero"), REQUESTED, RawSeries(minutes={1: 3.0, 3: 2.0}), through=2)
    assert [bool(counts.guards) for counts in found.values()] == [True, True, False]


def test_a_gap_in_an_answer_that_was_cut_short_is_no_zero() -> None:
    """What CloudWatch has not said is unknown."""
    found = read(own("zero"), REQUESTED, RawSeries(minutes={1: 3.0}, answered="PartialData"))
    assert [counts.guards for counts in found.values()] == [{}, {}, {}]


def test_a_count_that_can_be_none_is_kept_in_words_and_told() -> None:
    """NO_DATA says what was read and when."""
    counts = read(own("unknown"), {1: 100.0}, RawSeries(minutes={1: 120.0}))[1]
    assert counts.guards == {}
    assert "Sales (Sum) was 120" in counts.unread["sales"]
    windows = [
        Window(minute=START + m, canary=counts, baseline=Counts(requests=9, guards={}))
        for m in range(20)
    ]
    finding = look([own()], windows, 20).findings[0]
    assert finding.label == "NO_DATA"
    assert "these were no counts, canary: Sales (Sum) was 120, more than" in finding.reason


def look(guards: Sequence[CountGuard], windows: Sequence[Window], minutes: int) -> Judgement:
    """Return the judgement of a bake at 5% after so many minutes."""
    budget = share_out(ErrorRates(), [guard.name for guard in guards], labelled_set=False)
    planned = plan(guards=tuple(guards), budget=budget)
    return judge(planned, [bake(1)], windows, START + minutes)


def served(
    canary: float, baseline: float, minutes: int = 60, seed: int = 1
) -> tuple[list[Window], np.random.Generator]:
    """Return minutes of 300 canary and 5,700 baseline requests with these rates of sales."""
    rng = np.random.default_rng([7, seed])

    def side(requests: int, rate: float) -> Counts:
        sold = int(rng.binomial(requests, rate))
        return Counts(requests=requests, guards={"sales": (requests - sold, requests)})

    windows = [
        Window(minute=START + m, canary=side(300, canary), baseline=side(5700, baseline))
        for m in range(minutes)
    ]
    return windows, rng


def test_a_canary_that_sells_less_is_taken_back_and_told_so() -> None:
    """Half the sales: shown among the sales, with both rates."""
    windows, _ = served(RATE / 2, RATE)
    judgement = look([own()], windows, 60)
    assert (judgement.verdict, judgement.decided_by) == ("ROLL_BACK", "sales")
    assert "the canary has fewer sales than the baseline / 1.05: canary 1." in judgement.reason
    assert ", baseline 3." in judgement.reason


def test_a_canary_that_sells_nothing_is_taken_back() -> None:
    """No sale at all is the plainest loss."""
    windows, _ = served(0.0, RATE)
    assert look([own()], windows, 12).decided_by == "sales"


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_a_canary_that_sells_as_much_or_more_goes_on(factor: float) -> None:
    """More is better, and is never held against it."""
    windows, _ = served(factor * RATE, RATE)
    judgement = look([own()], windows, 60)
    assert judgement.verdict == "ADVANCE", judgement.reason


def test_watched_alone_a_canary_is_held_against_the_last_hour_the_other_way_round() -> None:
    """At 100% a loss of sales is found, and a gain is not."""
    for rate, verdict in ((0.2 * RATE, "ROLL_BACK"), (2 * RATE, "ADVANCE")):
        rng = np.random.default_rng(3)
        windows = [
            Window(
                minute=START + m,
                canary=Counts(
                    requests=6000, guards={"sales": (6000 - int(rng.binomial(6000, rate)), 6000)}
                ),
                baseline=None,
            )
            for m in range(12)
        ]
        planned = plan(
            guards=(own(),), budget=share_out(ErrorRates(), ["sales"], labelled_set=False)
        )
        judgement = judge(planned, [bake(3)], windows, START + 12)
        assert judgement.verdict == verdict, judgement.reason


@pytest.mark.simulation
def test_a_canary_on_the_edge_of_the_tolerance_is_rarely_taken_back() -> None:
    """Sales lower by the ratio that is allowed: at most 5% in an hour of looks, of 200."""
    allowed = RATE / own().roll_back_beyond.ratio
    fallen = sum(
        look([own()], served(allowed, RATE, seed=seed)[0], 60).verdict == "ROLL_BACK"
        for seed in range(200)
    )
    assert fallen <= 18  # Clopper-Pearson: 19 of 200 would show more than 5% at 99.9%


def test_a_guard_of_ones_own_has_its_part_of_the_error_rate() -> None:
    """Three guards share what two had; the sum stays what was promised."""
    budget = share_out(ErrorRates(), ["errors", "slow_requests", "sales"], labelled_set=False)
    assert math.isclose(budget.guards["sales"] * budget.live, 0.05 / 3)


def test_reading_one_metric_for_two_guards_is_one_query() -> None:
    """What costs is asked for once."""
    guards = guards_of(spec(EMPTY, {**EMPTY, "name": "again"}).guards, {})
    wanted = MetricReading("churn", guards).metrics(["v2"])
    assert len([m for m in wanted if m.name == "Answers"]) == 1
    assert Metric(name="Invocations").at("churn", "v2") in wanted
