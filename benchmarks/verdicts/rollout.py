"""Whole rollouts, many at once: every run at its own step, judged as
`canary.domain.judge.judge` composes it.

Moves take no time here and the last step below 1 ends a rollout (no watch). Split fidelity is left
out: traffic is drawn at the planned shares.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts.bake import disaster, recent, served, usable
from benchmarks.verdicts.learning import Histories, learn
from benchmarks.verdicts.processes import AdvanceRuns, RollBackRuns, Terms, settle
from benchmarks.verdicts.worlds import Guarded
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.domain.judge.look import STALE_AFTER_MINUTES
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.spec import Guards
from canary.domain.plan.standard_guards import guards_of
from canary.stats.counts import Bound
from canary.stats.setting import RECENT_MINUTES

Array = np.ndarray
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5)
WARM_UP = 2


@dataclass(frozen=True)
class GuardPlan:
    """One guard's margins and grid."""

    roll_back: Bound
    last_gate: Bound
    early: Bound
    grid: tuple[float, ...]


def _plan(guard: CountGuard) -> GuardPlan:
    return GuardPlan(
        guard.roll_back_beyond.bound, guard.last_gate.bound, guard.early_steps.bound, guard.grid
    )


ERRORS, SLOW = (_plan(guard) for guard in guards_of(Guards(), {}))


@dataclass(frozen=True)
class Course:
    """How a rollout is planned; minutes count from the first minute at a share."""

    shares: Sequence[float] = SHARES
    bake_min: int = 5
    bake_max: int = 120
    guards: tuple[GuardPlan, ...] = (ERRORS, SLOW)
    alpha: float = 0.05
    beta: float = 0.05
    warm_up: int = WARM_UP


@dataclass
class Ended:
    """How every run ended: its verdict (PROMOTED, ROLLED_BACK or OPEN), after how many minutes, at
    what cost.
    """

    verdict: Array
    minutes: Array
    excess_bad: Array
    step: Array


OPEN, PROMOTED, ROLLED_BACK = 0, 1, 2


@dataclass
class _State:
    rng: np.random.Generator
    course: Course
    worlds: tuple[Guarded, ...]
    requests: int
    terms: list[list[Terms]]
    against: list[RollBackRuns]
    within: list[AdvanceRuns]
    factors: list[tuple[Array, Array]]
    ended: Ended
    at_step: Array
    clock: Array
    judged: Array
    newest: Array
    burning: Array
    rates: list[list[Array]] = field(default_factory=list)


def simulate(
    rng: np.random.Generator,
    worlds: tuple[Guarded, ...],
    requests: int,
    runs: int,
    course: Course | None = None,
    observe: Callable[[Array, list[Array]], None] | None = None,
) -> Ended:
    """Return how `runs` rollouts end at a number of requests a minute; one world a guard, history
    learnt from each.

    `observe` is shown every minute: each run's step, and each guard's counts (4, R).
    """
    course = course or Course()
    state = _start(rng, worlds, requests, runs, course)
    for minute in range(course.bake_max * len(course.shares)):
        alive = state.ended.verdict == OPEN
        alive &= state.at_step < course.bake_max
        if not alive.any():
            break
        _minute(state, minute, alive, observe)
    return state.ended


def _start(
    rng: np.random.Generator, worlds: tuple[Guarded, ...], requests: int, runs: int, course: Course
) -> _State:
    histories = [learn(world.history(rng, runs, requests), requests) for world in worlds]
    longest = course.bake_max * len(course.shares)
    zero = np.zeros(runs, dtype=int)
    return _State(
        rng=rng,
        course=course,
        worlds=worlds,
        requests=requests,
        terms=[
            _terms(history, guard, course)
            for history, guard in zip(histories, course.guards, strict=True)
        ],
        against=[RollBackRuns(runs, guard.grid) for guard in course.guards],
        within=[AdvanceRuns(runs) for _ in course.guards],
        factors=[_factors(rng, world, (runs, longest)) for world in worlds],
        ended=Ended(zero.copy(), zero.astype(float), zero.astype(float), zero.copy()),
        at_step=zero.copy(),
        clock=zero.copy(),
        judged=zero.copy(),
        burning=zero.astype(bool),
        newest=np.full((len(worlds), runs), -(10**6)),
        rates=[[] for _ in worlds],
    )


def _factors(
    rng: np.random.Generator, world: Guarded, shape: tuple[int, int]
) -> tuple[Array, Array]:
    return (world.canary_burst or world.burst)(rng, shape), world.burst(rng, shape)


def _terms(history: Histories, guard: GuardPlan, course: Course) -> list[Terms]:
    """Return one guard's terms at every step: the real margin at the last one alone."""
    last = len(course.shares) - 1
    runs = len(history.rate)
    return [
        settle(
            history,
            guard.roll_back,
            guard.last_gate if i == last else guard.early,
            np.full(runs, share),
            guard.grid,
        )
        for i, share in enumerate(course.shares)
    ]


def at_steps(terms: list[Terms], step: Array) -> Terms:
    """Return terms whose every run is at its own step."""
    rows = np.arange(len(step))

    def pick(lines: list[tuple[Array, Array]]) -> tuple[Array, Array]:
        return np.stack([r for r, _ in lines])[step, rows], np.stack([d for _, d in lines])[
            step, rows
        ]

    return replace(
        terms[0],
        roll_back=pick([t.roll_back for t in terms]),
        margin=pick([t.margin for t in terms]),
        bursty=np.stack([t.bursty for t in terms])[step, rows],
    )


def _minute(
    state: _State, minute: int, alive: Array, observe: Callable[[Array, list[Array]], None] | None
) -> None:
    """Take all living runs one minute on."""
    share = np.array(state.course.shares)[state.ended.step]
    n_c = state.rng.binomial(state.requests, share)
    counts = [
        world.minute(
            state.rng,
            minute,
            share,
            (n_c, state.requests - n_c),
            (canary[:, minute], baseline[:, minute]),
        )
        for world, (canary, baseline) in zip(state.worlds, state.factors, strict=True)
    ]
    if observe is not None:
        observe(np.where(alive, state.ended.step, -1), counts)
    for world, seen in zip(state.worlds, counts, strict=True):
        base = world.shared.rate(world.base, minute)
        state.ended.excess_bad += np.where(
            alive, seen[1] * (world.canary_rate(base, minute, share) - base), 0
        )
    state.ended.minutes += alive
    now = disaster(counts[0])
    blown, state.burning = now & state.burning, now
    judge = alive & (state.at_step >= state.course.warm_up)
    log_bar, passed = _judge(state, counts, judge)
    state.at_step += alive
    _follow(state, alive, blown | (log_bar >= -np.log(state.course.alpha)), passed)


def _judge(state: _State, counts: list[Array], judge: Array) -> tuple[Array, Array]:
    """Return (ln Ebar, every guard passed) after a minute judged in some runs."""
    uses = [judge & usable(c) for c in counts]
    spoke = np.any(uses, axis=0)
    due = spoke & (state.clock >= RESTART_EVERY_MINUTES)
    state.clock = np.where(due, 0, state.clock) + spoke
    logs, passed = [], np.ones(len(judge), dtype=bool)
    for i, (seen, use) in enumerate(zip(counts, uses, strict=True)):
        terms = at_steps(state.terms[i], state.ended.step)
        rate_now = recent(terms, state.rates[i][-RECENT_MINUTES:])
        state.against[i].restart(due)
        state.against[i].step(served(seen), terms, rate_now, use)
        state.within[i].step(served(seen), terms, rate_now, use)
        state.rates[i].append(np.where(seen[3] > 0, seen[2] / np.maximum(seen[3], 1), np.nan))
        state.newest[i] = np.where(use, state.at_step, state.newest[i])
        fresh = state.at_step + 1 - state.newest[i] <= STALE_AFTER_MINUTES
        passed &= fresh & (state.within[i].log_evidence(terms) >= -np.log(state.course.beta))
        logs.append(state.against[i].log_evidence(terms))
    state.judged = state.judged + spoke
    return logsumexp(np.stack(logs), axis=0) - np.log(len(logs)), passed


def _follow(state: _State, alive: Array, back: Array, passed: Array) -> None:
    """Carry out every run's verdict; ROLL_BACK wins a tie."""
    ended, last = state.ended, len(state.course.shares) - 1
    ended.verdict[alive & back] = ROLLED_BACK
    on = alive & ~back & passed & (state.at_step >= state.course.bake_min)
    ended.verdict[on & (ended.step == last)] = PROMOTED
    moves = on & (ended.step < last)
    ended.step[moves] += 1
    state.at_step[moves] = 0
    state.newest[:, moves] = -(10**6)
    state.clock[moves] = np.where(state.judged[moves] > 0, RESTART_EVERY_MINUTES, 0)
    for within in state.within:
        within.reset(moves)
