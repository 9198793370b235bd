"""The bets on warm-up minutes: a small mass of their own, so that nothing is paid back.

By the catastrophe margin a canary that is twice as bad is good; judged so in the main bets, its
warm-up would lower what is known against it. So the first minutes of a step have bets of their own,
fresh at every step, half request bets and half history bets. Their mass is fixed at the start and
spread evenly over the steps at which both variants serve; the main bets have the rest. Sums of
e-processes whose weights sum to 1 are one (Ville 1939).
"""

import math
from dataclasses import dataclass, replace

from canary.stats.counts import MinuteCounts
from canary.stats.history_bet import KAPPAS, Rank, blocks
from canary.stats.logsum import log_add, log_mean
from canary.stats.request_bet import roll_back_blocks
from canary.stats.setting import Setting, overdispersion

MASS = 0.05


@dataclass(frozen=True, slots=True)
class WarmUpState:
    """Logarithms of each bet's wealth at this step, and what was counted meanwhile."""

    requests: tuple[float, ...]
    history: tuple[float, ...] = (0.0,) * len(KAPPAS)
    canary: tuple[int, int] = (0, 0)
    """(bad, requests)"""
    baseline: tuple[int, int] = (0, 0)


def start(grid_size: int) -> WarmUpState:
    """Return the bets before a step's first minute."""
    return WarmUpState((0.0,) * grid_size)


def step(
    state: WarmUpState,
    counts: MinuteCounts,
    setting: Setting,
    rate_now: float,
    *,
    minutes_before: int,
    rank: Rank | None,
) -> WarmUpState:
    """Return the state after one usable minute; `setting` holds the catastrophe margin."""
    phi = overdispersion(counts, rate_now, setting.history.burstiness)
    cap = setting.roll_back_cap(minutes_before)
    paid = roll_back_blocks(counts, setting.roll_back, setting.grid, phi, cap)
    ranked = blocks(rank.low, rank.high) if rank else (0.0,) * len(KAPPAS)
    return WarmUpState(
        requests=tuple(w + block for w, block in zip(state.requests, paid, strict=True)),
        history=tuple(w + block for w, block in zip(state.history, ranked, strict=True)),
        canary=(state.canary[0] + counts.canary_bad, state.canary[1] + counts.canary_requests),
        baseline=(
            state.baseline[0] + counts.baseline_bad,
            state.baseline[1] + counts.baseline_requests,
        ),
    )


def counted(state: WarmUpState | None, canary: tuple[int, int]) -> WarmUpState:
    """Return the state that has counted (bad, requests) without a bet: the watch makes it."""
    known = state or WarmUpState(())
    bad, requests = known.canary
    return replace(known, canary=(bad + canary[0], requests + canary[1]))


def log_evidence(state: WarmUpState | None) -> float:
    """Return ln E of the bets of one step; 0 where none was made."""
    if state is None:
        return 0.0
    return log_add(log_mean(state.requests), log_mean(state.history)) - math.log(2)


def log_part(state: WarmUpState | None, live_steps: int) -> float:
    """Return ln of what the warm-up of this step holds of the guard's evidence."""
    return math.log(MASS / live_steps) + log_evidence(state)
