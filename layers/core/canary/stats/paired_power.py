"""How much a labelled set could show: the paired bets along their expected path.

A record is discordant when exactly one variant has it right; with discordance d and a drop of x, d
splits into (d + x) / 2 against the canary and (d - x) / 2 for it. What comes out is a typical size
(about half of all sets of that size conclude), not a promise.
"""

import math
from collections.abc import Callable, Sequence

from canary.stats.logsum import log_mean
from canary.stats.paired import ADVANCE_STAKES, ROLL_BACK_STAKES

MOST_RECORDS = 100_000_000


def smallest_drop_shown(
    records: int, discordance: float, tolerance: float, alpha: float
) -> float | None:
    """Return the smallest drop that so many records would typically show as worse; None when none
    would.

    The discordance is what was seen so far; a drop cannot be larger than it, so it is raised where
    it must be.
    """
    threshold = -math.log(alpha)

    def shown(drop: float) -> bool:
        growths = _roll_back_growth(drop, max(discordance, drop), tolerance)
        return log_mean([records * g for g in growths]) >= threshold

    if records <= 0 or not shown(1.0):
        return None
    return _smallest(shown, tolerance, 1.0)


def _smallest(holds: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def records_to_pass(drop: float, discordance: float, max_worse: float, beta: float) -> int | None:
    """Return how many records typically show a drop as within the margin; None when no number
    does.
    """
    return _records(_advance_growth(drop, max(discordance, abs(drop)), max_worse), -math.log(beta))


def _records(growths: Sequence[float], threshold: float) -> int | None:
    if max(growths) <= 0:
        return None
    low, high = 0, 1
    while log_mean([high * g for g in growths]) < threshold:
        low, high = high, high * 2
        if high > MOST_RECORDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (low, middle)
            if log_mean([middle * g for g in growths]) >= threshold
            else (middle, high)
        )
    return high


def _roll_back_growth(drop: float, discordance: float, tolerance: float) -> list[float]:
    stakes = [stake / (1 + tolerance) for stake in ROLL_BACK_STAKES]
    return [_growth(drop, discordance, stake, -tolerance) for stake in stakes]


def _advance_growth(drop: float, discordance: float, max_worse: float) -> list[float]:
    return [_growth(drop, discordance, -stake, -max_worse) for stake in ADVANCE_STAKES]


def _growth(drop: float, discordance: float, stake: float, offset: float) -> float:
    """Return the expected log pay-off of one record."""
    against, favour = (discordance + drop) / 2, (discordance - drop) / 2
    return (
        against * math.log1p(stake * (1 + offset))
        + favour * math.log1p(stake * (offset - 1))
        + (1 - discordance) * math.log1p(stake * offset)
    )
