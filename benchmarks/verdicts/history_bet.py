"""The history bet for many runs at once (see canary.stats.history_bet)."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts.processes import Terms, phi, roll_back_blocks
from canary.stats import history_bet as hb
from canary.stats.history import DROPPED_HOURS, HOUR
from canary.stats.setting import FIRST_MASS

Array = np.ndarray


def exposure(n_c: Array, ratio: Array, difference: Array, rate: Array) -> Array:
    """Return the requests a canary on the edge of its bound is worth, a run each."""
    safe = np.where(rate > 0, rate, 1.0)
    return n_c * np.where(rate > 0, ratio + difference / safe, hb.LARGEST_RATIO)


def contrast(
    x_c: Array, exposed: Array | float, x_b: Array, n_b: Array | float, smoothing: Array | float
) -> Array:
    """Return how much worse the canary's minute was than the baseline's, as a logarithm."""
    canary = (x_c + smoothing) / exposed
    baseline = (x_b + smoothing * n_b / exposed) / n_b
    return np.round(np.log(canary / baseline), hb.DECIMALS)


def level_of(
    counts: Array, exposed: Array, planned: tuple[Array, Array], rates: tuple[Array, Array]
) -> Array:
    """Return the level of bad events each minute is compared at; 0 is the plan's requests at the
    history's rate.

    `rates` are the history's rate and the baseline's recent one: a service that errs more than in
    its history is compared with as many errors, one that errs less is not.
    """
    history, now = rates
    safe = np.where(history > 0, history, 1.0)
    worse = np.maximum(np.maximum(counts[2] / counts[3], now), history) / safe
    traffic = np.minimum(exposed / planned[0], counts[3] / planned[1])
    steps = np.round(np.log2(np.maximum(worse * traffic, 1e-9)) * hb.LEVELS_AN_OCTAVE)
    return np.minimum(steps, hb.HIGHEST_LEVEL)


def kept_minutes(bad: Array) -> Array:
    """Return which minutes of (R, minutes) histories stay: not those of the worst two hours."""
    hours = bad.reshape(len(bad), -1, HOUR).astype(float)
    mean = hours.mean(axis=2)
    excess = ((hours - mean[..., None]) ** 2 * HOUR / (HOUR - 1)).sum(axis=2) - hours.sum(axis=2)
    scale = mean**2 * HOUR
    worst = np.argsort(np.where(scale > 0, excess / np.maximum(scale, 1e-300), -np.inf), axis=1)
    keep = np.ones(mean.shape, dtype=bool)
    np.put_along_axis(keep, worst[:, -DROPPED_HOURS:], values=False, axis=1)
    return np.repeat(keep, HOUR, axis=1)


@dataclass
class Reference:
    """Contrasts of history minutes `DISTANCE_MINUTES` apart, thinned, drawn once a level."""

    bad: Array
    """(R, minutes) bad counts of the baseline."""
    requests: float
    rng: np.random.Generator
    rows: Array
    """(R,) which history each run has; runs may share one."""
    tables: dict[tuple[int, float, float, int], Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Pair the minutes that stay."""
        keep = kept_minutes(self.bad)
        far = hb.DISTANCE_MINUTES
        self.usable = keep[:, :-far] & keep[:, far:]
        self.rates = (self.bad.mean(axis=1) / self.requests)[self.rows]
        self.row_of: list[int] = self.rows.tolist()
        self.first_runs = np.unique(self.rows, return_index=True)[1].tolist()
        self.paid: dict[float, Array] = {}

    def pairs(self, run: int) -> tuple[Array, Array]:
        """Return one run's pairs of bad counts."""
        of = self.rows[run]
        row, use, far = self.bad[of], self.usable[of], hb.DISTANCE_MINUTES
        return row[:-far][use], row[far:][use]

    def table(self, run: int, canary: float, baseline: float, level: int) -> Array:
        """Return one run's sorted contrasts where the sides are worth these requests."""
        key = (self.row_of[run], canary, baseline, level)
        if key not in self.tables:
            scale = 2.0 ** (level / hb.LEVELS_AN_OCTAVE) / self.requests
            q_c, q_b = min(1.0, canary * scale), min(1.0, baseline * scale)
            first, second = self.pairs(run)
            drawn = contrast(
                self.rng.binomial(first, q_c),
                q_c,
                self.rng.binomial(second, q_b),
                q_b,
                hb.SMOOTHING,
            )
            self.tables[key] = np.sort(drawn)
        return self.tables[key]

    def rank(
        self, run: int, canary: float, baseline: float, level: int, value: float
    ) -> tuple[float, float]:
        """Return the ends of a contrast's rank among one run's history."""
        table = self.table(run, canary, baseline, level)
        above = len(table) - bisect_right(table, value)
        not_below = len(table) - bisect_left(table, value)
        return above / (len(table) + 1), (not_below + 1) / (len(table) + 1)

    def most_paid(self, terms: Terms, share: float, beside: float | None = None) -> Array:
        """Return what the uncapped request bet would have paid at most, each run, on the history's
        own pairs at a share beside a share of others (None: all the rest).
        """
        if share not in self.paid:
            n_c = share * self.requests
            n_b = self.requests - n_c if beside is None else beside * self.requests
            rows = [self._paid(terms, run, n_c, n_b) for run in self.first_runs]
            self.paid[share] = np.array(rows)[self.rows]
        return self.paid[share]

    def _paid(self, terms: Terms, run: int, n_c: float, n_b: float) -> float:
        first, second = self.pairs(run)
        one = np.ones(len(first))
        a = self.rng.binomial(first, n_c / self.requests)
        b = self.rng.binomial(second, n_b / self.requests)
        counts = np.stack([a, n_c * one, b, n_b * one])
        bound = terms.roll_back[0][run] * one, terms.roll_back[1][run] * one
        by = phi(counts, terms.history.rate[run] * one, terms.history.burstiness[run])
        paid = roll_back_blocks(counts, bound, terms.grid, by, np.inf * one)
        return float((logsumexp(paid, axis=0) - np.log(len(terms.grid))).max())


def ranks(
    reference: Reference,
    counts: Array,
    rate_now: Array,
    planned: tuple[Array, Array],
    bound: tuple[Array, Array],
    where: Array,
    *,
    level_by_level: bool = True,
) -> tuple[Array, Array]:
    """Return the ends (low, high) of each run's rank among its history in a minute or in several.

    counts (4, R) or (minutes, 4, R); `planned` exposure and baseline requests a minute, a run each.
    Without `level_by_level` the history is thinned to the requests alone, whatever was counted.
    """
    many = counts if counts.ndim == 3 else counts[None]
    low, high = np.zeros(many[:, 0].shape), np.ones(many[:, 0].shape)
    exposed = exposure(many[:, 1], *bound, reference.rates)
    now = rate_now if counts.ndim == 3 else rate_now[None]
    level = level_of(many.transpose(1, 0, 2), exposed, planned, (reference.rates, now))
    level = level * level_by_level
    scale = 2.0 ** (level / hb.LEVELS_AN_OCTAVE)
    # Where the history has fewer bad events than the minute, the minute is smoothed as much more.
    smoothing = hb.SMOOTHING * np.maximum(1, planned[0] * scale / reference.requests)
    value = contrast(many[:, 0], exposed, many[:, 2], many[:, 3], smoothing)
    told = np.atleast_2d(where).any(axis=0) & (reference.rates > 0)
    canary, baseline = planned[0].tolist(), planned[1].tolist()
    levels, values = level.T.tolist(), value.T.tolist()
    for run in np.flatnonzero(told).tolist():
        for t, one in enumerate(levels[run]):
            if one >= hb.LOWEST_LEVEL:
                place = run, canary[run], baseline[run], int(one)
                low[t, run], high[t, run] = reference.rank(*place, values[run][t])
    return (low, high) if counts.ndim == 3 else (low[0], high[0])


def blocks(low: Array, high: Array) -> Array:
    """Return (K, ...) ln of each bet's pay-off for ranks between two ends."""
    kappa = np.array(hb.KAPPAS).reshape(-1, *([1] * low.ndim))
    return np.log((high**kappa - low**kappa) / (high - low))


class HistoryRuns:
    """The history bet of one guard in every run, restarted as the other bets are."""

    def __init__(self, runs: int) -> None:
        """Start at the first restart."""
        self.wealth = np.full((len(hb.KAPPAS), runs), np.log(FIRST_MASS))
        self.restarts = np.ones(runs)
        self.skip = np.zeros(runs, dtype=int)

    def restart(self, where: Array) -> None:
        """Put the next restart's mass on some runs."""
        j = self.restarts + 1
        mass = np.where(where, np.log(2 * (1 - FIRST_MASS) / (j * (j + 1))), -np.inf)
        self.wealth = np.logaddexp(self.wealth, mass)
        self.restarts = np.where(where, j, self.restarts)

    def step(self, low: Array, high: Array, usable: Array, burst_lags: Array) -> None:
        """Take in one minute of every usable run."""
        speaks = usable & (self.skip == 0)
        self.wealth += np.where(speaks, blocks(low, high), 0)
        self.skip = np.maximum(self.skip - usable, 0)
        burst = speaks & (high < hb.BURST_RANK) & (burst_lags > 0)
        self.skip = np.where(burst, burst_lags - 1, self.skip)

    def log_evidence(self) -> Array:
        """Return ln E of every run."""
        rest = np.log(2 * (1 - FIRST_MASS) / (self.restarts + 1))
        return np.logaddexp(logsumexp(self.wealth, axis=0) - np.log(len(hb.KAPPAS)), rest)
