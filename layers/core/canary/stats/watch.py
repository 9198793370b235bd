"""The watch at share 1, where no baseline is left: the canary against the rate its baseline last
had.

Policy, and labelled so: the reference rate is itself measured, and the world may have moved since.
"""

import math

from canary.stats.counts import Bound
from canary.stats.logsum import log_add, log_mean
from canary.stats.setting import prior, prior_beyond

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


def restarted(state: tuple[float, ...], minute: int) -> tuple[float, ...]:
    """Return the bets before the minute of this number, from 1: new ones begin in every minute, so
    that good minutes need not be paid back by a canary that fails late.
    """
    mass = math.log(prior(minute))
    return tuple(mass if minute == 1 else log_add(wealth, mass) for wealth in state)


def log_evidence(state: tuple[float, ...], restarts: int = 0) -> float:
    """Return ln E of the average bet, with the mass of restarts still to come where it restarts."""
    mean = log_mean(state)
    return log_add(mean, math.log(prior_beyond(restarts))) if restarts else mean
