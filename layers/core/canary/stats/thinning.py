"""Expected bounded reward over a thinned pair of counts: a sum over probabilities, no random
numbers.

The side with the larger exposure is thinned to the other's, so that on the line p_c = r * p_b + d
the two counts are exchangeable. `Thinned` describes the difference (canary minus baseline after
thinning) as `shift + sign_bin * Binomial(trials, chance) - Poisson(mean)`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from statistics import NormalDist

from canary.stats.counts import Bound, MinuteCounts

TAIL = 1e-11
EXACT_UP_TO_SD = 6.0
QUANTILES = 128


@dataclass(frozen=True, slots=True)
class Thinned:
    """The thinned difference: shift + sign x Binomial(trials, chance) - Poisson(poisson_mean)."""

    shift: int
    sign: int
    trials: int
    chance: float
    poisson_mean: float

    @property
    def mean(self) -> float:
        """Return the expected difference."""
        return self.shift + self.sign * self.trials * self.chance - self.poisson_mean

    @property
    def variance(self) -> float:
        """Return the variance of the difference."""
        return self.trials * self.chance * (1 - self.chance) + self.poisson_mean

    @property
    def third_cumulant(self) -> float:
        """Return the third cumulant of the difference."""
        skew = self.trials * self.chance * (1 - self.chance) * (1 - 2 * self.chance)
        return self.sign * skew - self.poisson_mean


def thin(counts: MinuteCounts, bound: Bound) -> Thinned:
    """Return the thinned difference of one minute at a bound."""
    q = bound.ratio * counts.traffic_ratio
    extra = bound.difference * counts.canary_requests
    if q <= 1:
        return Thinned(counts.canary_bad, -1, counts.baseline_bad, q, extra)
    return Thinned(-counts.baseline_bad, 1, counts.canary_bad, 1 / q, extra / q)


def expected_tanh(thinned: Thinned, slopes: Sequence[float]) -> tuple[float, ...]:
    """Return E[tanh(slope x difference / 2)] for each slope.

    Exact up to a standard deviation of 6 (tails cut at 1e-11); above it 128 normal quantiles with a
    skewness term.
    """
    points, masses = (
        _exact(thinned) if thinned.variance <= EXACT_UP_TO_SD**2 else (_quantiles(thinned), None)
    )
    return tuple(_mean_tanh(points, masses, slope / 2) for slope in slopes)


def _mean_tanh(points: Sequence[float], masses: Sequence[float] | None, half: float) -> float:
    """Return the mean of tanh(half x point), each point equally likely unless masses are given."""
    rewards = [math.tanh(half * point) for point in points]
    return sum(map(mul, masses, rewards)) if masses else sum(rewards) / len(rewards)


def _quantiles(thinned: Thinned) -> list[float]:
    mean, sd = thinned.mean, math.sqrt(thinned.variance)
    bend = thinned.third_cumulant / (6 * sd**2)
    base = mean - bend
    return [base + z * (sd + bend * z) for z in _normal_quantiles()]


@lru_cache(maxsize=1)
def _normal_quantiles() -> tuple[float, ...]:
    normal = NormalDist()
    return tuple(normal.inv_cdf((i + 0.5) / QUANTILES) for i in range(QUANTILES))


def _exact(thinned: Thinned) -> tuple[list[float], list[float]]:
    """Return every difference and its probability over both thinnings."""
    low, binomial = binomial_masses(thinned.trials, thinned.chance)
    first, poisson = poisson_masses(thinned.poisson_mean)
    if thinned.sign > 0:
        binomial = binomial[::-1]
        low = -(low + len(binomial) - 1)
    masses = _convolve(binomial, poisson)
    start = float(thinned.shift - low - first)
    return [start - i for i in range(len(masses))], masses


def _convolve(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """Return the law of a sum, one dot product a value."""
    short, long = sorted((first, second), key=len)
    if len(short) == 1:
        return [short[0] * mass for mass in long]
    reach = len(short) - 1
    padded = [0.0] * reach + list(long) + [0.0] * reach
    backwards = list(short)[::-1]
    return [sum(map(mul, backwards, padded[i : i + reach + 1])) for i in range(len(long) + reach)]


def binomial_masses(trials: int, chance: float) -> tuple[int, list[float]]:
    """Return (first value, probabilities) of a binomial, tails below 1e-11 of the mode cut, summing
    to 1.
    """
    if trials == 0 or chance <= 0:
        return 0, [1.0]
    if chance >= 1:
        return trials, [1.0]
    odds = chance / (1 - chance)
    mode = min(trials, int((trials + 1) * chance))
    return _around(
        mode, lambda v: (trials - v) / (v + 1) * odds, lambda v: v / ((trials - v + 1) * odds)
    )


def poisson_masses(mean: float) -> tuple[int, list[float]]:
    """Return (first value, probabilities) of a Poisson, tails below 1e-11 of the mode cut, summing
    to 1.
    """
    if mean <= 0:
        return 0, [1.0]
    return _around(int(mean), lambda v: mean / (v + 1), lambda v: v / mean)


def _around(
    mode: int, up: Callable[[int], float], down: Callable[[int], float]
) -> tuple[int, list[float]]:
    above, value, mass = [1.0], mode, 1.0
    while mass > TAIL:
        mass *= up(value)
        value += 1
        above.append(mass)
    below, value, mass = [], mode, 1.0
    while mass > TAIL and value > 0:
        mass *= down(value)
        value -= 1
        below.append(mass)
    masses = below[::-1] + above
    total = math.fsum(masses)
    return value, [m / total for m in masses]
