"""The worse-minute bet: one number a minute of each variant, and which was worse.

Under "not worse" a minute in which the canary's value lies beyond the margin is at most as likely
as one in which it does not, given everything before: P(worse) <= 1/2. A stake s on "worse" pays 1 +
s or 1 - s, so no such bet is expected to gain (E <= 1) and their mixture reaches 1/alpha with
probability alpha at most (Ville 1939), whatever the values' distribution and however it drifts.
Advance bets the other way round, against P(within) <= 1/2. It judges minutes, not requests: a
minute with one request weighs as much as one with a thousand, and a canary that is worse in every
third minute is not found. Source: betting on a coin, Waudby-Smith and Ramdas 2023; sign test.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from canary.stats.logsum import log_mix
from canary.stats.pair_bet import ADVANCE_WEIGHTS, ROLL_BACK_WEIGHTS

if TYPE_CHECKING:
    from canary.stats.advance import AdvanceState
    from canary.stats.roll_back import RollBackState

STAKES = (0.5, 0.95)
"""One for a canary that is worse in most minutes, one for one that is in nearly all; in the pair
bets' places and weights.
"""
WATCH_STAKES = (0.3, 0.5, 0.8, 0.95)
LONGEST_MINUTES = 240
HALF = 0.5


def roll_back_step(state: RollBackState, *, worse: bool) -> RollBackState:
    """Return the roll-back process after a minute."""
    return replace(state, pairs=_bet(state.pairs, STAKES, won=worse))


def advance_step(state: AdvanceState, *, within: bool) -> AdvanceState:
    """Return the advance process after a minute."""
    return replace(state, pairs=_bet(state.pairs, STAKES, won=within))


def watch_step(state: tuple[float, ...], *, worse: bool) -> tuple[float, ...]:
    """Return the watch after a minute in which the canary was held against the baseline's last
    hour.
    """
    return _bet(state, WATCH_STAKES, won=worse)


def _bet(wealth: tuple[float, ...], stakes: tuple[float, ...], *, won: bool) -> tuple[float, ...]:
    return tuple(
        log + math.log1p(stake if won else -stake)
        for log, stake in zip(wealth, stakes, strict=True)
    )


@lru_cache(maxsize=512)
def minutes_to(level: float, chance: float, weights: tuple[float, ...], quantile: float) -> float:
    """Return after how many minutes this part of all courses has gained `level` (a natural
    logarithm), every minute being won with this chance; inf beyond LONGEST_MINUTES.

    The exact law of the first passage: of each count of minutes won the chance of having it and
    not having passed before.
    """
    if chance <= HALF:  # the null: nothing is to be gained
        return math.inf
    waiting, passed = [1.0], 0.0
    for minutes in range(1, LONGEST_MINUTES + 1):
        stayed = [p * (1 - chance) for p in waiting] + [0.0]
        won = [0.0] + [p * chance for p in waiting]
        waiting = [a + b for a, b in zip(stayed, won, strict=True)]
        for wins in range(minutes, -1, -1):
            if _log_mixture(wins, minutes - wins, weights) < level:
                break
            passed += waiting[wins]
            waiting[wins] = 0.0
        if passed >= quantile:
            return float(minutes)
    return math.inf


def _log_mixture(won: int, lost: int, weights: tuple[float, ...]) -> float:
    return log_mix(
        [
            (weight, won * math.log1p(stake) + lost * math.log1p(-stake))
            for weight, stake in zip(weights, STAKES, strict=True)
        ]
    )


def advance_minutes(exceeds: float, beta: float) -> tuple[float, float]:
    """Return (median, 90th percentile) of minutes until a canary like the baseline passes, whose
    value is beyond the margin in this part of the minutes.
    """
    level, chance = -math.log(beta), 1 - exceeds
    median, p90 = (minutes_to(level, chance, ADVANCE_WEIGHTS, part) for part in (0.5, 0.9))
    return median, p90


def detection_minutes(worse: float, alpha: float, guards: float, first_mass: float) -> float:
    """Return the typical minutes until a canary that is worse in this part of the minutes falls."""
    level = math.log(guards / (alpha * first_mass))
    return minutes_to(level, worse, ROLL_BACK_WEIGHTS, 0.5)
