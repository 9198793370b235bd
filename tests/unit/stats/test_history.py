"""What a day of baseline minutes teaches: rate, burstiness, how long bursts last."""

import random

import pytest

from canary.domain.plan.standard_guards import ERRORS_GRID
from canary.stats.counts import Bound
from canary.stats.history import NO_HISTORY, History, learn
from canary.stats.setting import is_bursty, is_outlier, overdispersion, recent_rate, settle

DAY = 1440


def poisson(dice: random.Random, mean: float) -> int:
    """Return one Poisson draw (by waiting times; small means)."""
    count, waited = 0, dice.expovariate(1.0)
    while waited < mean:
        count += 1
        waited += dice.expovariate(1.0)
    return count


def day(
    seed: int, factor: list[float], rate: float = 0.005, requests: int = 4000
) -> list[tuple[int, int]]:
    """Return a day whose bad rate is multiplied minute by minute."""
    dice = random.Random(seed)
    return [(requests, poisson(dice, requests * rate * f)) for f in factor]


def gamma_bursts(seed: int, k: float) -> list[float]:
    """Return independent factors of mean 1 and squared coefficient of variation k."""
    dice = random.Random(seed)
    return [dice.gammavariate(1 / k, k) for _ in range(DAY)]


def test_calm_day_has_no_bursts() -> None:
    """Poisson minutes: k is near zero and bursts do not last."""
    history = learn(day(1, [1.0] * DAY))
    assert history.rate == pytest.approx(0.005, rel=0.05)
    assert history.burstiness < 0.02
    assert history.burst_lags == 0
    assert history.requests_per_minute == 4000


@pytest.mark.parametrize("k", [0.25, 2.0])
def test_gamma_bursts_are_measured(k: float) -> None:
    """Independent bursts: k is the squared coefficient of variation, D stays zero."""
    history = learn(day(2, gamma_bursts(3, k)))
    assert history.burstiness == pytest.approx(k, rel=0.35)
    assert history.burst_lags == 0


def test_lasting_bursts_are_recognised() -> None:
    """Five-minute bursts of twentyfold errors give the lags over which they go on."""
    dice, factor = random.Random(4), [1.0] * DAY
    for start in range(0, DAY - 5, 40):
        at = start + dice.randrange(30)
        factor[at : at + 5] = [20.0] * 5
    assert 2 <= learn(day(5, factor)).burst_lags <= 5


def test_one_shared_outage_does_not_mark_a_service_bursty() -> None:
    """The two worst hours are left out of k."""
    factor = [1.0] * DAY
    factor[700:710] = [40.0] * 10
    assert learn(day(6, factor)).burstiness < 0.05


def test_daily_rhythm_is_no_burst() -> None:
    """Rates that differ from hour to hour are compared within the hour."""
    factor = [1.0 + (hour % 12) / 4 for hour in range(24) for _ in range(60)]
    assert learn(day(7, factor)).burstiness < 0.05


def test_short_history_teaches_the_rate_alone() -> None:
    """Under 720 minutes k and D stay zero."""
    history = learn(day(8, gamma_bursts(9, 2.0))[:700])
    assert not history.known
    assert (history.burstiness, history.burst_lags) == (0.0, 0)
    assert history.rate > 0


def test_nothing_and_gaps() -> None:
    """No minutes teach nothing; missing minutes are not zeros."""
    assert learn([]) == NO_HISTORY
    assert learn([None, (0, 0)]) == NO_HISTORY
    minutes: list[tuple[int, int] | None] = list(day(10, [1.0] * DAY))
    minutes[::5] = [None] * len(minutes[::5])
    history = learn(minutes)
    assert history.minutes == 1152
    assert history.requests_per_minute == 4000


def test_service_without_errors_is_calm() -> None:
    """Zero errors all day: rate zero, k zero."""
    history = learn([(4000, 0)] * DAY)
    assert (history.rate, history.burstiness, history.burst_lags) == (0.0, 0.0, 0)
    assert not is_bursty(history, 0.5)


def test_bursty_guard_turns_its_points_into_a_ratio() -> None:
    """A bursty guard bets at r + d / p without an additive part; a calm one as the spec says."""
    bursty, calm = History(DAY, 0.005, 2.0, 0, 6000), History(DAY, 0.005, 0.0, 0, 6000)
    roll_back, within = Bound(1.1, 0.0002), Bound(1.5, 0.001)
    terms = settle(bursty, roll_back, within, 0.1, ERRORS_GRID)
    assert terms.bursty
    assert (terms.roll_back.ratio, terms.roll_back.difference) == (pytest.approx(1.14), 0.0)
    assert (terms.advance_bound(0.005).ratio, terms.advance_bound(0.005).difference) == (
        pytest.approx(1.7),
        0.0,
    )
    assert settle(calm, roll_back, within, 0.1, ERRORS_GRID).advance_bound(0.005) == within


def test_margin_of_a_bursty_guard_follows_a_rising_rate() -> None:
    """When both variants' errors rise, the points are worth less: no canary is given them several
    times over.
    """
    terms = settle(
        History(DAY, 0.005, 2.0, 0, 6000), Bound(1.1, 0.0002), Bound(1.5, 0.001), 0.1, ERRORS_GRID
    )
    assert terms.advance_bound(0.02).ratio == pytest.approx(1.55)


def test_recent_rate_is_the_larger_of_history_and_the_last_minutes() -> None:
    """The toll and phi follow a shared outage at once and never fall below the history."""
    history = History(DAY, 0.005, 0.5, 0, 6000)
    assert recent_rate(history, []) == 0.005
    assert recent_rate(history, [0.0, 0.003]) == 0.005
    assert recent_rate(history, [0.2, 0.1]) == pytest.approx(0.15)


def test_outliers_are_judged_by_the_history() -> None:
    """Three times the expected plus three root expected is the line."""
    assert not is_outlier(36, 300, 0.03)
    assert is_outlier(37, 300, 0.03)


def test_phi_is_never_below_one() -> None:
    """Dividing by phi must never raise a bet."""
    from canary.stats.counts import MinuteCounts  # noqa: PLC0415

    assert overdispersion(MinuteCounts(0, 10, 0, 10), 0.0, 0.0) == 1
    assert overdispersion(MinuteCounts(0, 1000, 0, 1000), 0.01, 2.0) == pytest.approx(21)
