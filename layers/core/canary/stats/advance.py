"""The advance process of one guard: fresh at every step, evidence that the canary is within the
margin.

Evidence carried over from smaller shares would promote a canary that degrades only under load.
"""

from dataclasses import dataclass, replace

from canary.stats.counts import MinuteCounts
from canary.stats.logsum import log_mean, log_mix
from canary.stats.pair_bet import ADVANCE_WEIGHTS, advance_pair
from canary.stats.request_bet import ADVANCE_GRID, advance_blocks
from canary.stats.setting import Setting, is_outlier, overdispersion


@dataclass(frozen=True, slots=True)
class AdvanceState:
    """Logarithms of each component's wealth, and the refractory minutes left."""

    requests: tuple[float, ...] = (0.0,) * len(ADVANCE_GRID)
    pairs: tuple[float, ...] = (0.0,) * len(ADVANCE_WEIGHTS)
    skip: int = 0


FRESH = AdvanceState()


def step(
    state: AdvanceState, counts: MinuteCounts, setting: Setting, rate_now: float
) -> AdvanceState:
    """Return the state after one judged minute; a minute that is not usable changes nothing."""
    if not counts.usable:
        return state
    history = setting.history
    phi = overdispersion(counts, rate_now, history.burstiness)
    bound = setting.advance_bound(rate_now)
    blocks = advance_blocks(counts, bound, phi)
    requests = tuple(w + block for w, block in zip(state.requests, blocks, strict=True))
    if state.skip > 0:
        return replace(state, requests=requests, skip=state.skip - 1)
    pair = advance_pair(counts, bound, history.rate, history.burstiness)
    pairs = tuple(w + block for w, block in zip(state.pairs, pair, strict=True))
    outlier = is_outlier(counts.baseline_bad, counts.baseline_requests, history.rate)
    return AdvanceState(requests, pairs, history.burst_lags if outlier else 0)


def log_evidence(state: AdvanceState, setting: Setting) -> float:
    """Return ln E: both bets in their fixed weights."""
    pair_weight = setting.advance_pair_weight
    pair = log_mix(list(zip(ADVANCE_WEIGHTS, state.pairs, strict=True)))
    return log_mix([(pair_weight, pair), (1 - pair_weight, log_mean(state.requests))])
