"""The history bet: was a minute in which the variants differ this much ever seen in the history?

The contrast of canary and baseline is ranked among the contrasts of two history minutes of one
service, far enough apart for their bursts to be independent, near enough for the same hour of day,
and thinned to as many bad events as the minute's service level brings. A rank among exchangeable
values is uniform; a calibrator turns it into a bet whose expected pay-off is 1. An outage that both
variants share moves both sides of the contrast alike.
Sources: conformal prediction, Vovk, Gammerman and Shafer 2005; calibrators p -> kappa p^(kappa - 1)
and their averages, Vovk and Wang 2021 (section 2).
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from canary.stats.counts import Bound, MinuteCounts
from canary.stats.thinning import binomial_masses

SMOOTHING = 0.5
"""Bad events added to the canary's side, and as many for its traffic to the baseline's."""
DECIMALS = 9
LARGEST_RATIO = 1000.0
LEVELS_AN_OCTAVE = 2
LOWEST_LEVEL, HIGHEST_LEVEL = -6, 14
MOST_UNEVEN = 3.0
"""Times the planned part of the traffic up to which a canary's minute is like the history's."""
DISTANCE_MINUTES = 20
KAPPAS = (0.25, 0.5, 0.75)
BURST_RANK = 0.02
LEVEL_MINUTES = 10
"""Minutes whose mean rate the level goes by, besides that of the last three."""
EXACT_RANKS, COARSE_RANKS = 24, 32
GOLDEN = (math.sqrt(5) - 1) / 2

Served = tuple[int, int]
"""(requests, bad) of a history minute that served."""


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a minute lies among the history's: its rank is between two ends, 0 the most extreme."""

    low: float
    high: float
    of: int
    """How many contrasts it was ranked among."""

    @property
    def above(self) -> int:
        """Return how many of the history's contrasts were larger."""
        return round(self.low * (self.of + 1))


@dataclass(frozen=True, slots=True)
class Sketch:
    """The history's contrasts at one level: the largest ones exactly, the others in bins."""

    top: tuple[float, ...]
    """The largest contrasts, rising."""
    edges: tuple[float, ...]
    """Lower ends of the bins below them, rising."""
    at_least: tuple[int, ...]
    """How many contrasts reach each edge."""
    total: int

    def rank(self, value: float) -> tuple[float, float]:
        """Return the ends between which the rank of a value lies, 0 the most extreme.

        A value equal to history's shares their ranks; values in one bin count as equal, so the
        ranks are those of a coarser contrast and as valid.
        """
        if self.top and value >= self.top[0]:
            not_below = len(self.top) - bisect_left(self.top, value)
            above = len(self.top) - bisect_right(self.top, value)
        else:
            place = bisect_right(self.edges, value) - 1
            not_below = self.at_least[place] if place >= 0 else self.total
            above = self._above(place)
        return above / (self.total + 1), (not_below + 1) / (self.total + 1)

    def _above(self, place: int) -> int:
        return self.at_least[place + 1] if place + 1 < len(self.edges) else len(self.top)


def pairs(minutes: Sequence[Served | None]) -> tuple[tuple[Served, Served], ...]:
    """Return every two minutes that are `DISTANCE_MINUTES` apart and both served, oldest first."""
    found = zip(minutes, minutes[DISTANCE_MINUTES:], strict=False)
    return tuple((a, b) for a, b in found if a and b and a[0] > 0 and b[0] > 0)


def exposure(requests: float, bound: Bound, rate: float) -> float:
    """Return the requests of a baseline that err as often as the canary's do on its bound."""
    return requests * (bound.ratio + bound.difference / rate if rate > 0 else LARGEST_RATIO)


def contrast(
    canary: tuple[float, float], baseline: tuple[float, float], smoothing: float = SMOOTHING
) -> float:
    """Return ln of the canary's rate over the baseline's; each side as (bad, exposure)."""
    x_c, n_c = canary
    x_b, n_b = baseline
    value = math.log((x_c + smoothing) / n_c) - math.log((x_b + smoothing * n_b / n_c) / n_b)
    return round(value, DECIMALS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a guard is judged: its planned exposures a minute, the history's rate and traffic."""

    canary_exposure: float
    baseline_requests: float
    rate: float
    requests_per_minute: float

    def level(self, counts: MinuteCounts, exposed: float, rate_now: float) -> int | None:
        """Return the level of a minute's bad events, in half octaves above the plan's requests at
        the history's rate; None where the history has nothing comparable.

        A canary with far more of the traffic than planned is not like the small part of a minute
        that the history was thinned to: its rate varies less, and its contrast lies elsewhere.
        A service that errs more than in its history, now or lately, is compared with as many
        errors; one that errs less is not, as it may be the luck of this minute.
        """
        own, others = exposed / self.canary_exposure, counts.baseline_requests
        if self.rate <= 0 or own * self.baseline_requests > MOST_UNEVEN * others:
            return None
        lately = max(counts.baseline_bad / counts.baseline_requests, rate_now, self.rate)
        traffic = min(own, others / self.baseline_requests)
        level = round(math.log2(max(lately / self.rate * traffic, 1e-9)) * LEVELS_AN_OCTAVE)
        return level if LOWEST_LEVEL <= level <= HIGHEST_LEVEL else None

    def smoothing(self, level: int) -> float:
        """Return the smoothing of a minute: more where the history has fewer bad events than it."""
        return SMOOTHING * max(1.0, self.canary_exposure * scale(level) / self.requests_per_minute)


def rank_of(
    counts: MinuteCounts,
    bound: Bound,
    place: Place,
    rate_now: float,
    sketch_at: Callable[[int], Sketch | None],
) -> Rank | None:
    """Return where a minute's contrast lies in the history at its level; None where the history
    has nothing comparable.

    `rate_now` is the baseline's rate of the minutes before, `sketch_at` gives the history at a
    level.
    """
    exposed = exposure(counts.canary_requests, bound, place.rate)
    level = place.level(counts, exposed, rate_now)
    known = sketch_at(level) if level is not None else None
    if level is None or known is None:
        return None
    value = contrast(
        (counts.canary_bad, exposed),
        (counts.baseline_bad, counts.baseline_requests),
        place.smoothing(level),
    )
    return Rank(*known.rank(value), known.total)


def scale(level: int) -> float:
    """Return the factor on bad events that a level stands for."""
    return math.pow(2, level / LEVELS_AN_OCTAVE)


def sketch(history: Sequence[tuple[Served, Served]], place: Place, level: int) -> Sketch:
    """Return the history's contrasts at a level, thinned by a low-discrepancy sequence: the same
    for the same history.
    """
    factor, values = scale(level), []
    for i, ((n, x), (m, y)) in enumerate(history):
        q_c = min(1.0, place.canary_exposure * factor / n)
        q_b = min(1.0, place.baseline_requests * factor / m)
        bad = thinned(x, q_c, (i + 0.5) * GOLDEN % 1), thinned(y, q_b, (i + 0.5) * GOLDEN**2 % 1)
        values.append(contrast((bad[0], q_c * n), (bad[1], q_b * m)))
    return sketched(values)


def sketched(values: Sequence[float]) -> Sketch:
    """Return the sketch of some contrasts."""
    rising = sorted(values)
    # Equal contrasts stay together.
    cut = bisect_right(rising, rising[-EXACT_RANKS - 1]) if len(rising) > EXACT_RANKS else 0
    rest, top = rising[:cut], rising[cut:]
    stride = max(1, len(rest) // COARSE_RANKS)
    edges = sorted(set(rest[::stride]))
    at_least = (len(rising) - bisect_left(rising, edge) for edge in edges)
    return Sketch(tuple(top), tuple(edges), tuple(at_least), len(rising))


def thinned(bad: int, chance: float, quantile: float) -> int:
    """Return the quantile (0 to 1) of how many of some bad events a chance leaves."""
    first, heaped = _distribution(bad, chance)
    return first + min(bisect_left(heaped, quantile), len(heaped) - 1)


@lru_cache(maxsize=4096)
def _distribution(bad: int, chance: float) -> tuple[int, list[float]]:
    first, masses = binomial_masses(bad, chance)
    return first, list(accumulate(masses))


def blocks(low: float, high: float, kappas: Sequence[float] = KAPPAS) -> tuple[float, ...]:
    """Return ln of each bet's pay-off for a rank between two ends: the calibrator's mean there."""
    return tuple(math.log((high**kappa - low**kappa) / (high - low)) for kappa in kappas)
