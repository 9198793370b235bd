"""The newest minutes by themselves: what holds a step, and how often chance does."""

import math

import numpy as np
import pytest

from canary.domain.judge.bets.newest import NEWEST_MINUTES, worse_now
from canary.domain.judge.judge import judge
from canary.domain.judge.windows import Window
from tests.unit.judge.worlds import START, bake, plan, steady, window

LOOKS, RATE, CANARY, BASELINE = 400, 0.01, 300, 5_700
EDGE = 1.1 * RATE + 0.0002  # what the errors guard allows: 1.1x and 0.02 points


def held(windows: list[Window], minutes: int) -> str:
    """Return which guard looks worse after so many minutes of the first live step."""
    now, bakes = START + minutes, (bake(1),)
    return worse_now(plan(), bakes, windows, judge(plan(), bakes, windows, now))


@pytest.mark.parametrize("rate", [RATE, EDGE])
def test_chance_holds_at_most_one_look_of_ten(rate: float) -> None:
    """Of a canary within its margin, requests being independent; four standard errors above."""
    dice = np.random.default_rng(5)
    minutes = 2 + NEWEST_MINUTES  # the warm-up, and as many as are looked at
    found = 0
    for _ in range(LOOKS):
        canary, baseline = (
            dice.binomial(CANARY, rate, minutes),
            dice.binomial(BASELINE, RATE, minutes),
        )
        windows = [
            window(START + i, (CANARY, int(canary[i])), (BASELINE, int(baseline[i])))
            for i in range(minutes)
        ]
        found += bool(held(windows, minutes))
    assert found <= 0.1 * LOOKS + 4 * math.sqrt(LOOKS * 0.1 * 0.9)


def test_older_minutes_hold_nothing() -> None:
    """A bad minute is forgotten once five good ones lie after it."""
    bad = [*steady(START, 4, (300, 0), (5_700, 6)), window(START + 4, (300, 60), (5_700, 6))]
    after = [*bad, *steady(START + 5, NEWEST_MINUTES, (300, 0), (5_700, 6))]
    assert "errors look worse in the newest 3 minutes: canary 6.67% (60 of 900)" in held(bad, 5)
    assert held(after, 5 + NEWEST_MINUTES) == ""


def test_neither_the_warm_up_nor_the_evaluators_own_minutes_hold() -> None:
    """What no bet reads holds nothing either."""
    good = steady(START, 5, (300, 0), (5_700, 6))
    warming = [window(START, (300, 60), (5_700, 6)), *good[1:]]
    asked = [*good[:4], window(START + 4, (300, 60), (5_700, 6), own_traffic=True)]
    assert held(warming, 5) == ""
    assert held(asked, 5) == ""
