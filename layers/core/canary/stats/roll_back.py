"""The roll-back process of one guard: a mixture over the moments at which the canary may have
turned bad.

Evidence gathered while the canary was good must not have to be paid back, so new bets start at
every restart j with a prior mass that falls like 1 / (j (j + 1)), most of it on the first. Per
component W <- (W + mass at a restart) * exp(block): one recursion costs what one process costs.
Source: e-detectors, Shin, Ramdas and Rinaldo. The state is plain numbers and replays equal.
"""

import math
from dataclasses import dataclass, replace

from canary.stats.counts import MinuteCounts
from canary.stats.logsum import log_add, log_sum
from canary.stats.pair_bet import ROLL_BACK_WEIGHTS, roll_back_pair
from canary.stats.request_bet import roll_back_blocks
from canary.stats.setting import FIRST_MASS, Setting, is_outlier, overdispersion


@dataclass(frozen=True, slots=True)
class RollBackState:
    """Logarithms of each component's wealth, the restarts so far, and the refractory minutes
    left.
    """

    requests: tuple[float, ...]
    pairs: tuple[float, ...]
    restarts: int
    skip: int = 0


def start(grid_size: int) -> RollBackState:
    """Return the process at its first restart, before any minute."""
    first = math.log(prior(1))
    return RollBackState((first,) * grid_size, (first,) * len(ROLL_BACK_WEIGHTS), 1)


def restart(state: RollBackState) -> RollBackState:
    """Return the state with the next restart's mass put on every component."""
    mass = math.log(prior(state.restarts + 1))
    return replace(
        state,
        requests=tuple(log_add(w, mass) for w in state.requests),
        pairs=tuple(log_add(w, mass) for w in state.pairs),
        restarts=state.restarts + 1,
    )


def prior(restart_number: int) -> float:
    """Return the mass of a restart: FIRST_MASS for the first, the rest falling like 1 / (j (j +
    1)).
    """
    if restart_number == 1:
        return FIRST_MASS
    return 2 * (1 - FIRST_MASS) / (restart_number * (restart_number + 1))


def prior_beyond(restart_number: int) -> float:
    """Return the mass of all restarts after a number."""
    return 2 * (1 - FIRST_MASS) / (restart_number + 1)


def step(
    state: RollBackState, counts: MinuteCounts, setting: Setting, rate_now: float
) -> RollBackState:
    """Return the state after one judged minute; a minute that is not usable changes nothing."""
    if not counts.usable:
        return state
    history = setting.history
    phi = overdispersion(counts, rate_now, history.burstiness)
    blocks = roll_back_blocks(counts, setting.roll_back, setting.grid, phi, setting.roll_back_cap)
    requests = tuple(w + block for w, block in zip(state.requests, blocks, strict=True))
    if state.skip > 0:
        return replace(state, requests=requests, skip=state.skip - 1)
    pair = roll_back_pair(counts, setting.roll_back, history.rate, history.burstiness, rate_now)
    pairs = tuple(w + block for w, block in zip(state.pairs, pair, strict=True))
    outlier = is_outlier(counts.canary_bad, counts.canary_requests, history.rate)
    return replace(state, requests=requests, pairs=pairs, skip=history.burst_lags if outlier else 0)


def log_evidence(state: RollBackState, setting: Setting) -> float:
    """Return ln E: both bets in their fixed weights, plus the mass of restarts still to come."""
    pair_weight = setting.roll_back_pair_weight
    terms = [
        math.log(pair_weight * v) + w for v, w in zip(ROLL_BACK_WEIGHTS, state.pairs, strict=True)
    ]
    if pair_weight < 1:
        share = math.log((1 - pair_weight) / len(state.requests))
        terms += [share + w for w in state.requests]
    return log_sum([*terms, math.log(prior_beyond(state.restarts))])
