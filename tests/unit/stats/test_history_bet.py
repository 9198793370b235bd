"""The history bet: ranks among exchangeable contrasts, and what they pay."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary.stats.counts import Bound, MinuteCounts
from canary.stats.history_bet import (
    EXACT_RANKS,
    HIGHEST_LEVEL,
    KAPPAS,
    Place,
    Sketch,
    blocks,
    contrast,
    exposure,
    pairs,
    sketch,
    sketched,
)

PLACE = Place(330.0, 5700.0, 0.002, 6000.0)


def paid(against: Sketch, value: float) -> float:
    """Return what the average bet pays for a value."""
    return sum(math.exp(block) for block in blocks(*against.rank(value))) / len(KAPPAS)


@given(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 2.0, 3.0]), min_size=2, max_size=EXACT_RANKS))
def test_an_exchangeable_minute_pays_one_on_average(values: list[float]) -> None:
    """Whichever of some contrasts is the new one, ties or not: the mean pay-off is exactly 1."""
    mean = sum(paid(sketched(values[:i] + values[i + 1 :]), v) for i, v in enumerate(values))
    assert mean / len(values) == pytest.approx(1.0)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(30, 200), st.integers(1, 400))
def test_binned_ranks_gain_nothing(seed: int, size: int, distinct: int) -> None:
    """Bins below the exact ranks leave the mean pay-off of an exchangeable minute at 1, to 1%."""
    drawn = random.Random(seed)
    values = [float(drawn.randrange(distinct)) for _ in range(size)]
    mean = sum(paid(sketched(values[:i] + values[i + 1 :]), v) for i, v in enumerate(values))
    assert mean / size <= 1.01


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=200), st.floats(-6, 6), st.floats(-6, 6))
def test_a_larger_contrast_never_ranks_as_less_extreme(
    values: list[float], first: float, second: float
) -> None:
    """Ranks fall as the contrast grows."""
    small, large = sorted((first, second))
    lower, higher = sketched(values).rank(large), sketched(values).rank(small)
    assert lower[0] <= higher[0]
    assert lower[1] <= higher[1]


@given(st.integers(0, 200), st.integers(1, 2000), st.integers(0, 200), st.integers(1, 20000))
def test_one_more_bad_request_of_the_canary_raises_the_contrast(
    x: int, n: int, y: int, m: int
) -> None:
    """The contrast grows with the canary's count and falls with the baseline's."""
    assert contrast((x + 1, n), (y, m)) > contrast((x, n), (y, m))
    assert contrast((x, n), (y + 1, m)) <= contrast((x, n), (y, m))


def test_a_minute_never_seen_pays_more_the_longer_the_history() -> None:
    """Beyond 1,400 history contrasts it pays 229, 37.4 and 6.1: (H + 1) to the 1 - kappa."""
    payments = [math.exp(b) for b in blocks(*sketched([i / 1400 for i in range(1400)]).rank(9.0))]
    assert payments == pytest.approx([1401 ** (1 - kappa) for kappa in KAPPAS])


def test_minutes_without_traffic_make_no_pair() -> None:
    """A missing minute and one without requests are left out, with their partners."""
    minutes = [(100, 1)] * 45
    minutes[3] = (0, 0)
    assert len(pairs([*minutes[:10], None, *minutes[11:]])) == 25 - 2
    assert pairs(minutes[:20]) == ()


def test_more_errors_on_both_sides_are_compared_with_as_many() -> None:
    """Four times the errors of the history is four half octaves up; fewer than usual is level 0."""
    worse = MinuteCounts(20, 300, 46, 5700)
    quiet = MinuteCounts(0, 300, 1, 5700)
    assert PLACE.level(worse, 330.0, 0.002) == 4
    assert PLACE.level(quiet, 330.0, 0.002) == 0
    assert PLACE.level(quiet, 330.0, 0.008) == 4


def test_half_a_minute_is_compared_with_half_of_the_history() -> None:
    """Half of the planned traffic is two half octaves down."""
    assert PLACE.level(MinuteCounts(1, 150, 5, 2850), 165.0, 0.002) == -2


def test_what_the_history_cannot_be_compared_with_says_nothing() -> None:
    """No errors in the history, or far more errors than it ever had: None."""
    silent = Place(330.0, 5700.0, 0.0, 6000.0)
    assert silent.level(MinuteCounts(5, 300, 5, 5700), 330.0, 0.0) is None
    assert PLACE.level(MinuteCounts(200, 300, 5000, 5700), 330.0, 0.002) is None
    assert PLACE.level(MinuteCounts(0, 3, 0, 57), 3.3, 0.002) is None


def test_a_canary_with_far_more_traffic_than_planned_says_nothing() -> None:
    """Half of the traffic where 5% is planned; three times the planned part is still compared."""
    assert PLACE.level(MinuteCounts(6, 3000, 6, 3000), 3300.0, 0.002) is None
    assert PLACE.level(MinuteCounts(2, 860, 10, 5700), 946.0, 0.002) == 0


def test_a_capped_history_smooths_the_minute_as_much_as_itself() -> None:
    """Where history has fewer bad events than the minute, its smoothing grows with them."""
    assert PLACE.smoothing(0) == 0.5
    assert PLACE.smoothing(HIGHEST_LEVEL) == pytest.approx(0.5 * 330 * 128 / 6000)


def test_an_equal_canary_gains_nothing_and_a_worse_one_a_lot() -> None:
    """Against a day without bursts: the mean pay-off of equal minutes is below 1.1, a 20x worse
    minute pays over 80.
    """
    drawn = random.Random(7)

    def bad(requests: int, rate: float) -> int:
        return sum(drawn.random() < rate for _ in range(requests))

    day = [(600, bad(600, 0.02)) for _ in range(1440)]
    place = Place(exposure(60, Bound(1.0, 0.0), 0.02), 540.0, 0.02, 600.0)
    known = sketch(pairs(day), place, 0)
    equal = [paid(known, contrast((bad(60, 0.02), 60), (bad(540, 0.02), 540))) for _ in range(2000)]
    assert sum(equal) / len(equal) < 1.1
    assert paid(known, contrast((24, 60), (11, 540))) > 80


def test_the_edge_of_the_bound_is_worth_more_requests() -> None:
    """On r = 1.1 and d = 0.01 points at 0.1%, 300 requests err as 360 of the baseline."""
    assert exposure(300, Bound(1.1, 0.0001), 0.001) == pytest.approx(360)
    assert exposure(300, Bound(1.1, 0.0001), 0.0) == 300_000
