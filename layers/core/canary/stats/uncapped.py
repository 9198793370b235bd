"""May one minute decide? Where no two minutes of the history's own would have.

The cap of the request bet guards against minutes in which one variant fails by itself although
requests seem independent. Say such a minute comes with chance q. Of H pairs of minutes of one
service at least N = H / 2 share no minute; where one of them would have paid TRIP the cap stays, so
that it is lifted with chance at most (1 - q)^N and such a minute then met within M minutes with
1 - (1 - q)^M: over all q at most (N / (N + M))^(N / M) M / (N + M), below .37 M / N. With M a
144th of the day that is half a percent a step, for the worst possible rarity.
"""

import math
from collections.abc import Iterable, Sequence

from canary.stats import watch
from canary.stats.counts import Bound, MinuteCounts
from canary.stats.history import History
from canary.stats.history_bet import GOLDEN, Served, thinned
from canary.stats.logsum import log_mean
from canary.stats.request_bet import roll_back_blocks
from canary.stats.setting import Setting, overdispersion

TRIP = math.log(250)
MINUTES_OF_HISTORY_A_MINUTE = 144


def uncapped_minutes(history: History) -> int:
    """Return how many first minutes of a step may do without a cap, where the history allows it."""
    return history.minutes // MINUTES_OF_HISTORY_A_MINUTE if history.known else 0


def is_untripped(
    pairs: Sequence[tuple[Served, Served]],
    setting: Setting,
    share: float,
    beside: float | None = None,
) -> bool:
    """Return whether no pair of the history's minutes would have been taken for a failing canary.

    Each is thinned to the requests of a step at `share` beside a share of others (None: all the
    rest), by a low-discrepancy sequence.
    """
    n = setting.history.requests_per_minute
    others = 1 - share if beside is None else beside
    return bool(pairs) and all(
        _paid(canary, baseline, setting) < TRIP
        for canary, baseline in _thinned(pairs, share * n, others * n)
    )


def _thinned(
    pairs: Iterable[tuple[Served, Served]], canary: float, baseline: float
) -> Iterable[tuple[Served, Served]]:
    for i, (first, second) in enumerate(pairs):
        yield (
            _part(first, canary, (i + 0.5) * GOLDEN % 1),
            _part(second, baseline, (i + 0.5) * GOLDEN**2 % 1),
        )


def _part(minute: Served, requests: float, quantile: float) -> Served:
    n, bad = minute
    chance = min(1.0, requests / n)
    kept = max(1, round(chance * n))
    return kept, min(kept, thinned(bad, chance, quantile))


def _paid(canary: Served, baseline: Served, setting: Setting) -> float:
    counts = MinuteCounts(canary[1], canary[0], baseline[1], baseline[0])
    history = setting.history
    phi = overdispersion(counts, history.rate, history.burstiness)
    return log_mean(roll_back_blocks(counts, setting.roll_back, setting.grid, phi, math.inf))


def is_watch_untripped(minutes: Iterable[Served], bound: Bound, history: History) -> bool:
    """Return whether no minute of the history would have been taken for a failing canary by the
    watch, against the history's own rate.
    """
    return all(
        watch.log_evidence(
            watch.step(watch.START, bad, n, bound, history.rate, history.burstiness, cap=math.inf)
        )
        < TRIP
        for n, bad in minutes
    )
