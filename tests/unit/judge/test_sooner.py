"""What decides sooner than whole minutes alone: first reads, the day's contrasts, warm-ups."""

import json
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from canary.domain.judge.bets.day import Day, day_of
from canary.domain.judge.bets.sketches import KeptSketch, Sketches
from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.windows import Window
from canary.domain.plan.guards import CountGuard, GuardHistory
from canary.domain.plan.one_minute import days_of
from canary.domain.plan.plan import BakeInterval, Plan
from canary.stats.history import Minute
from tests.ports import MemoryDays
from tests.unit.judge.worlds import START, bake, errors_guard, plan, steady, window

BASELINE, FAILING, GOOD = (5700, 12), (300, 30), (300, 1)
ARRIVED = START + 2
"""The first minute after the warm-up of a bake whose first whole minute is START."""


def a_day(seed: int = 1, burst: float = 0.0) -> list[Minute]:
    """Return a day at 6,000 requests a minute and .2% errors, some minutes thirty times as bad."""
    dice = random.Random(seed)
    rates = [0.06 if dice.random() < burst else 0.002 for _ in range(1440)]
    return [(6000, max(0, round(dice.gauss(6000 * r, (6000 * r) ** 0.5)))) for r in rates]


def ranked_plan(history: Sequence[Minute] | None = None, **changes: Any) -> tuple[Plan, Sketches]:
    """Return a plan with its day, one errors guard unless given, and the day's sketches."""
    the_plan, day = planned(history, **changes)
    return the_plan, Sketches(lambda: day)


def planned(history: Sequence[Minute] | None = None, **changes: Any) -> tuple[Plan, Day]:
    """Return a plan and the day beside it."""
    minutes = {"errors": history or a_day()}
    guard = errors_guard(GuardHistory.learnt(minutes["errors"]))
    before = plan(guards=(guard,))
    days = days_of((guard,), [step.share for step in before.steps], minutes)
    day = day_of(days, minutes)
    return before.but(days=days, **changes), day


def first_read(minute: int, canary: tuple[int, int], baseline: tuple[int, int]) -> Window:
    """Return a window as the tick of the minute after it read it for the first time."""
    return window(minute, canary, baseline).but(since=minute + 1)


def look(
    the_plan: Plan, windows: list[Window], now: int, sketches: Sketches | None = None
) -> Judgement:
    """Judge at the first live step."""
    return judge(the_plan, [bake(1)], windows, now, sketches=sketches)


def test_one_minute_decides_where_the_history_has_none_like_it() -> None:
    """A hundredfold rate of errors in the first judged minute, at its first read: taken back, and
    the reason names bet and rarity.
    """
    the_plan, sketches = ranked_plan()
    windows = [*steady(START, 2, GOOD, BASELINE), first_read(ARRIVED, FAILING, BASELINE)]
    judgement = look(the_plan, windows, ARRIVED + 1, sketches)
    assert judgement.verdict == "ROLL_BACK"
    assert judgement.evidence.first_read
    assert "(first read); most of it by the request bet" in judgement.reason
    assert "never seen in 1,280 minutes of history" in judgement.reason


def test_a_first_read_advances_nothing_and_is_counted_nowhere() -> None:
    """While it is alone with its minute, a first read leaves counts, minutes and advance evidence
    as they were.
    """
    the_plan, sketches = ranked_plan()
    settled = steady(START, 10, GOOD, BASELINE)
    newest = first_read(START + 10, GOOD, BASELINE)
    before, after = (
        look(the_plan, windows, START + 11, sketches) for windows in (settled, [*settled, newest])
    )
    assert before.evidence == after.evidence
    assert (before.reason, before.checkpoint) == (after.reason, after.checkpoint)


@pytest.mark.parametrize("canary", [(150, 15), (20, 8)])
def test_a_first_read_with_more_of_one_side_says_nothing(canary: tuple[int, int]) -> None:
    """Half of the canary's minute against all of the baseline's may be the half with the outage."""
    the_plan, sketches = ranked_plan()
    windows = [*steady(START, 2, GOOD, BASELINE), first_read(ARRIVED, canary, BASELINE)]
    assert look(the_plan, windows, ARRIVED + 1, sketches).verdict == "HOLD"
    again = [*windows[:-1], window(ARRIVED, canary, BASELINE).but(since=ARRIVED)]
    assert look(the_plan, again, ARRIVED + 1, sketches).verdict == "ROLL_BACK"


def test_a_later_read_replaces_the_first() -> None:
    """What was half published and looked bad heals: the state that is kept never saw it."""
    the_plan, sketches = ranked_plan()
    settled = steady(START, 5, GOOD, BASELINE)
    bad = first_read(START + 5, (300, 5), BASELINE)
    healed = window(START + 5, (310, 1), BASELINE)
    judgement = look(the_plan, [*settled, bad, healed], START + 6, sketches)
    assert judgement == look(the_plan, [*settled, healed], START + 6, sketches)


def test_two_first_reads_blow_the_fuse_where_both_sides_are_there() -> None:
    """The fuse looks at first reads as the bets do."""
    minutes = (ARRIVED - 2, ARRIVED - 1)
    windows = [first_read(m, (300, 200), BASELINE).but(since=ARRIVED) for m in minutes]
    guard = errors_guard().but(warm_up_from=None)
    assert "(the fuse)" in look(plan(guards=(guard,)), windows, ARRIVED).reason


@pytest.mark.parametrize("minute", [START, START - 1, START - 3])
def test_a_warm_up_minute_beyond_the_catastrophe_margin_is_enough(minute: int) -> None:
    """Also one before the share was seen to serve, whose requests are split as planned."""
    the_plan, sketches = ranked_plan()
    asked = bake(1).but(asked_minute=START - 3)
    judgement = judge(
        the_plan, [asked], [window(minute, FAILING, BASELINE)], START + 1, sketches=sketches
    )
    assert judgement.verdict == "ROLL_BACK"
    assert "canary 10.0% (30 of 300)" in judgement.reason or "30 of 300" in judgement.reason


def test_a_minute_of_the_move_with_another_split_says_nothing() -> None:
    """Half of it was served at the old share."""
    the_plan, sketches = ranked_plan()
    asked = bake(1).but(asked_minute=START - 3)
    windows = [window(START - 1, (150, 30), (5850, 12))]
    assert judge(the_plan, [asked], windows, START + 1, sketches=sketches).verdict == "HOLD"


def test_a_good_warm_up_costs_nothing_later() -> None:
    """Warm-up minutes pay into bets of their own: twice the errors then do not lower the others."""
    the_plan, sketches = ranked_plan()
    worse = steady(START + 2, 6, (300, 4), BASELINE)
    quiet, twice = (
        look(the_plan, [*steady(START, 2, side, BASELINE), *worse], START + 8, sketches)
        for side in ((300, 0), (300, 2))
    )
    difference = twice.evidence.log_roll_back - quiet.evidence.log_roll_back
    assert abs(difference) < 0.05


def cold(from_step: int | None) -> CountGuard:
    """Return an errors guard whose warm-up is bet on from a step."""
    return errors_guard(GuardHistory.learnt(a_day())).but(warm_up_from=from_step)


@pytest.mark.parametrize(("from_step", "verdict"), [(1, "ROLL_BACK"), (2, "HOLD"), (None, "HOLD")])
def test_a_guard_says_from_which_step_its_warm_up_counts(
    from_step: int | None, verdict: str
) -> None:
    """At the first live step caches are cold, so slow requests wait; a guard may always wait."""
    the_plan, sketches = ranked_plan(guards=(cold(from_step),))
    windows = steady(START, 1, FAILING, BASELINE)
    assert look(the_plan, windows, START + 1, sketches).verdict == verdict


def test_the_watch_needs_one_minute_where_the_history_allows() -> None:
    """Serving alone, a minute far beyond the catastrophe margin ends it, in the warm-up too; after
    ten minutes it takes some, and good ones before it are never to be paid back.
    """
    the_plan, sketches = ranked_plan(watch_minutes=30)
    reference = steady(START - 60, 60, (3000, 6), (3000, 6))
    bakes = [bake(2, START - 61, START - 1), bake(3, START)]
    bad = (6000, 600)

    def verdict(good: int, failing: int) -> str:
        watched = steady(START + 1, good, (6000, 12), None)
        broken = steady(START + 1 + good, failing, bad, None)
        now = START + 1 + good + failing
        windows = [*reference, *watched, *broken]
        return judge(the_plan, bakes, windows, now, sketches=sketches).verdict

    assert verdict(0, 1) == verdict(9, 1) == "ROLL_BACK"
    assert verdict(12, 1) == "HOLD"
    assert verdict(12, 6) == "ROLL_BACK"


def test_a_plan_without_its_day_needs_two_minutes_and_names_no_bet() -> None:
    """As rollouts that began before there were days: every minute capped, the same sentence."""
    guard = errors_guard(GuardHistory.learnt(a_day())).but(warm_up_from=None)
    the_plan = plan(guards=(guard,))
    windows = steady(START, 4, FAILING, BASELINE)
    assert look(the_plan, windows[:3], START + 3).verdict == "HOLD"
    judgement = look(the_plan, windows, START + 4)
    assert judgement.verdict == "ROLL_BACK"
    assert "most of it" not in judgement.reason


def test_bursts_keep_the_cap_and_the_first_minute_decides_nothing() -> None:
    """Where the baseline itself has minutes thirty times as bad, one such minute is none."""
    the_plan, sketches = ranked_plan(a_day(burst=0.02))
    assert the_plan.days["errors"].uncapped_minutes[1] == 0
    windows = steady(START, 3, (300, 18), BASELINE)
    assert look(the_plan, windows, START + 3, sketches).verdict == "HOLD"


def test_looks_from_the_checkpoint_equal_a_full_replay_with_every_bet() -> None:
    """Over two steps, their warm-ups and restarts, each look with the sketches of the one before,
    the newest minute a first read.
    """
    the_plan, day = planned()
    everything = Sketches(lambda: day)
    dice, windows = random.Random(5), []
    for i in range(50):
        n_c = 300 if i < 25 else 3000
        canary = (n_c, dice.randrange(1 + n_c // 150))
        windows.append(window(START - 1 + i, canary, (6000 - n_c, dice.randrange(25))))
    bakes = [
        BakeInterval(step=1, reached_minute=START, left_minute=START + 24, asked_minute=START - 2),
        BakeInterval(step=2, reached_minute=START + 26, asked_minute=START + 24),
    ]
    checkpoint: Any = None
    store = MemoryDays()
    store.save("churn", Day.model_validate_json(day.model_dump_json()), 0)
    for now in range(START + 1, START + 49):
        served = [
            b.but(left_minute=b.left_minute if (b.left_minute or 0) < now else None)
            for b in bakes
            if b.reached_minute < now
        ]
        seen = [w.but(since=w.minute + 1) for w in windows if w.minute < now]
        known = Sketches(partial(store.load, "churn"), partial(store.sketches, "churn"))
        recent = [w for w in seen if w.minute >= now - 17]
        ticked = judge(the_plan, served, recent, now, checkpoint=checkpoint, sketches=known)
        assert ticked == judge(the_plan, served, seen, now, sketches=everything)
        made = [KeptSketch.model_validate_json(one.model_dump_json()) for one in known.made]
        store.save_sketches("churn", made, now)
        checkpoint = json.loads(json.dumps(ticked.checkpoint))
    kept = {sketch.key.margin for step in (1, 2) for sketch in store.sketches("churn", step)}
    assert kept == {"roll_back_beyond", "early_steps"}
    assert checkpoint["guards"][0]["roll_back"]["history"]
