"""The arrays of the history bet compute what canary.stats.history_bet computes."""

import numpy as np
import pytest

from benchmarks.verdicts import history_bet as many
from benchmarks.verdicts import worlds
from canary.stats import history_bet as one
from canary.stats.counts import Bound, MinuteCounts

BOUND, REQUESTS, SHARE = Bound(1.1, 0.0001), 6000, 0.05


def histories(burst: worlds.Burst, runs: int) -> np.ndarray:
    """Return days of bad counts."""
    world = worlds.Guarded(0.002, burst=burst)
    return world.history(worlds.generator(5, "agrees"), runs, REQUESTS)


def place(rate: float) -> one.Place:
    """Return the errors guard at 5%."""
    exposed = one.exposure(SHARE * REQUESTS, BOUND, rate)
    return one.Place(exposed, (1 - SHARE) * REQUESTS, rate, REQUESTS)


def reference(bad: np.ndarray) -> many.Reference:
    """Return the arrays' reference."""
    rng = worlds.generator(6, "agrees")
    return many.Reference(bad, float(REQUESTS), rng, np.arange(len(bad)))


@pytest.mark.parametrize("ratio", [1.0, 20.0])
def test_minutes_are_placed_and_ranked_alike(ratio: float) -> None:
    """The same level, contrast and rank of every minute against the same table."""
    bad = histories(worlds.gamma_bursts(1.4), 3)
    known = reference(bad)
    rng = worlds.generator(8, "minutes")
    counts = worlds.fixed_share(worlds.Guarded(0.002, ratio), rng, 3, REQUESTS, SHARE, 10)
    line = (np.full(3, BOUND.ratio), np.full(3, BOUND.difference))
    exposed = many.exposure(np.full(3, SHARE * REQUESTS), *line, known.rates)
    planned = (exposed, np.full(3, (1 - SHARE) * REQUESTS))
    now = np.tile(known.rates, (10, 1))
    low, high = many.ranks(known, counts, now, planned, line, np.ones((10, 3), bool))
    for run in range(3):
        at = place(float(known.rates[run]))
        assert at.canary_exposure == pytest.approx(exposed[run])
        for t in range(10):
            minute = MinuteCounts(*(int(v) for v in counts[t, :, run]))
            worth = one.exposure(minute.canary_requests, BOUND, at.rate)
            level = at.level(minute, worth, at.rate)
            assert level is not None
            table = known.table(run, planned[0][run], planned[1][run], level)
            value = one.contrast(
                (minute.canary_bad, worth),
                (minute.baseline_bad, minute.baseline_requests),
                at.smoothing(level),
            )
            above, not_below = np.sum(table > value), np.sum(table >= value)
            assert low[t, run] == pytest.approx(above / (len(table) + 1))
            assert high[t, run] == pytest.approx((not_below + 1) / (len(table) + 1))


def test_ranks_pay_alike() -> None:
    """The logarithms of what a rank pays."""
    low, high = np.array([0.0, 0.2, 0.0]), np.array([0.001, 0.4, 1.0])
    paid = many.blocks(low, high)
    for i in range(3):
        assert paid[:, i] == pytest.approx(one.blocks(float(low[i]), float(high[i])))


@pytest.mark.parametrize("level", [-2, 0, 4])
def test_histories_are_thinned_to_the_same_law(level: int) -> None:
    """Quantiles of a low-discrepancy sequence and random draws give the same contrasts, to a tenth
    at the quartiles and the upper tail.
    """
    bad = histories(worlds.no_bursts, 1)
    known = reference(bad)
    at = place(float(known.rates[0]))
    drawn = known.table(0, at.canary_exposure, at.baseline_requests, level)
    history = one.pairs([(REQUESTS, int(x)) for x in bad[0]])
    sketched = one.sketch(history, at, level)
    for quantile in (0.25, 0.5, 0.9):
        ends = sketched.rank(float(np.quantile(drawn, quantile)))
        assert ends[0] - 0.04 <= 1 - quantile <= ends[1] + 0.04
