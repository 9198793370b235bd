"""Whole rollouts under the proposed composition: history bet, cap lifted early in a step, warm-up
judged for rolling back at the catastrophe margin.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from benchmarks.reaction.material import trips
from benchmarks.verdicts import history_bet
from benchmarks.verdicts.bake import disaster, recent, served, usable
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import AdvanceRuns, RollBackRuns, Terms, phi, roll_back_blocks
from benchmarks.verdicts.rollout import (
    OPEN,
    Course,
    Ended,
    _factors,
    _follow,
    _State,
    _terms,
    at_steps,
)
from benchmarks.verdicts.worlds import Guarded
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.domain.judge.look import STALE_AFTER_MINUTES
from canary.stats import history_bet as hb
from canary.stats import setting as st

Array = np.ndarray


@dataclass(frozen=True)
class Proposal:
    """What is changed; `TODAY` changes nothing."""

    history: float = 0.2
    history_where_bursts_last: float = 0.3
    lifted_minutes: int = 10
    trip: float = float(np.log(250))
    warm_up_mass: float = 0.05
    """Mass of the bets on warm-up minutes, at the catastrophe margin, over all live steps."""
    cold_steps: tuple[int, int] = (0, 1)
    """How many live steps a guard (errors, slow requests) leaves its warm-up out at."""


PROPOSED = Proposal()
TODAY = Proposal(0.0, 0.0, 0, warm_up_mass=0.0)


class Guard:
    """One guard's roll-back bets in every run."""

    def __init__(
        self,
        rng: np.random.Generator,
        past: Array,
        requests: int,
        rows: Array,
        steps: list[Terms],
        early: list[Terms],
        course: Course,
        proposal: Proposal,
        number: int,
    ) -> None:
        """Draw what the history never tripped at each share."""
        runs = len(rows)
        self.reference = history_bet.Reference(past, float(requests), rng, rows)
        self.steps, self.early, self.course, self.proposal = steps, early, course, proposal
        self.against = RollBackRuns(runs, steps[0].grid)
        self.ranked = history_bet.HistoryRuns(runs)
        self.requests = requests
        self.untripped = np.zeros((len(steps), runs), dtype=bool)
        if proposal.lifted_minutes:
            for i, share in enumerate(course.shares):
                paid = trips(self.reference, steps[i], share * requests, (1 - share) * requests)
                self.untripped[i] = (paid < proposal.trip) & ~steps[i].bursty
        self.rates: list[Array] = []
        self.number = number
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
        warm &= (self.proposal.warm_up_mass > 0) & (at >= self.proposal.cold_steps[self.number])
        if judged.any():
            terms = at_steps(self.steps, at)
            before = self.against.requests.copy()
            self.against.step(safe, terms, now, judged)
            block = self._requests(safe, terms, now, free)
            self.against.requests = before + np.where(judged, block, 0)
            if self.proposal.history:
                low, high = self._rank(safe, at, judged, terms, now)
                self.ranked.step(low, high, judged, terms.history.burst_lags)
        if warm.any():
            terms = at_steps(self.early, at)
            self.warm += np.where(warm, self._requests(safe, terms, now, free), 0)
            low, high = self._rank(safe, at, warm, terms, now)
            self.warm_ranked += np.where(warm & ~terms.pair_only, history_bet.blocks(low, high), 0)

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
        n_c = np.array(self.course.shares)[at] * self.requests
        exposed = history_bet.exposure(n_c, *terms.roll_back, self.reference.rates)
        lately = np.maximum(now, recent(terms, self.rates[-10:]))
        return history_bet.ranks(
            self.reference, safe, lately, (exposed, self.requests - n_c), terms.roll_back, use
        )

    def log_evidence(self, at: Array) -> Array:
        """Return ln E of every run."""
        terms, how = at_steps(self.steps, at), self.proposal
        lasting = terms.pair_only
        share = np.where(lasting, how.history_where_bursts_last, how.history)
        pair = np.where(lasting, 1 - how.history_where_bursts_last, st.ROLL_BACK_PAIR_WEIGHT)
        two, ranked = self.against, self.ranked
        rest = np.log(2 * 0.3 / (two.restarts + 1))
        with np.errstate(divide="ignore"):
            parts = [
                logsumexp(two.pairs, axis=0) - np.log(2) + np.log(pair),
                logsumexp(two.requests, axis=0)
                - np.log(len(two.requests))
                + np.log(np.maximum(1 - share - pair, 0)),
                logsumexp(ranked.wealth, axis=0) - np.log(len(ranked.wealth)) + np.log(share),
                rest,
            ]
        main = logsumexp(np.stack(parts), axis=0)
        if not how.warm_up_mass:
            return main
        requests = logsumexp(self.warm, axis=0) - np.log(len(self.warm))
        history = logsumexp(self.warm_ranked, axis=0) - np.log(len(self.warm_ranked))
        requests = np.where(lasting, -np.inf, requests)
        early = np.logaddexp(requests, history) - np.log(2)
        mass = how.warm_up_mass / len(self.steps)
        return np.logaddexp(main + np.log1p(-how.warm_up_mass), early + np.log(mass))


def simulate(
    rng: np.random.Generator,
    worlds: tuple[Guarded, ...],
    requests: int,
    runs: int,
    proposal: Proposal,
    course: Course | None = None,
    cold: float = 1.0,
) -> Ended:
    """Return how rollouts end; `cold`: factor on the canary's slow requests in the first two
    minutes of every step.
    """
    course = course or Course()
    rows = np.arange(runs) // 4
    pasts = [world.history(rng, rows[-1] + 1, requests) for world in worlds]
    learnt = [learn(past[rows], requests) for past in pasts]
    steps = [_terms(h, g, course) for h, g in zip(learnt, course.guards, strict=True)]
    early = [
        _terms(h, replace(g, roll_back=g.early), course)
        for h, g in zip(learnt, course.guards, strict=True)
    ]
    guards = [
        Guard(rng, past, requests, rows, s, e, course, proposal, i)
        for i, (past, s, e) in enumerate(zip(pasts, steps, early, strict=True))
    ]
    longest, zero = course.bake_max * len(course.shares), np.zeros(runs, dtype=int)
    state = _State(
        rng,
        course,
        worlds,
        requests,
        steps,
        [],
        [AdvanceRuns(runs) for _ in worlds],
        [_factors(rng, world, (runs, longest)) for world in worlds],
        Ended(zero.copy(), zero.astype(float), zero.astype(float), zero.copy()),
        zero.copy(),
        zero.copy(),
        zero.copy(),
        np.full((len(worlds), runs), -(10**6)),
        zero.astype(bool),
    )
    step_judged = zero.copy()
    for minute in range(longest):
        alive = (state.ended.verdict == OPEN) & (state.at_step < course.bake_max)
        if not alive.any():
            break
        _minute(state, guards, minute, alive, step_judged, cold)
    return state.ended


def _minute(
    state: _State, guards: list[Guard], minute: int, alive: Array, step_judged: Array, cold: float
) -> None:
    course, at = state.course, state.ended.step.copy()
    share = np.array(course.shares)[at]
    n_c = state.rng.binomial(state.requests, share)
    warming = state.at_step < course.warm_up
    counts = []
    for i, (world, factors) in enumerate(zip(state.worlds, state.factors, strict=True)):
        canary, baseline = factors[0][:, minute], factors[1][:, minute]
        if i == 1 and cold > 1:
            canary = np.where(warming, canary * cold, canary)
        counts.append(
            world.minute(state.rng, minute, share, (n_c, state.requests - n_c), (canary, baseline))
        )
        base = world.shared.rate(world.base, minute)
        state.ended.excess_bad += np.where(
            alive, counts[i][1] * (world.canary_rate(base, minute, share) - base), 0
        )
    state.ended.minutes += alive
    now = disaster(counts[0])
    blown, state.burning = now & state.burning, now
    log_bar, passed = _judge(state, guards, counts, alive, warming, step_judged)
    state.at_step += alive
    _follow(state, alive, blown | (log_bar >= -np.log(course.alpha)), passed)
    moved = state.ended.step != at
    step_judged[moved] = 0
    for guard in guards:
        guard.enter(moved)


def _judge(
    state: _State,
    guards: list[Guard],
    counts: list[Array],
    alive: Array,
    warming: Array,
    step_judged: Array,
) -> tuple[Array, Array]:
    at, course = state.ended.step, state.course
    uses = [alive & usable(c) for c in counts]
    spoke = np.any(uses, axis=0) & ~warming
    due = spoke & (state.clock >= RESTART_EVERY_MINUTES)
    state.clock = np.where(due, 0, state.clock) + spoke
    logs, passed = [], np.ones(len(alive), dtype=bool)
    for i, (guard, seen, use) in enumerate(zip(guards, counts, uses, strict=True)):
        terms = at_steps(state.terms[i], at)
        now = recent(terms, guard.rates[-st.RECENT_MINUTES :])
        guard.restart(due)
        guard.step(seen, at, use, warming, step_judged < guard.proposal.lifted_minutes)
        within = use & ~warming
        state.within[i].step(served(seen), terms, now, within)
        guard.rates.append(np.where(seen[3] > 0, seen[2] / np.maximum(seen[3], 1), np.nan))
        state.newest[i] = np.where(within, state.at_step, state.newest[i])
        fresh = state.at_step + 1 - state.newest[i] <= STALE_AFTER_MINUTES
        passed &= fresh & (state.within[i].log_evidence(terms) >= -np.log(course.beta))
        logs.append(guard.log_evidence(at))
    state.judged = state.judged + spoke
    step_judged += alive
    return logsumexp(np.stack(logs), axis=0) - np.log(len(logs)), passed
