"""The median of something paired, known at every look: the records below and above a value.

At the true median m a value is above m with probability 1/2 at most, and below m likewise. Under
that null the mixture of all bets on "above" with a Beta(1, 1) prior is a non-negative
supermartingale that starts at 1, so the chance that it ever reaches 1/alpha is at most alpha (Ville
1939; Robbins 1970, the beta-binomial mixture). Inverting it gives an interval that holds at every
look, whatever the distribution.
"""

import math


def log_mixture(above: int, below: int) -> float:
    """Return ln E against "above and below are as likely", two-sided: the mixture over all
    probabilities.
    """
    records = above + below
    log_beta = math.lgamma(above + 1) + math.lgamma(below + 1) - math.lgamma(records + 2)
    return log_beta + records * math.log(2)


def ranks_within(records: int, alpha: float) -> tuple[int, int] | None:
    """Return (low, high), ranks from 1 of the sorted values between which the median lies; None
    for too few records.

    Holds at every look together with probability 1 - alpha. Ranks are alike from both ends.
    """
    threshold = -math.log(alpha)
    if log_mixture(0, records) < threshold:
        return None
    low, high = 0, records // 2
    while high - low > 1:
        middle = (low + high) // 2
        shown = log_mixture(middle, records - middle) >= threshold
        low, high = (middle, high) if shown else (low, middle)
    return low + 1, records - low
