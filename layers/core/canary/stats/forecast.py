"""The forecast, before anything starts: can a step conclude, when, and which regression would it
see?

Typical sizes along the bets' expected growth, not promises; they are checked against simulation.
Requests are counted on the canary; minutes follow from the traffic.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from canary.stats.counts import Bound
from canary.stats.setting import ADVANCE_CAP, FIRST_MASS, LARGEST_STAKE, Setting

MEDIAN_FACTOR = 1.3
P90_FACTOR = 3.0
# Calibrated on ten simulated cells: restarts, mixtures and caps cost about so much beyond the
# bound.
DETECTION_EXTRA_MINUTES = 2.5
SMALLEST_RATE = 1e-6
LARGEST_RATIO = 1000.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """Planned traffic of one step."""

    share: float
    requests_per_minute: float

    @property
    def canary_requests(self) -> float:
        """Return the canary's requests a minute."""
        return self.share * self.requests_per_minute

    @property
    def ratio(self) -> float:
        """Return w = n_c / n_b."""
        return self.share / (1 - self.share)


def advance_growth(rate: float, ratio: float, bound: Bound) -> float:
    """Return G: the best expected log growth a canary request when the canary equals the baseline
    at `rate`.
    """

    def growth(stake: float) -> float:
        return (
            rate * math.log1p(-stake)
            + rate / ratio * math.log1p(ratio * bound.ratio * stake)
            + bound.difference * stake
        )

    return max(0.0, growth(_peak(growth, 0.0, LARGEST_STAKE)))


def _peak(growth: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one peak in an interval is largest, by golden section."""
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (left, high) if growth(left) < growth(right) else (low, right)
    return (low + high) / 2


def bursty_growth(setting: Setting) -> float:
    """Return the most log evidence a minute can bring when bursts outweigh the counts; inf when
    calm.
    """
    if not setting.bursty:
        return math.inf
    ratio = setting.advance_bound(setting.history.rate).ratio
    return math.log((1 + ratio) ** 2 / (4 * ratio)) / setting.history.burstiness


def advance_minutes(setting: Setting, traffic: Traffic, beta: float) -> tuple[float, float]:
    """Return (median, 90th percentile) of judged minutes until an equal canary is shown within the
    margin.

    Infinite when no traffic would do it.
    """
    bound = setting.advance_bound(setting.history.rate)
    growth = advance_growth(setting.history.rate, traffic.ratio, bound) * traffic.canary_requests
    growth = min(growth, bursty_growth(setting))
    if growth <= 0:
        return math.inf, math.inf
    needed = -math.log(beta) / growth
    least = math.ceil(-math.log(beta) / ADVANCE_CAP)
    return max(least, MEDIAN_FACTOR * needed), max(least, P90_FACTOR * needed)


def detection_minutes(
    rate: float,
    canary_rate: float,
    edge: Bound,
    traffic: Traffic,
    alpha: float,
    guards: float,
    uncapped_minutes: int = 0,
) -> float:
    """Return the judged minutes until a canary at `canary_rate` is typically shown beyond `edge`;
    inf if it is not.

    Where so few are needed that they have no cap, less is lost beyond the bound, and one minute may
    be enough.
    """
    if canary_rate <= edge.rate(rate):
        return math.inf
    information = _information(rate, canary_rate, edge, traffic)
    bound = math.log(guards / (alpha * FIRST_MASS)) / information
    uncapped = max(1.0, bound + min(bound, DETECTION_EXTRA_MINUTES))
    return uncapped if uncapped <= uncapped_minutes else bound + DETECTION_EXTRA_MINUTES


def _information(rate: float, canary_rate: float, edge: Bound, traffic: Traffic) -> float:
    """Return what a minute tells apart from the nearest rates on the null's edge."""
    canary_requests = traffic.canary_requests
    baseline_requests = canary_requests / traffic.ratio

    def nearness(baseline: float) -> float:
        return -canary_requests * poisson_divergence(canary_rate, edge.rate(baseline)) - (
            baseline_requests * poisson_divergence(rate, baseline)
        )

    return -nearness(_peak(nearness, rate, max(rate, canary_rate)))


def poisson_divergence(rate: float, other: float) -> float:
    """Return the information of one request's chance of a rare event at `rate` against `other`."""
    if other <= 0:
        return math.inf if rate > 0 else 0.0
    return (rate * math.log(rate / other) if rate > 0 else 0.0) - rate + other


def smallest_ratio_seen(
    rate: float, edge: Bound, traffic: Traffic, alpha: float, guards: float, minutes: float
) -> float | None:
    """Return the smallest multiple of the rate typically shown worse within so many judged minutes;
    None when none.
    """
    base = max(rate, SMALLEST_RATE)
    low, high = 1.0, min(LARGEST_RATIO, 1 / base)
    if detection_minutes(rate, base * high, edge, traffic, alpha, guards) > minutes:
        return None
    for _ in range(50):
        middle = (low + high) / 2
        seen = detection_minutes(rate, base * middle, edge, traffic, alpha, guards) <= minutes
        low, high = (low, middle) if seen else (middle, high)
    return high


def smallest_loss_seen(
    rate: float, edge: Bound, traffic: Traffic, alpha: float, guards: float, minutes: float
) -> float | None:
    """Return the smallest ratio of the good events' rate to the canary's typically shown worse
    within so many judged minutes, the traffic seen from the baseline; None when none.
    """

    def seen(ratio: float) -> bool:
        return detection_minutes(rate / ratio, rate, edge, traffic, alpha, guards) <= minutes

    low, high = 1.0, LARGEST_RATIO
    if rate <= 0 or not seen(high):
        return None
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high
