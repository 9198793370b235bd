"""One guard's roll-back bets in every run, as the judge composes them: request, pair and history
bet, and those on the warm-up (see canary.domain.judge).
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts import history_bet
from benchmarks.verdicts.counts import recent, served
from benchmarks.verdicts.processes import (
    RollBackRuns,
    Terms,
    at_steps,
    phi,
    prior_beyond,
    roll_back_blocks,
)
from canary.stats import history_bet as hb
from canary.stats import setting as st

Array = np.ndarray
LEVEL_MINUTES = 10


@dataclass(frozen=True)
class Bets:
    """What is bet with, and where the request bet has no cap."""

    history: float = 0.2
    history_where_bursts_last: float = 0.3
    lifted_minutes: int = 10
    """First minutes of a step without a cap where the history's own pairs never paid `trip`."""
    trip: float = float(np.log(250))
    warm_up_mass: float = 0.05
    """Mass of the bets on warm-up minutes, at the catastrophe margin, over all live steps."""
    cold_steps: tuple[int, ...] = (0, 1)
    """By guard (errors, slow requests), at how many live steps its warm-up is not bet on."""


AS_JUDGED = Bets()
TWO_BETS = Bets(0.0, 0.0, 0, warm_up_mass=0.0)
"""Request and pair bet alone, every minute capped, as 5d17009 judges."""


class Guard:
    """One guard's roll-back bets in every run."""

    def __init__(
        self,
        day: history_bet.Reference | None,
        steps: Sequence[Terms],
        early: Sequence[Terms],
        shares: Sequence[float],
        bets: Bets = AS_JUDGED,
        number: int = 0,
        beside: float | None = None,
    ) -> None:
        """Take the terms of every step at the ordinary and at the catastrophe margin; without a
        day there is no history bet, and every minute is capped. `beside`: the share of what the
        canary is compared with; None: all the rest.
        """
        self.beside = beside
        runs = len(steps[0].history.rate)
        self.day, self.steps, self.early, self.bets, self.number = day, steps, early, bets, number
        self.shares = np.array(shares)
        self.against = RollBackRuns(runs, steps[0].grid)
        self.ranked = history_bet.HistoryRuns(runs)
        self.untripped = np.zeros((len(steps), runs), dtype=bool)
        if day is not None and bets.lifted_minutes:
            for i, share in enumerate(shares):
                paid = day.most_paid(steps[i], share, beside)
                calm = ~steps[i].bursty & ~steps[i].pair_only
                self.untripped[i] = (paid < bets.trip) & calm
        known = np.zeros(runs, dtype=bool) if day is None else day.rates > 0
        lasting = steps[0].pair_only
        share_of = np.where(lasting, bets.history_where_bursts_last, bets.history)
        self.history_weight = np.where(known, share_of, 0.0)
        self.pair_weight = np.where(lasting, 1 - self.history_weight, st.ROLL_BACK_PAIR_WEIGHT)
        self.rates: list[Array] = []
        self.warm = np.zeros((len(steps[0].grid), runs))
        self.warm_ranked = np.zeros((len(hb.KAPPAS), runs))

    def restart(self, due: Array) -> None:
        """Restart every bet."""
        self.against.restart(due)
        self.ranked.restart(due)

    def step(self, counts: Array, at: Array, use: Array, warming: Array, lifted: Array) -> None:
        """Take in one minute; in some runs it is one of the warm-up."""
        safe, rows = served(counts), np.arange(len(at))
        free = lifted & self.untripped[at, rows]
        now = recent(self.steps[0], self.rates[-st.RECENT_MINUTES :])
        judged, warm = use & ~warming, use & warming
        warm &= (self.bets.warm_up_mass > 0) & (at >= self.bets.cold_steps[self.number])
        warm &= ~self.steps[0].pair_only
        if judged.any():
            terms = at_steps(self.steps, at)
            before = self.against.requests.copy()
            self.against.step(safe, terms, now, judged)
            block = self._requests(safe, terms, now, free)
            self.against.requests = before + np.where(judged, block, 0)
            if self.history_weight.any():
                low, high = self._rank(safe, at, judged, terms, now)
                self.ranked.step(low, high, judged, terms.history.burst_lags)
        if warm.any():
            terms = at_steps(self.early, at)
            self.warm += np.where(warm, self._requests(safe, terms, now, free), 0)
            low, high = self._rank(safe, at, warm, terms, now)
            self.warm_ranked += np.where(warm, history_bet.blocks(low, high), 0)

    def fork(self) -> Self:
        """Return a guard that goes on from the same wealth and leaves this one as it is."""
        twin = copy.copy(self)
        twin.against, twin.ranked = copy.deepcopy(self.against), copy.deepcopy(self.ranked)
        twin.warm, twin.warm_ranked = self.warm.copy(), self.warm_ranked.copy()
        return twin

    def follow(self, other: Self, where: Array) -> None:
        """Go on from another guard's wealth in some runs."""
        mine, others = self._wealth(), other._wealth()
        for one, settled in zip(mine, others, strict=True):
            one[..., where] = settled[..., where]

    def _wealth(self) -> list[Array]:
        against, ranked = self.against, self.ranked
        return [
            against.requests,
            against.pairs,
            against.restarts,
            against.skip,
            ranked.wealth,
            ranked.restarts,
            ranked.skip,
            self.warm,
            self.warm_ranked,
        ]

    def enter(self, where: Array) -> None:
        """Start the bets on warm-up minutes afresh."""
        self.warm[:, where] = 0
        self.warm_ranked[:, where] = 0

    def _requests(self, safe: Array, terms: Terms, now: Array, free: Array) -> Array:
        cap = np.where(terms.bursty, st.BURSTY_CAP, np.where(free, np.inf, st.CALM_CAP))
        by = phi(safe, now, terms.history.burstiness)
        return roll_back_blocks(safe, terms.roll_back, terms.grid, by, cap)

    def _rank(
        self, safe: Array, at: Array, use: Array, terms: Terms, now: Array
    ) -> tuple[Array, Array]:
        if self.day is None:
            return np.zeros(len(at)), np.ones(len(at))
        n_c = self.shares[at] * self.day.requests
        exposed = history_bet.exposure(n_c, *terms.roll_back, self.day.rates)
        lately = np.maximum(now, recent(terms, self.rates[-LEVEL_MINUTES:]))
        others = self.day.requests - n_c
        if self.beside is not None:
            others = np.full(len(at), self.beside * self.day.requests)
        planned = exposed, others
        return history_bet.ranks(self.day, safe, lately, planned, terms.roll_back, use)

    def log_evidence(self) -> Array:
        """Return ln E of every run."""
        with np.errstate(divide="ignore"):
            parts = [
                _mean(self.against.pairs) + np.log(self.pair_weight),
                _mean(self.against.requests)
                + np.log(np.maximum(1 - self.history_weight - self.pair_weight, 0)),
                _mean(self.ranked.wealth) + np.log(self.history_weight),
                np.log(prior_beyond(self.against.restarts)),
            ]
        main = logsumexp(np.stack(parts), axis=0)
        if not self.bets.warm_up_mass:
            return main
        early = np.logaddexp(_mean(self.warm), _mean(self.warm_ranked)) - np.log(2)
        mass = self.bets.warm_up_mass
        both = np.logaddexp(main + np.log1p(-mass), early + np.log(mass / len(self.steps)))
        return np.where(self.steps[0].pair_only, main, both)


def _mean(wealth: Array) -> Array:
    found: Array = logsumexp(wealth, axis=0) - np.log(len(wealth))
    return found
