"""The forecast, before anything starts: can a step conclude, when, and which regression would it see?

Typical sizes along the bets' expected growth, not promises; they are checked against simulation. Requests are counted
on the canary; minutes follow from the traffic.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from canary.stats.counts import Bound
from canary.stats.setting import Setting

MEDIAN_FACTOR = 1.3
P90_FACTOR = 3.0
DETECTION_FACTOR = 1.5
DETECTION_EXTRA_BELOW_MINUTES = 10.0
DETECTION_EXTRA_MINUTES = 2.5
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
    """Return G: the best expected log growth a canary request when the canary equals the baseline at `rate`."""

    def growth(stake: float) -> float:
        return (
            rate * math.log1p(-stake)
            + rate / ratio * math.log1p(ratio * bound.ratio * stake)
            + bound.difference * stake
        )

    return max(0.0, growth(_peak(growth)))


def _peak(growth: Callable[[float], float]) -> float:
    """Return where a concave function on (0, 1) is largest, by golden section."""
    low, high, golden = 0.0, 0.999, (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (left, high) if growth(left) < growth(right) else (low, right)
    return (low + high) / 2


def bursty_growth(setting: Setting) -> float:
    """Return the most log evidence a minute can bring when bursts outweigh the counts; inf when calm."""
    if not setting.bursty:
        return math.inf
    ratio = setting.advance.ratio
    return math.log((1 + ratio) ** 2 / (4 * ratio)) / setting.history.burstiness


def advance_minutes(setting: Setting, traffic: Traffic, beta: float) -> tuple[float, float]:
    """Return (median, 90th percentile) of judged minutes until an equal canary is shown within the margin.

    Infinite when no traffic would do it. The 90th percentile follows the same ratio of factors.
    """
    growth = advance_growth(setting.history.rate, traffic.ratio, setting.advance) * traffic.canary_requests
    growth = min(growth, bursty_growth(setting))
    if growth <= 0:
        return math.inf, math.inf
    needed = -math.log(beta) / growth
    return MEDIAN_FACTOR * needed, P90_FACTOR * needed


def detection_minutes(rate: float, canary_rate: float, traffic: Traffic, alpha: float, guards: int) -> float:
    """Return the judged minutes until a canary at `canary_rate` is typically shown worse; inf when it is not worse."""
    if canary_rate <= rate:
        return math.inf
    information = traffic.canary_requests * _information(rate, canary_rate, traffic.ratio)
    # Half of the mass starts at the first restart.
    minutes = DETECTION_FACTOR * math.log(2 * guards / alpha) / information + 1
    return minutes + (DETECTION_EXTRA_MINUTES if minutes < DETECTION_EXTRA_BELOW_MINUTES else 0.0)


def _information(rate: float, canary_rate: float, ratio: float) -> float:
    """Return the divergence a canary request carries from "both at the pooled rate"."""
    pooled = (ratio * canary_rate + rate) / (1 + ratio)
    return divergence(canary_rate, pooled) + divergence(rate, pooled) / ratio


def divergence(rate: float, other: float) -> float:
    """Return the Kullback-Leibler divergence of one request at `rate` from one at `other`, both 0-1."""
    if rate == other:
        return 0.0
    bad = rate * math.log(rate / other) if rate > 0 else 0.0
    good = (1 - rate) * math.log((1 - rate) / (1 - other)) if rate < 1 else 0.0
    return bad + good


def smallest_ratio_seen(rate: float, traffic: Traffic, alpha: float, guards: int, minutes: float) -> float | None:
    """Return the smallest multiple of the rate typically shown worse within so many judged minutes; None when none."""
    base = max(rate, 1e-6)
    low, high = 1.0, min(LARGEST_RATIO, 1 / base)
    if detection_minutes(rate, base * high, traffic, alpha, guards) > minutes:
        return None
    for _ in range(50):
        middle = (low + high) / 2
        seen = detection_minutes(rate, base * middle, traffic, alpha, guards) <= minutes
        low, high = (low, middle) if seen else (middle, high)
    return high
