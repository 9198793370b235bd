"""The roll-back process of one guard: a mixture over the moments at which the canary may have
turned bad.

Evidence gathered while the canary was good must not have to be paid back, so new bets start at
every restart j with a prior mass that falls like 1 / (j (j + 1)), most of it on the first. Per
component W <- (W + mass at a restart) * exp(block): one recursion costs what one process costs.
Source: e-detectors, Shin, Ramdas and Rinaldo. The state is plain numbers and replays equal.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from canary.stats import history_bet
from canary.stats.counts import MinuteCounts
from canary.stats.history_bet import KAPPAS, Rank
from canary.stats.logsum import log_add, log_mean, log_sum
from canary.stats.pair_bet import ROLL_BACK_WEIGHTS, roll_back_pair
from canary.stats.request_bet import roll_back_blocks
from canary.stats.setting import Setting, is_outlier, overdispersion, prior, prior_beyond

Bet = Literal["request", "pair", "history", "warm_up"]


@dataclass(frozen=True, slots=True)
class RollBackState:
    """Logarithms of each component's wealth, the restarts so far, and the refractory minutes
    left.
    """

    requests: tuple[float, ...]
    pairs: tuple[float, ...]
    restarts: int
    skip: int = 0
    history: tuple[float, ...] = ()
    """Empty where the history bet is not bet with."""
    history_skip: int = 0


def start(grid_size: int, *, ranked: bool = False) -> RollBackState:
    """Return the process at its first restart, before any minute; `ranked`: with the history
    bet.
    """
    first = math.log(prior(1))
    history = (first,) * len(KAPPAS) if ranked else ()
    pairs = (first,) * len(ROLL_BACK_WEIGHTS)
    return RollBackState((first,) * grid_size, pairs, 1, history=history)


def restart(state: RollBackState) -> RollBackState:
    """Return the state with the next restart's mass put on every component."""
    mass = math.log(prior(state.restarts + 1))
    return replace(
        state,
        requests=tuple(log_add(w, mass) for w in state.requests),
        pairs=tuple(log_add(w, mass) for w in state.pairs),
        history=tuple(log_add(w, mass) for w in state.history),
        restarts=state.restarts + 1,
    )


def step(
    state: RollBackState,
    counts: MinuteCounts,
    setting: Setting,
    rate_now: float,
    *,
    minutes_before: int = 0,
    rank: Rank | None = None,
) -> RollBackState:
    """Return the state after one judged minute; a minute that is not usable changes nothing.

    `minutes_before` is how many minutes of the step bet before it, `rank` where its contrast lies
    in the history (None: the history has nothing to compare it with).
    """
    if not counts.usable:
        return state
    history = setting.history
    phi = overdispersion(counts, rate_now, history.burstiness)
    cap = setting.roll_back_cap(minutes_before)
    blocks = roll_back_blocks(counts, setting.roll_back, setting.grid, phi, cap)
    requests = tuple(w + block for w, block in zip(state.requests, blocks, strict=True))
    state = _rank(replace(state, requests=requests), rank, history.burst_lags)
    if state.skip > 0:
        return replace(state, skip=state.skip - 1)
    pair = roll_back_pair(counts, setting.roll_back, history.rate, history.burstiness, rate_now)
    pairs = tuple(w + block for w, block in zip(state.pairs, pair, strict=True))
    outlier = is_outlier(counts.canary_bad, counts.canary_requests, history.rate)
    return replace(state, pairs=pairs, skip=history.burst_lags if outlier else 0)


def _rank(state: RollBackState, rank: Rank | None, burst_lags: int) -> RollBackState:
    """Return the state after the history bet; a rare minute silences it while a burst may last."""
    if state.history_skip > 0:
        return replace(state, history_skip=state.history_skip - 1)
    if rank is None or not state.history:
        return state
    paid = zip(state.history, history_bet.blocks(rank.low, rank.high), strict=True)
    rare = burst_lags > 0 and rank.high < history_bet.BURST_RANK
    return replace(
        state,
        history=tuple(w + block for w, block in paid),
        history_skip=burst_lags - 1 if rare else 0,
    )


def log_evidence(state: RollBackState, setting: Setting) -> float:
    """Return ln E: the bets in their fixed weights, plus the mass of restarts still to come."""
    parts = log_parts(state, setting).values()
    return log_sum([*parts, math.log(prior_beyond(state.restarts))])


def log_parts(state: RollBackState, setting: Setting) -> Mapping[Bet, float]:
    """Return ln of what each bet holds of the evidence."""
    pair_weight, history_weight = setting.roll_back_pair_weight, setting.history_weight
    pairs = [
        math.log(pair_weight * v) + w for v, w in zip(ROLL_BACK_WEIGHTS, state.pairs, strict=True)
    ]
    parts: dict[Bet, float] = {"pair": log_sum(pairs)}
    if history_weight > 0 and state.history:
        parts["history"] = math.log(history_weight) + log_mean(state.history)
    if not setting.pair_only:
        share = math.log((1 - pair_weight - history_weight) / len(state.requests))
        parts["request"] = log_sum([share + w for w in state.requests])
    return parts
