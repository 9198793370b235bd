"""How numbers, times and shares are written on the page; the judge's own words wherever it has
them.
"""

import math
from datetime import UTC, datetime

from canary.domain.rollout.messages import percent
from canary.domain.time import minute_of

__all__ = ["clock_of", "duration", "evidence", "minute_of", "percent", "rate", "signed_points"]

MOST_SHOWN = math.log(1e6)
LEAST_SHOWN = math.log(1e-3)


def clock_of(minute: int) -> str:
    """Return a minute since the epoch as UTC wall time."""
    return f"{datetime.fromtimestamp(minute * 60, UTC):%H:%M}"


def duration(seconds: float) -> str:
    """Return a span of time as people say it: 45 s, 12 min, 3 h 20 min."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def evidence(log_value: float) -> str:
    """Return evidence as a plain number, no more digits than it means; extremes are only named."""
    if log_value > MOST_SHOWN:
        return "over 1,000,000"
    if log_value < LEAST_SHOWN:
        return "under 0.001"
    value = math.exp(log_value)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def rate(bad: int, requests: int) -> str:
    """Return a rate with its counts; a variant without requests has none."""
    return f"{100 * bad / requests:.3g}% ({bad:,} of {requests:,})" if requests else "no requests"


def signed_points(drop: float) -> str:
    """Return a difference of fractions in percentage points, signed."""
    return f"{100 * drop:+.2f} points"
