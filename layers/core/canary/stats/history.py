"""What the baseline's last day teaches, once at the start: rate, burstiness, and how long bursts
last.

Input is a day of minutes in time order, (requests, bad) or None where missing, cut into hours of
60. Fewer than 720 minutes with traffic say nothing about bursts: with an hour of history bursts
break both error rates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FULL_HISTORY_MINUTES = 1440
LEAST_HISTORY_MINUTES = 720
HOUR = 60
DROPPED_HOURS = 2
LONGEST_LAG = 10
LAG_CORRELATION = 0.15

Minute = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class History:
    """p, k and D of one guard, and the traffic they were learnt from."""

    minutes: int
    """Minutes that served requests (H)."""
    rate: float
    """Bad events a request (p)."""
    burstiness: float
    """Squared coefficient of variation of the rate from minute to minute (k); 0 when unknown."""
    burst_lags: int
    """Minutes over which a burst goes on (D); 0 when unknown."""
    requests_per_minute: float
    """Mean requests in a minute that served any."""

    @property
    def known(self) -> bool:
        """Return whether there was enough history to speak of bursts."""
        return self.minutes >= LEAST_HISTORY_MINUTES


NO_HISTORY = History(0, 0.0, 0.0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class _Hour:
    expected: tuple[float, ...]
    bad: tuple[int, ...]

    @property
    def excess(self) -> float:
        served = [(mu, x) for mu, x in zip(self.expected, self.bad, strict=True) if mu > 0]
        if len(served) < 2:
            return 0.0
        unbiased = len(served) / (len(served) - 1)
        return math.fsum((x - mu) ** 2 * unbiased - mu for mu, x in served)

    @property
    def scale(self) -> float:
        return math.fsum(mu * mu for mu in self.expected)


def learn(minutes: Sequence[Minute]) -> History:
    """Return p, k and D of a guard from its baseline's minutes, oldest first, newest last.

    A shared outage must not mark a calm service bursty: the two hours that vary most are left out
    of k.
    """
    recent = [minute or (0, 0) for minute in minutes[-FULL_HISTORY_MINUTES:]]
    served = [n for n, _ in recent if n > 0]
    if not served:
        return NO_HISTORY
    rate = sum(x for n, x in recent if n > 0) / sum(served)
    mean_requests = sum(served) / len(served)
    if len(served) < LEAST_HISTORY_MINUTES or rate == 0:
        return History(len(served), rate, 0.0, 0, mean_requests)
    hours = [_hour(recent[start : start + HOUR]) for start in range(0, len(recent), HOUR)]
    burstiness = _burstiness(hours)
    return History(
        len(served), rate, burstiness, _burst_lags(hours, burstiness, len(served)), mean_requests
    )


def without_worst_hours(minutes: Sequence[Minute]) -> tuple[Minute, ...]:
    """Return the day's minutes as they are compared with: the hours left out of k are missing."""
    recent = list(minutes[-FULL_HISTORY_MINUTES:])
    hours = [recent[start : start + HOUR] for start in range(0, len(recent), HOUR)]
    measured = [_hour([minute or (0, 0) for minute in hour]) for hour in hours]
    speaking = [i for i, hour in enumerate(measured) if hour.scale > 0]
    worst = sorted(speaking, key=lambda i: measured[i].excess / measured[i].scale)[-DROPPED_HOURS:]
    return tuple(None if i in worst else minute for i, hour in enumerate(hours) for minute in hour)


def _hour(minutes: Sequence[tuple[int, int]]) -> _Hour:
    requests = sum(n for n, _ in minutes)
    rate = sum(x for _, x in minutes) / requests if requests else 0.0
    return _Hour(tuple(n * rate for n, _ in minutes), tuple(x for _, x in minutes))


def _burstiness(hours: Sequence[_Hour]) -> float:
    """Return k: a moment estimate of the variance beyond Poisson, over squared means."""
    speaking = sorted((h for h in hours if h.scale > 0), key=lambda h: h.excess / h.scale)
    kept = speaking[:-DROPPED_HOURS]
    scale = math.fsum(h.scale for h in kept)
    return max(0.0, math.fsum(h.excess for h in kept) / scale) if scale > 0 else 0.0


def _burst_lags(hours: Sequence[_Hour], burstiness: float, minutes: int) -> int:
    """Return D: the leading lags whose autocorrelation stands out; 0 when bursts are not
    established.
    """
    series = [
        ((x - mu) / mu, mu) if mu > 0 else None
        for h in hours
        for mu, x in zip(h.expected, h.bad, strict=True)
    ]
    served = [point for point in series if point is not None]
    middle = sorted(mu for _, mu in served)[len(served) // 2]
    if burstiness * middle <= 6 * math.sqrt(2 / minutes):
        return 0
    variance = math.fsum(e * e - 1 / mu for e, mu in served) / len(served)
    if variance <= 0:
        return 0
    for lag in range(1, LONGEST_LAG + 1):
        if _correlation(series, lag, variance) <= LAG_CORRELATION:
            return lag - 1
    return LONGEST_LAG


def _correlation(series: Sequence[tuple[float, float] | None], lag: int, variance: float) -> float:
    products = [
        a[0] * b[0]
        for a, b in zip(series, series[lag:], strict=False)
        if a is not None and b is not None
    ]
    return math.fsum(products) / len(products) / variance if products else 0.0
