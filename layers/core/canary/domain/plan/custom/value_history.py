"""What a day of one number a minute teaches: its mean, and how far apart two minutes lie."""

import math
from collections.abc import Sequence
from itertools import pairwise

from canary.domain.plan.guards import GuardHistory

LEAST_PAIRS = 60
CUTS = 20


def learnt_of_values(values: Sequence[float | None]) -> GuardHistory:
    """Return what a day of values, None where missing, oldest first, teaches."""
    known = [value for value in values if value is not None]
    ratios = sorted(
        later / before
        for before, later in pairwise(values)
        if before is not None and later is not None and before > 0 and later >= 0
    )
    enough = len(ratios) >= LEAST_PAIRS
    cuts = (
        [ratios[round(step * (len(ratios) - 1) / CUTS)] for step in range(CUTS + 1)]
        if enough
        else ()
    )
    return GuardHistory(
        minutes=len(known),
        rate=math.fsum(known) / len(known) if known else 0.0,
        spread=tuple(cuts),
    )


def exceeds(history: GuardHistory, ratio: float) -> float | None:
    """Return in which part of the minutes the value was beyond so many times that of the minute
    before; None where the day does not say.
    """
    if not history.spread:
        return None
    return sum(cut > ratio for cut in history.spread) / len(history.spread)
