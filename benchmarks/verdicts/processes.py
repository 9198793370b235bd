"""The roll-back and advance processes of one guard, for many runs at once (see canary.stats)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts.learning import Histories
from benchmarks.verdicts.tanh import expected_tanh
from canary.stats import pair_bet as pb
from canary.stats import request_bet as rb
from canary.stats import setting as st
from canary.stats.counts import Bound

Array = np.ndarray


@dataclass(frozen=True)
class Terms:
    """One guard's terms for each run (see canary.stats.setting.Setting)."""

    history: Histories
    roll_back: tuple[Array, Array]
    margin: tuple[Array, Array]
    bursty: Array
    grid: tuple[float, ...]
    pair_only: Array


def settle(
    history: Histories,
    roll_back: Bound,
    margin: Bound,
    share: Array,
    grid: tuple[float, ...],
    beside: float | None = None,
) -> Terms:
    """Return the terms of every run at its planned share, beside a share of others (None: all the
    rest).
    """
    p, k = history.rate, history.burstiness
    others = 1 - share if beside is None else beside / (share + beside)
    noise = st.CALM_SIGMAS * share * np.sqrt(2 / max(history.minutes, 1))
    bursty = (p > 0) & (k > 0)
    bursty &= 2 * share * history.requests_per_minute * p * k * others >= st.CALM_ALLOWANCE + noise
    one = np.ones(len(p))
    lines = as_ratio((roll_back.ratio * one, roll_back.difference * one), p, bursty)
    raw = margin.ratio * one, margin.difference * one
    return Terms(history, lines, raw, bursty, grid, history.burst_lags > 0)


def at_steps(terms: Sequence[Terms], step: Array) -> Terms:
    """Return terms whose every run is at its own step."""
    rows = np.arange(len(step))

    def pick(lines: list[tuple[Array, Array]]) -> tuple[Array, Array]:
        return np.stack([r for r, _ in lines])[step, rows], np.stack([d for _, d in lines])[
            step, rows
        ]

    return replace(
        terms[0],
        roll_back=pick([t.roll_back for t in terms]),
        margin=pick([t.margin for t in terms]),
        bursty=np.stack([t.bursty for t in terms])[step, rows],
    )


def as_ratio(bound: tuple[Array, Array], rate: Array, where: Array) -> tuple[Array, Array]:
    """Return bounds whose additive part became a ratio at a rate in some runs."""
    ratio, difference = bound
    more = difference / np.where(rate > 0, rate, 1.0)
    return np.where(where, ratio + more, ratio), np.where(where, 0.0, difference)


def phi(counts: Array, rate_now: Array, burstiness: Array) -> Array:
    """Return the overdispersion each run's request bet is divided by."""
    return 1 + 2 * counts[1] * rate_now * burstiness / (1 + counts[1] / counts[3])


def overall_ratio(bound: tuple[Array, Array], rate: Array) -> Array:
    """Return R of each run."""
    safe = np.where(rate > 0, rate, 1.0)
    ratio = np.clip(bound[0] + bound[1] / safe, pb.SMALLEST_RATIO, pb.LARGEST_RATIO)
    return np.where(rate > 0, ratio, pb.LARGEST_RATIO)


def _expected_and_shape(
    counts: Array, bound: tuple[Array, Array], history: Histories
) -> tuple[Array, Array]:
    ratio, difference = bound
    expected = np.minimum(counts[1], counts[3] / ratio) * (ratio * history.rate + difference)
    return expected, 1 / np.maximum(history.burstiness, pb.SMALLEST_BURSTINESS)


def roll_back_blocks(
    counts: Array, bound: tuple[Array, Array], grid: tuple[float, ...], by: Array, cap: Array
) -> Array:
    """Return (G, R) log pay-offs of the roll-back request bet."""
    x_c, n_c, x_b, n_b = counts
    ratio, difference = bound
    tilt = n_c / n_b * ratio
    g = np.array(grid)[:, None]
    stake = (g - 1) / (1 + tilt * g)
    gain = (
        x_c * np.log1p(stake) + x_b * np.log((1 + tilt) / (1 + tilt * g)) - difference * n_c * stake
    )
    return np.minimum(gain / by, cap)


def advance_blocks(counts: Array, bound: tuple[Array, Array], by: Array) -> Array:
    """Return (G, R) log pay-offs of the advance request bet."""
    x_c, n_c, x_b, n_b = counts
    ratio, difference = bound
    tilt = n_c / n_b * ratio
    g = np.array(rb.ADVANCE_GRID)[:, None]
    stake = np.minimum(st.LARGEST_STAKE, (1 - g) / (1 + tilt * g))
    gain = x_c * np.log1p(-stake) + x_b * np.log1p(tilt * stake) + difference * n_c * stake
    return np.minimum(gain / by, st.ADVANCE_CAP)


def roll_back_pair(counts: Array, terms: Terms, rate_now: Array) -> Array:
    """Return (2, R) log pay-offs of the roll-back pair bet."""
    m, kappa = _expected_and_shape(counts, terms.roll_back, terms.history)
    slopes = np.stack(
        [np.log(2.5 * (m + kappa) / (2.5 * m + kappa)), np.full(m.shape, np.log(3.0))]
    )
    return (
        np.log1p(pb.STAKE * expected_tanh(counts, *terms.roll_back, slopes))
        - pb.RATE_TOLL * rate_now
    )


def advance_pair(counts: Array, terms: Terms, bound: tuple[Array, Array]) -> Array:
    """Return (2, R) log pay-offs of the advance pair bet."""
    m, kappa = _expected_and_shape(counts, bound, terms.history)
    ratio = overall_ratio(bound, terms.history.rate)
    slopes = np.stack([np.log((m + ratio * kappa) / (m + kappa)), np.log(ratio)])
    return np.log1p(-pb.STAKE * expected_tanh(counts, *bound, slopes))


def outlier(bad: Array, requests: Array, rate: Array) -> Array:
    """Return which runs had an outlier minute."""
    expected = requests * rate
    return bad > 3 * expected + 3 * np.sqrt(expected)


def prior_beyond(restarts: Array) -> Array:
    """Return the mass of all restarts to come."""
    mass: Array = 2 * (1 - st.FIRST_MASS) / (restarts + 1)
    return mass


class RollBackRuns:
    """The roll-back process of one guard in every run; every run has its own number of restarts."""

    def __init__(self, runs: int, grid: tuple[float, ...]) -> None:
        """Start at the first restart."""
        self.requests = np.full((len(grid), runs), np.log(st.FIRST_MASS))
        self.pairs = np.full((2, runs), np.log(st.FIRST_MASS))
        self.restarts = np.ones(runs)
        self.skip = np.zeros(runs, dtype=int)

    def restart(self, where: Array) -> None:
        """Put the next restart's mass on the components of some runs."""
        j = self.restarts + 1
        mass = np.where(where, np.log(2 * (1 - st.FIRST_MASS) / (j * (j + 1))), -np.inf)
        self.requests = np.logaddexp(self.requests, mass)
        self.pairs = np.logaddexp(self.pairs, mass)
        self.restarts = np.where(where, j, self.restarts)

    def step(self, counts: Array, terms: Terms, rate_now: Array, usable: Array) -> None:
        """Take in one minute of every usable run."""
        history = terms.history
        cap = np.where(terms.bursty, st.BURSTY_CAP, st.CALM_CAP)
        by = phi(counts, rate_now, history.burstiness)
        self.requests += np.where(
            usable, roll_back_blocks(counts, terms.roll_back, terms.grid, by, cap), 0
        )
        speaks = usable & (self.skip == 0)
        self.pairs += np.where(speaks, roll_back_pair(counts, terms, rate_now), 0)
        self.skip = np.maximum(self.skip - usable, 0)
        burst = speaks & outlier(counts[0], counts[1], history.rate)
        self.skip = np.where(burst, history.burst_lags, self.skip)

    def log_evidence(self, terms: Terms, *, requests_alone: bool = False) -> Array:
        """Return ln E of every run."""
        weight = np.where(terms.pair_only, 1.0, st.ROLL_BACK_PAIR_WEIGHT) * (not requests_alone)
        with np.errstate(divide="ignore"):
            pairs = logsumexp(self.pairs, axis=0) + np.log(0.5 * weight)
            requests = (
                logsumexp(self.requests, axis=0) - np.log(len(self.requests)) + np.log(1 - weight)
            )
        return logsumexp(
            np.stack([pairs, requests, np.log(prior_beyond(self.restarts))]),
            axis=0,
        )


class AdvanceRuns:
    """The advance process of one guard in every run."""

    def __init__(self, runs: int) -> None:
        """Start fresh."""
        self.requests = np.zeros((len(rb.ADVANCE_GRID), runs))
        self.pairs = np.zeros((2, runs))
        self.skip = np.zeros(runs, dtype=int)

    def reset(self, where: Array) -> None:
        """Start some runs afresh."""
        self.requests[:, where], self.pairs[:, where], self.skip[where] = 0, 0, 0

    def step(self, counts: Array, terms: Terms, rate_now: Array, usable: Array) -> None:
        """Take in one minute of every usable run."""
        history = terms.history
        bound = as_ratio(terms.margin, rate_now, terms.bursty)
        blocks = advance_blocks(counts, bound, phi(counts, rate_now, history.burstiness))
        self.requests += np.where(usable, blocks, 0)
        speaks = usable & (self.skip == 0)
        self.pairs += np.where(speaks, advance_pair(counts, terms, bound), 0)
        self.skip = np.maximum(self.skip - usable, 0)
        burst = speaks & outlier(counts[2], counts[3], history.rate)
        self.skip = np.where(burst, history.burst_lags, self.skip)

    def log_evidence(self, terms: Terms, *, requests_alone: bool = False) -> Array:
        """Return ln E of every run."""
        weight = np.where(terms.pair_only, 1.0, st.ADVANCE_PAIR_WEIGHT) * (not requests_alone)
        pairs = logsumexp(self.pairs + np.log(np.array(pb.ADVANCE_WEIGHTS))[:, None], axis=0)
        requests = logsumexp(self.requests, axis=0) - np.log(len(self.requests))
        with np.errstate(divide="ignore"):
            return np.logaddexp(pairs + np.log(weight), requests + np.log(1 - weight))
