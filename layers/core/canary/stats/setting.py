"""The terms on which one guard bets during one step: fixed before its first minute.

Decided from the planned share and the mean requests of the history, for both bets and both
directions. A bursty guard turns its additive margin into a ratio: an additive margin is too
generous in quiet minutes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canary.stats.counts import Bound, MinuteCounts
from canary.stats.history import History
from canary.stats.history_bet import Place, exposure

CALM_CAP = math.log(12)
BURSTY_CAP = math.log(4)
CALM_ALLOWANCE = 0.05
CALM_SIGMAS = 6.0
RECENT_MINUTES = 3
ROLL_BACK_PAIR_WEIGHT = 0.1
HISTORY_WEIGHT = 0.2
HISTORY_WEIGHT_WHERE_BURSTS_LAST = 0.3
ADVANCE_PAIR_WEIGHT = 0.7
ADVANCE_CAP = 1.5
LARGEST_STAKE = 0.999
FIRST_MASS = 0.7
"""The part of the roll-back process that bets from the first minute on; restarts share the rest."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One guard's terms for one step."""

    history: History
    roll_back: Bound
    """What the canary must be shown to exceed to be rolled back; one ratio when bursty."""
    margin: Bound
    """What the canary must be shown to keep to advance, as the spec says it."""
    bursty: bool
    grid: tuple[float, ...]
    swapped: bool = False
    """Whether the bets take the baseline for the canary and the canary for the baseline: where the
    events are good ones, the canary is worse when the baseline has more of them.
    """
    place: Place | None = None
    """What the history bet compares a minute with; None: it is not bet with."""
    uncapped_minutes: int = 0
    """First minutes of the step in which the request bet has no cap."""
    by_minutes: bool = False
    """Whether there is one number a minute, so that a worse minute is all that is bet on; what
    minutes were worth is kept where pair bets keep theirs.
    """

    def advance_bound(self, rate_now: float) -> Bound:
        """Return the margin to bet against in a minute: when bursty, its points become a ratio at
        the recent rate.

        The recent rate is known before the minute, so this is as valid as a fixed ratio; at the
        history's rate alone a service whose errors rise would be given its points many times over.
        """
        return (
            _as_ratio(self.margin, max(rate_now, self.history.rate)) if self.bursty else self.margin
        )

    def roll_back_cap(self, minutes_before: int) -> float:
        """Return the largest log pay-off of one minute in the roll-back request bet, so many
        minutes of the step having bet before it.
        """
        if self.bursty:
            return BURSTY_CAP
        return math.inf if minutes_before < self.uncapped_minutes else CALM_CAP

    @property
    def pair_only(self) -> bool:
        """Return whether bursts last minutes, so that only the pair bet may speak."""
        return self.by_minutes or self.history.burst_lags > 0

    @property
    def roll_back_pair_weight(self) -> float:
        """Return the pair bet's weight in the roll-back evidence."""
        return 1.0 - self.history_weight if self.pair_only else ROLL_BACK_PAIR_WEIGHT

    @property
    def history_weight(self) -> float:
        """Return the history bet's weight in the roll-back evidence."""
        if self.place is None:
            return 0.0
        return HISTORY_WEIGHT_WHERE_BURSTS_LAST if self.pair_only else HISTORY_WEIGHT

    @property
    def advance_pair_weight(self) -> float:
        """Return the pair bet's weight in the advance evidence."""
        return 1.0 if self.pair_only else ADVANCE_PAIR_WEIGHT


def settle(
    history: History,
    roll_back: Bound,
    margin: Bound,
    share: float,
    grid: Sequence[float],
    *,
    beside: float | None = None,
    swapped: bool = False,
    ranked: bool = False,
    uncapped_minutes: int = 0,
) -> Setting:
    """Return the terms of a guard at a planned share (0 < share < 1) of the canary.

    `beside`: the share of what it is compared with; None: all the rest. `ranked`: the day's minutes
    are kept, so that the history bet can compare with them.
    """
    bursty = is_bursty(history, share, beside)
    if bursty:
        roll_back = _as_ratio(roll_back, history.rate)
    return Setting(
        history,
        roll_back,
        margin,
        bursty,
        tuple(grid),
        swapped,
        _place(history, roll_back, share, beside) if ranked and history.rate > 0 else None,
        0 if bursty else uncapped_minutes,
    )


def _place(history: History, bound: Bound, share: float, beside: float | None) -> Place:
    requests = history.requests_per_minute
    exposed = exposure(share * requests, bound, history.rate)
    others = 1 - share if beside is None else beside
    return Place(exposed, others * requests, history.rate, requests)


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


def is_bursty(history: History, share: float, beside: float | None = None) -> bool:
    """Return whether bursts move the counts at this share by more than chance and a small allowance
    explain, beside a share of others (None: all the rest).
    """
    if history.rate <= 0 or history.burstiness <= 0:
        return False
    noise = CALM_SIGMAS * share * math.sqrt(2 / history.minutes)
    canary_requests = share * history.requests_per_minute
    # 1 / (1 + w), w being the canary's traffic over that of what it is compared with.
    others = 1 - share if beside is None else beside / (share + beside)
    return (
        2 * canary_requests * history.rate * history.burstiness * others >= CALM_ALLOWANCE + noise
    )


def _as_ratio(bound: Bound, rate: float) -> Bound:
    return Bound(bound.ratio + bound.difference / rate, 0.0)


def recent_rate(history: History, baseline_rates: Sequence[float]) -> float:
    """Return p~: the history's rate or the mean of the baseline's rates of the previous minutes,
    the larger one.
    """
    if not baseline_rates:
        return history.rate
    return max(history.rate, math.fsum(baseline_rates) / len(baseline_rates))


def overdispersion(counts: MinuteCounts, rate_now: float, burstiness: float) -> float:
    """Return phi >= 1, by which a minute's request bet is divided."""
    return 1 + 2 * counts.canary_requests * rate_now * burstiness / (1 + counts.traffic_ratio)


def is_outlier(bad: int, requests: int, rate: float) -> bool:
    """Return whether a variant's minute is so bad that a lasting burst must be assumed."""
    expected = requests * rate
    return bad > 3 * expected + 3 * math.sqrt(expected)
