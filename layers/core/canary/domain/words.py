"""The words that people read: one spelling of a rate, an evidence number, a time and a span.

Rules: numbers in, text out, whoever reads it: verdict, message, command line, live view or page.
Nothing here knows what the numbers are about.
"""

import math
from datetime import datetime

from canary.domain.time import start_of

MOST_SHOWN = 1_000_000
"""Evidence beyond this is named and not counted: more digits would say nothing."""


def percent(fraction: float) -> str:
    """Return a share or a rate as a percentage with three significant digits.

    What is not all of it never rounds to 100%: a canary with .9996 of the traffic leaves somebody
    else the rest.
    """
    text = f"{fraction * 100:.3g}"
    return f"{fraction * 100:.6g}%" if text == "100" and fraction != 1 else f"{text}%"


def rate(bad: int, requests: int) -> str:
    """Return a rate with the counts it comes from."""
    return f"{percent(bad / requests)} ({bad:,} of {requests:,})" if requests else "no requests"


def strength(log_value: float) -> str:
    """Return an evidence number (given as its natural logarithm): no more digits than it means."""
    if log_value > math.log(MOST_SHOWN):
        return f"over {MOST_SHOWN:,}"
    value = math.exp(log_value)
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def strength_beside(log_value: float, log_needed: float) -> str:
    """Return an evidence number to be read beside the one it has to reach, so that the two never
    look alike while it falls short.
    """
    short = log_value < log_needed and strength(log_value) == strength(log_needed)
    return f"just under {strength(log_needed)}" if short else strength(log_value)


def brief_strength(log_value: float) -> str:
    """Return an evidence number in at most four characters: 0.1, 7.3, 40, 2k, >1M."""
    if log_value > math.log(MOST_SHOWN):
        return ">1M"
    value = math.exp(log_value)
    if value >= 1000:
        return f"{value / 1000:.0f}k"
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}"


def capital(text: str) -> str:
    """Return a text as the beginning of a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def clock(minute: int) -> str:
    """Return a minute since the epoch as wall time, in UTC."""
    return f"{start_of(minute):%H:%M} UTC"


def moment(when: datetime) -> str:
    """Return a moment with its date, to the second."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def duration(seconds: float) -> str:
    """Return a span of time as people say it: 45 s, 12 min, 3 h 20 min."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
