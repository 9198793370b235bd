"""The forecast formulas: figures of the study, limits, monotony."""

import math

import pytest

from canary.domain.plan.standard_guards import ERRORS_GRID
from canary.stats.counts import Bound
from canary.stats.forecast import Traffic, advance_minutes, detection_minutes, smallest_ratio_seen
from canary.stats.history import History
from canary.stats.setting import settle

ROLL_BACK, LAST_GATE = Bound(1.1, 0.0002), Bound(1.5, 0.001)


def minutes_to_advance(
    per_second: float, share: float, rate: float = 0.0, burstiness: float = 0.0
) -> tuple[float, float]:
    """Return the forecast of the errors guard at the last gate."""
    history = History(1440, rate, burstiness, 0, per_second * 60)
    setting = settle(history, ROLL_BACK, LAST_GATE, share, ERRORS_GRID)
    return advance_minutes(setting, Traffic(share, per_second * 60), 0.05)


@pytest.mark.parametrize(
    ("per_second", "share", "hours"),
    [(1, 0.05, 22), (1, 0.5, 2.2), (10, 0.05, 2.2), (100, 0.05, 0.22)],
)
def test_service_without_errors_needs_its_requests(
    per_second: float, share: float, hours: float
) -> None:
    """At zero errors and 0.1 pp, about 65,000 canary requests: a day at 1/s and 5%, a quarter of an
    hour at 100/s.
    """
    assert minutes_to_advance(per_second, share)[0] == pytest.approx(60 * hours, rel=0.05)


def test_bursts_bound_what_a_minute_can_show() -> None:
    """However much traffic, a bursty guard learns at most so much a minute."""
    calm, bursty = (
        minutes_to_advance(10_000, 0.25, 0.001),
        minutes_to_advance(10_000, 0.25, 0.001, 2.0),
    )
    assert calm[0] == 2
    assert bursty[0] == pytest.approx(
        1.3 * math.log(20) * 2 / math.log((1 + 2.5) ** 2 / 10), rel=0.01
    )


def test_detection_is_faster_for_worse_canaries_and_never_for_equal_ones() -> None:
    """Twice as bad takes longer than five times as bad; within the margin nothing is found."""
    traffic = Traffic(0.05, 6000)
    twice, five = (detection_minutes(0.001, 0.001 * r, ROLL_BACK, traffic, 0.05, 1) for r in (2, 5))
    assert five < twice < 100
    assert detection_minutes(0.001, 0.0013, ROLL_BACK, traffic, 0.05, 1) == math.inf


def test_one_minute_is_forecast_where_it_has_no_cap() -> None:
    """Simulated at 100/s, 5%, .1%: 20x takes 2.09 minutes capped and 1.25 without, 70x 2.0 and
    1.04, 5x 6.76 and 6.1.
    """
    traffic = Traffic(0.05, 6000)

    def minutes(ratio: float, uncapped: int) -> float:
        return detection_minutes(0.001, 0.001 * ratio, ROLL_BACK, traffic, 0.05, 1, uncapped)

    assert minutes(20, 10) == pytest.approx(1.25, rel=0.3)
    assert minutes(70, 10) == pytest.approx(1.04, rel=0.3)
    assert minutes(5, 10) == pytest.approx(6.1, rel=0.3)
    assert minutes(20, 0) > minutes(20, 10)
    assert minutes(2, 10) == minutes(2, 0)


def test_smallest_regression_shrinks_with_time() -> None:
    """A longer bake sees smaller regressions; a minute at a trickle sees none."""
    traffic = Traffic(0.05, 6000)
    hour, day = (smallest_ratio_seen(0.001, ROLL_BACK, traffic, 0.05, 1, m) for m in (60, 1440))
    assert hour is not None
    assert day is not None
    assert 1.3 < day < hour < 5
    assert smallest_ratio_seen(0.001, ROLL_BACK, Traffic(0.01, 1), 0.05, 1, 3) is None
