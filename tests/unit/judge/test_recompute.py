"""A verdict depends on plan, bakes and windows alone: order, repeats, lateness and checkpoints
change nothing.
"""

import json
import random

from canary.domain.judge.judge import judge
from canary.domain.judge.judgement import Judgement
from canary.domain.judge.windows import Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.plan import Plan
from tests.unit.judge.worlds import START, bake, errors_guard, plan, slow_guard, steady, window

BAKES = (bake(0, START - 5, START - 3), bake(1, START - 1, START + 30), bake(2, START + 31))


def noisy(seed: int, minutes: int = 60) -> list[Window]:
    """Return windows of a rollout over two steps, with gaps."""
    dice = random.Random(seed)
    windows = []
    for i in range(minutes):
        n_c = 300 if i < 30 else 3000
        canary = (n_c + dice.randrange(20), dice.randrange(6), dice.randrange(9, 25))
        baseline = (6000 - n_c, dice.randrange(30), dice.randrange(250, 330))
        windows.append(window(START + i, None if dice.random() < 0.05 else canary, baseline))
    return windows


def bursty_plan() -> Plan:
    """Return a plan whose errors burst for some minutes, so that every part of the state is in
    use.
    """
    errors = GuardHistory(
        minutes=1440, rate=0.002, burstiness=0.8, burst_lags=3, requests_per_minute=6000
    )
    slow = GuardHistory(minutes=1440, rate=0.05, burstiness=0.02, requests_per_minute=6000)
    return plan(guards=(errors_guard(errors), slow_guard(slow)))


def test_checkpointed_looks_equal_a_full_replay() -> None:
    """Ticking every minute from the last checkpoint, with the last 15 minutes of windows, equals
    one full replay.
    """
    windows, the_plan, checkpoint = noisy(1), bursty_plan(), None
    for now in range(START + 1, START + 61):
        bakes = [
            b if b.left_minute is None or b.left_minute < now else b.but(left_minute=None)
            for b in BAKES
            if b.reached_minute < now
        ]
        recent = [w for w in windows if now - 17 <= w.minute < now]
        ticked = judge(the_plan, bakes, recent, now, checkpoint=checkpoint)
        full = judge(the_plan, bakes, windows, now)
        assert ticked == full
        checkpoint = json.loads(json.dumps(ticked.checkpoint))


def test_order_and_duplicates_of_windows_change_nothing() -> None:
    """Windows may arrive twice and in any order."""
    windows = noisy(2)
    shuffled = [*windows, *windows[10:40]]
    random.Random(3).shuffle(shuffled)
    assert judge(bursty_plan(), BAKES, shuffled, START + 60) == judge(
        bursty_plan(), BAKES, windows, START + 60
    )


def test_late_data_converges_to_the_on_time_verdict() -> None:
    """A minute that was missing and arrives later heals: the verdict is that of data on time."""
    windows = noisy(4)
    gap = [w if w.minute != START + 50 else w.but(canary=None) for w in windows]
    healed = [*gap, windows[50]]
    assert judge(bursty_plan(), BAKES, healed, START + 60) == judge(
        bursty_plan(), BAKES, windows, START + 60
    )


def test_verdict_is_recomputed_from_stored_json() -> None:
    """Plan, bakes and windows written to JSON and read back give the same judgement, which
    round-trips itself.
    """
    windows, the_plan = noisy(5), bursty_plan()
    judgement = judge(the_plan, BAKES, windows, START + 60)
    stored = [Window.model_validate_json(w.model_dump_json()) for w in windows]
    bakes = [type(b).model_validate_json(b.model_dump_json()) for b in BAKES]
    again = judge(Plan.model_validate_json(the_plan.model_dump_json()), bakes, stored, START + 60)
    assert again == judgement
    assert Judgement.model_validate_json(judgement.model_dump_json()) == judgement


def test_more_bad_than_requests_is_missing_not_evidence() -> None:
    """Counts that cannot be (a late request metric) are left out instead of judged."""
    broken = steady(START, 10, (10, 900), (57000, 57))
    assert judge(plan(), BAKES[:2], broken, START + 10).evidence.judged_minutes == 0
