"""The worse-minute bet: fair under its null, whatever the values are, and quick where it is not."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta as beta_law

from canary.stats import advance, roll_back, watch, worse_minute
from canary.stats.counts import Bound, MinuteValues
from canary.stats.history import NO_HISTORY
from canary.stats.setting import Setting

EVEN = Bound(1.0, 0.0)
SETTING = Setting(NO_HISTORY, EVEN, EVEN, bursty=False, grid=(), by_minutes=True)
RUNS, MINUTES = 2000, 120


def roll_back_of(minutes: Any) -> list[float]:
    """Return ln E after each minute, True where the canary was worse; restarted every tenth."""
    state, found = roll_back.start(0), []
    for at, worse in enumerate(minutes):
        state = roll_back.restart(state) if at and at % 10 == 0 else state
        state = worse_minute.roll_back_step(state, worse=bool(worse))
        found.append(roll_back.log_evidence(state, SETTING))
    return found


@pytest.mark.parametrize("chance", [0.0, 0.2, 0.5])
def test_no_bet_gains_under_the_null_by_enumeration(chance: float) -> None:
    """Over every course of nine minutes the expected evidence never exceeds 1, restarts included,
    and is 1 on the null's edge; so is that of advance and of the watch.
    """
    expected = np.zeros(9)
    within, watched = 0.0, 0.0
    for course in itertools.product([False, True], repeat=9):
        weight = chance ** sum(course) * (1 - chance) ** (9 - sum(course))
        expected += weight * np.exp(roll_back_of(course))
        state, alone = advance.FRESH, watch.START
        for worse in course:
            state = worse_minute.advance_step(state, within=worse)
            alone = worse_minute.watch_step(alone, worse=worse)
        within += weight * math.exp(advance.log_evidence(state, SETTING))
        watched += weight * math.exp(watch.log_evidence(alone))
    assert all(expected <= 1 + 1e-9)
    assert max(within, watched) <= 1 + 1e-9
    if chance == 0.5:
        assert expected == pytest.approx(1.0)


@pytest.mark.simulation
@pytest.mark.parametrize("drift", [0.0, 1.0], ids=["still", "drifting together"])
def test_equal_values_are_rarely_taken_back(drift: float) -> None:
    """Heavy-tailed values that wander together, looked at every minute for two hours: at most 5%
    at an evidence of 20.
    """
    rng = np.random.default_rng(11)
    level = np.exp(drift * np.cumsum(rng.normal(0, 0.2, (RUNS, MINUTES)), axis=1))
    canary, baseline = (level * rng.lognormal(0, 1, (RUNS, MINUTES)) for _ in range(2))
    fell = sum(max(roll_back_of(run)) >= math.log(20) for run in canary > baseline)
    assert beta_law.ppf(0.001, max(1, fell), RUNS - fell + 1) <= 0.05


def test_a_value_that_is_worse_every_minute_falls_in_seven() -> None:
    """At alpha 5% for one guard alone: the fastest a bet on minutes can be is not far below."""
    found = roll_back_of([True] * 12)
    assert next(at for at, log in enumerate(found, 1) if log >= math.log(20)) <= 7


@pytest.mark.parametrize(
    ("pair", "bound"),
    [
        (MinuteValues(1.11, 1.0), Bound(1.1, 0.0)),
        (MinuteValues(3.2, 1.0), Bound(1.1, 2.0)),
        (MinuteValues(-4.4, -5.0), Bound(1.1, 0.0)),
    ],
)
def test_a_higher_value_lies_beyond_the_margin(pair: MinuteValues, bound: Bound) -> None:
    """Beyond the line; and the other way round where higher is better."""
    assert pair.beyond(bound, higher_is_better=False)
    assert not pair.beyond(bound, higher_is_better=True)
    assert MinuteValues(pair.baseline, pair.canary).beyond(bound, higher_is_better=True)


@pytest.mark.parametrize(
    ("pair", "bound"),
    [
        (MinuteValues(1.10, 1.0), Bound(1.1, 0.0)),
        (MinuteValues(5.0, 5.0), EVEN),
        (MinuteValues(0.0, 0.0), Bound(1.1, 0.0)),
        (MinuteValues(3.0, 1.0), Bound(1.1, 2.0)),
        (MinuteValues(-5.4, -5.0), Bound(1.1, 0.0)),
        (MinuteValues(-4.6, -5.0), Bound(1.1, 0.0)),
    ],
)
def test_a_value_on_the_line_or_below_is_not_beyond(pair: MinuteValues, bound: Bound) -> None:
    """Equal is not worse, and below zero the line lies as far on the worse side."""
    assert not pair.beyond(bound, higher_is_better=False)


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.3])
def test_the_forecast_is_near_what_is_simulated(chance: float) -> None:
    """Minutes until a good canary passes: the exact law and its simulation agree."""
    rng, took = np.random.default_rng(5), []
    for _ in range(400):
        state, minutes = advance.FRESH, 0
        while advance.log_evidence(state, SETTING) < math.log(20) and minutes < 240:
            state = worse_minute.advance_step(state, within=bool(rng.random() >= chance))
            minutes += 1
        took.append(minutes)
    foreseen = worse_minute.advance_minutes(chance, 0.05)
    assert foreseen == pytest.approx(np.quantile(took, [0.5, 0.9]), rel=0.15, abs=1)
    assert worse_minute.advance_minutes(0.5, 0.05) == (math.inf, math.inf)
