"""Compositions of the three bets, read off a cell's material."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from benchmarks.reaction.material import Material
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.stats.setting import BURSTY_CAP, CALM_CAP, FIRST_MASS, ROLL_BACK_PAIR_WEIGHT

Array = np.ndarray
NEVER = np.inf


@dataclass(frozen=True)
class Composition:
    """How much of the wealth lies on which bet, and how the request bet is capped."""

    pair: float = ROLL_BACK_PAIR_WEIGHT
    history: float = 0.0
    history_where_bursts_last: float = 0.0
    """The history bet's weight where only pair and history may speak."""
    kappas: tuple[float, ...] = (0.25, 0.5, 0.75)
    burst_rank: float = 0.02
    untripped_cap: float = CALM_CAP
    """The request bet's cap where the history's own pairs never tripped it."""
    raised_when_bursty: bool = False
    trip: float = CALM_CAP
    """The ln pay-off a history pair trips it at."""
    raised_minutes: int = 10**6
    """Judged minutes from the start during which the raised cap holds."""
    alpha: float = 0.05
    guards: int = 1
    """Planned guards; the others are taken to show nothing."""
    fuse: bool = True
    first_mass: float = FIRST_MASS


TODAY = Composition()


def history_blocks(material: Material, how: Composition) -> Array:
    """Return (T, K, R) blocks of the history bet, its refractory minutes left out."""
    kappa = np.array(how.kappas)[:, None, None]
    low, high = material.low, material.high
    raw = np.log((high**kappa - low**kappa) / (high - low)).transpose(1, 0, 2)
    skip = np.zeros(low.shape[1], dtype=int)
    for t in range(len(low)):
        speaks = material.usable[t] & (skip == 0)
        raw[t] = np.where(speaks, raw[t], 0)
        skip = np.maximum(skip - material.usable[t], 0)
        burst = speaks & (high[t] < how.burst_rank) & (material.burst_lags > 0)
        skip = np.where(burst, material.burst_lags - 1, skip)
    return raw


def cap_of(material: Material, how: Composition) -> Array:
    """Return each run's cap of the request bet."""
    cap = np.where(material.bursty, BURSTY_CAP, CALM_CAP)
    allowed = (material.trips < how.trip) & (how.raised_when_bursty | ~material.bursty)
    return np.where(allowed, np.maximum(how.untripped_cap, cap), cap)


def log_evidence(material: Material, how: Composition) -> Array:
    """Return (T, R) ln E of the guard."""
    parts = _parts(material, how)
    minutes, runs = material.low.shape
    wealth = [np.full((b.shape[1], runs), np.log(how.first_mass)) for b, _ in parts]
    found = np.empty((minutes, runs))
    restarts = 1
    rest = 2 * (1 - how.first_mass)
    for t in range(minutes):
        if t and t % RESTART_EVERY_MINUTES == 0:
            restarts += 1
            mass = np.log(rest / (restarts * (restarts + 1)))
            wealth = [np.logaddexp(w, mass) for w in wealth]
        terms = [np.full(runs, np.log(rest / (restarts + 1)))]
        for i, (block, weight) in enumerate(parts):
            wealth[i] = wealth[i] + block[t]
            with np.errstate(divide="ignore"):
                terms.append(logsumexp(wealth[i], axis=0) - np.log(len(wealth[i])) + np.log(weight))
        found[t] = logsumexp(np.stack(terms), axis=0)
    return found


def _parts(material: Material, how: Composition) -> list[tuple[Array, Array]]:
    """Return every bet's blocks (T, bets, R) with its weight in each run."""
    lasting = material.burst_lags > 0
    in_bursts = how.history_where_bursts_last
    pair = np.where(lasting, 1 - in_bursts, how.pair)
    history = np.where(lasting, in_bursts, how.history)
    cap, ordinary = cap_of(material, how), cap_of(material, Composition())
    raised = np.arange(len(material.low))[:, None] < how.raised_minutes
    caps = np.where(raised, cap, ordinary)
    requests = np.minimum(material.requests, caps[:, None, :])
    return [
        (requests, np.maximum(1 - pair - history, 0)),
        (material.pairs, pair),
        (history_blocks(material, how), history),
    ]


def crossing(material: Material, how: Composition) -> Array:
    """Return the minute (from 1) in which each run is taken back, inf where it is not."""
    average = log_evidence(material, how)
    if how.guards > 1:
        average = np.logaddexp(average, np.log(how.guards - 1)) - np.log(how.guards)
    hit = average >= -np.log(how.alpha)
    if how.fuse:
        hit[1:] |= material.disaster[1:] & material.disaster[:-1]
    return np.where(hit.any(axis=0), hit.argmax(axis=0) + 1.0, NEVER)


def alone(material: Material, how: Composition, at: float) -> Array:
    """Return when the history bet by itself, no restarts, reaches `at` : 1."""
    wealth = np.cumsum(history_blocks(material, how), axis=0)
    average = logsumexp(wealth, axis=1) - np.log(len(how.kappas))
    hit = average >= np.log(at)
    return np.where(hit.any(axis=0), hit.argmax(axis=0) + 1.0, NEVER)
