"""The watch at share 1, where no baseline is left: the canary against the rate its baseline last
had.

Policy, and labelled so: the reference rate is itself measured, and the world may have moved since.
"""

import math

from canary.stats.counts import Bound
from canary.stats.logsum import log_mean

STAKES = (0.5, 1.6, 5.0, 21.0)
FEWER_STAKES = (0.15, 0.35, 0.6, 0.9)
CAP = math.log(12)
REFERENCE_MINUTES = 60

START = (0.0,) * len(STAKES)


def step(
    state: tuple[float, ...],
    bad: int,
    requests: int,
    bound: Bound,
    reference_rate: float,
    burstiness: float,
    cap: float = CAP,
) -> tuple[float, ...]:
    """Return the logs of each bet after one minute against "rate <= ratio x reference +
    difference".
    """
    if requests <= 0 or bad > requests:
        return state
    allowed = requests * bound.rate(reference_rate)
    # phi of the two-sided comparison with an infinitely large baseline (w = 0).
    phi = 1 + 2 * requests * reference_rate * burstiness
    blocks = (min((bad * math.log1p(stake) - stake * allowed) / phi, cap) for stake in STAKES)
    return tuple(w + block for w, block in zip(state, blocks, strict=True))


def step_fewer(
    state: tuple[float, ...],
    good: int,
    requests: int,
    bound: Bound,
    reference_rate: float,
    burstiness: float,
    cap: float = CAP,
) -> tuple[float, ...]:
    """Return the logs of each bet after one minute against "rate >= (reference - difference) /
    ratio", for events that are better the more there are.

    Under it the good events' mean is at least the allowed one, so E[(1 - s)^good e^(s allowed)] <=
    e^(s (allowed - mean)) <= 1.
    """
    if requests <= 0 or good > requests:
        return state
    allowed = requests * max(0.0, (reference_rate - bound.difference) / bound.ratio)
    phi = 1 + 2 * requests * reference_rate * burstiness
    blocks = (
        min((good * math.log1p(-stake) + stake * allowed) / phi, cap) for stake in FEWER_STAKES
    )
    return tuple(w + block for w, block in zip(state, blocks, strict=True))


def log_evidence(state: tuple[float, ...]) -> float:
    """Return ln E of the average bet."""
    return log_mean(state)
