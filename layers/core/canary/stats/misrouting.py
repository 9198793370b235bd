"""What a split that is not as planned looks like: pinned callers, or weights that do not serve.

Calls that name their variant come on top of what the weights share out, so many a minute whatever
the rest: of T requests with k pinned ones the canary's part is s + (1-s) k/T, or s (1 - k/T) where
the baseline is pinned. Weights that serve otherwise give it one part of busy and quiet minutes
alike. Each explanation has one parameter; they are compared by their binomial likelihoods, which
the minutes' dispersion divides.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

LEAST_MINUTES = 10
LOG_TELLING = math.log(20)
SEARCH_STEPS = 60
SCATTERED = 25.0
"""Dispersion beyond which neither explanation fits: what is pinned evenly varies less."""
MOST = 0.999

Minute = tuple[int, int]
"""Requests of (canary, baselines)."""


class Misrouting(NamedTuple):
    """The likeliest explanation of a split, and what pinned callers would add to it."""

    looks_like: Literal["pinned", "weights", "either", "comes and goes"]
    to_canary: bool
    """Whether the canary gets too much, and not the baseline."""
    pinned_a_minute: float


def explain(
    minutes: Sequence[Minute], share: float, canary: int, baseline: int, at_rest: float = 0.0
) -> Misrouting:
    """Return what `minutes` of a step look like whose requests came to `canary` and `baseline`,
    and where the canary should have had `share`.

    `at_rest`: requests a minute that the canary had at weight 0, which only pinned callers send.
    """
    to_canary = canary > share * (canary + baseline)
    served = [(c, c + b) for c, b in minutes if c + b]
    pinned, log_ratio, dispersion = _compared(served, share, to_canary=to_canary)
    if to_canary and at_rest > 0 and at_rest >= pinned / 2:
        return Misrouting("pinned", to_canary, pinned)
    if len(served) < LEAST_MINUTES:
        return Misrouting("either", to_canary, pinned)
    if dispersion > SCATTERED:
        return Misrouting("comes and goes", to_canary, pinned)
    if abs(log_ratio) < LOG_TELLING * max(1.0, dispersion):
        return Misrouting("either", to_canary, pinned)
    return Misrouting("pinned" if log_ratio > 0 else "weights", to_canary, pinned)


def _compared(
    served: Sequence[tuple[int, int]], share: float, *, to_canary: bool
) -> tuple[float, float, float]:
    """Return the pinned requests a minute that fit best, ln of how much likelier they make
    (canary, all) requests than one part of them all does, and the dispersion of the likelier.
    """
    if not served:
        return 0.0, 0.0, 1.0

    def parts(pinned: float) -> list[float]:
        of = [min(MOST, pinned / total) for _, total in served]
        return [share + (1 - share) * x if to_canary else share * (1 - x) for x in of]

    most = max(total for _, total in served)
    pinned = _highest(lambda k: _log_likelihood(served, parts(k)), most)
    constant = [sum(c for c, _ in served) / sum(n for _, n in served)] * len(served)
    both = [_log_likelihood(served, one) for one in (parts(pinned), constant)]
    likelier = parts(pinned) if both[0] >= both[1] else constant
    return pinned, both[0] - both[1], _dispersion(served, likelier)


def _log_likelihood(served: Sequence[tuple[int, int]], parts: Sequence[float]) -> float:
    return math.fsum(
        c * math.log(_inside(p)) + (n - c) * math.log(1 - _inside(p))
        for (c, n), p in zip(served, parts, strict=True)
    )


def _dispersion(served: Sequence[tuple[int, int]], parts: Sequence[float]) -> float:
    """Return Pearson's chi-squared a degree of freedom."""
    chi = math.fsum(
        (c - n * p) ** 2 / (n * p * (1 - p))
        for (c, n), p in zip(served, map(_inside, parts), strict=True)
    )
    return chi / max(1, len(served) - 1)


def _inside(part: float) -> float:
    return min(1 - 1e-9, max(1e-9, part))


def _highest(value: Callable[[float], float], most: float) -> float:
    """Return where a concave function of [0, most] is highest."""
    low, high = 0.0, most
    for _ in range(SEARCH_STEPS):
        third = (high - low) / 3
        if value(low + third) < value(high - third):
            low += third
        else:
            high -= third
    return (low + high) / 2
