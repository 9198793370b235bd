"""Whole rollouts, many at once: every run at its own step, judged as
`canary.domain.judge.judge` composes it.

Moves take no time here and the last step below 1 ends a rollout (no watch). The split is drawn at
the planned shares, but for the first minute of a step where minutes are read in parts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from benchmarks.verdicts.bake import RUNS_A_HISTORY
from benchmarks.verdicts.counts import disaster, recent, served, usable
from benchmarks.verdicts.course import (
    OPEN,
    PROMOTED,
    ROLLED_BACK,
    Course,
    Ended,
    terms_at,
)
from benchmarks.verdicts.guard_bets import AS_JUDGED, Bets, Guard
from benchmarks.verdicts.history_bet import Reference
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import AdvanceRuns, Terms, at_steps
from benchmarks.verdicts.slices import Reading, as_planned, first_read, minute_in_slices, whole
from benchmarks.verdicts.worlds import Guarded
from canary.domain.judge.fold import RESTART_EVERY_MINUTES
from canary.domain.judge.look import STALE_AFTER_MINUTES
from canary.stats import setting as st

Array = np.ndarray
Observe = Callable[[Array, list[Array], list[Array]], None]


@dataclass(frozen=True)
class Rules:
    """How rollouts are judged and read; `cold`: factor on the canary's slow requests in every
    step's warm-up.
    """

    bets: Bets = AS_JUDGED
    cold: float = 1.0
    reading: Reading | None = None
    """Every minute is looked at twice, the first time at what can be read of it by then."""
    reference: type[Reference] = Reference
    runs_a_history: int = RUNS_A_HISTORY


RULES = Rules()


@dataclass
class _State:
    rng: np.random.Generator
    course: Course
    rules: Rules
    worlds: tuple[Guarded, ...]
    requests: int
    terms: list[list[Terms]]
    guards: list[Guard]
    within: list[AdvanceRuns]
    factors: list[tuple[Array, Array]]
    ended: Ended
    at_step: Array
    clock: Array
    judged: Array
    newest: Array
    burning: Array
    provisional: list[Guard]
    """The guards after the last minute's first read, while that minute is not settled."""
    before: Array
    """The share each run had before its step."""


def simulate(
    rng: np.random.Generator,
    worlds: tuple[Guarded, ...],
    requests: int,
    runs: int,
    course: Course | None = None,
    rules: Rules = RULES,
    observe: Observe | None = None,
) -> Ended:
    """Return how `runs` rollouts end at a number of requests a minute; one world a guard, history
    learnt from each.

    `observe` is shown every minute: each run's step, each guard's counts (4, R), and what a first
    read had of them.
    """
    state = _start(rng, worlds, requests, runs, course or Course(), rules)
    for minute in range(state.course.bake_max * len(state.course.shares)):
        alive = (state.ended.verdict == OPEN) & (state.at_step < state.course.bake_max)
        if not alive.any():
            break
        _minute(state, minute, alive, observe)
    return state.ended


def _start(
    rng: np.random.Generator,
    worlds: tuple[Guarded, ...],
    requests: int,
    runs: int,
    course: Course,
    rules: Rules,
) -> _State:
    rows = np.arange(runs) // rules.runs_a_history
    pasts = [world.history(rng, rows[-1] + 1, requests) for world in worlds]
    longest, zero = course.bake_max * len(course.shares), np.zeros(runs, dtype=int)
    terms, guards = [], []
    for i, (past, plan) in enumerate(zip(pasts, course.guards, strict=True)):
        learnt = learn(past[rows], requests)
        day = rules.reference(past, float(requests), rng, rows)
        terms.append(terms_at(learnt, plan, course))
        early = terms_at(learnt, replace(plan, roll_back=plan.early), course)
        guards.append(Guard(day, terms[i], early, course.shares, rules.bets, i))
    return _State(
        rng=rng,
        course=course,
        rules=rules,
        worlds=worlds,
        requests=requests,
        terms=terms,
        guards=guards,
        within=[AdvanceRuns(runs) for _ in worlds],
        factors=[_factors(rng, world, (runs, longest)) for world in worlds],
        ended=Ended(zero.copy(), zero.astype(float), zero.astype(float), zero.copy()),
        at_step=zero.copy(),
        clock=zero.copy(),
        judged=zero.copy(),
        newest=np.full((len(worlds), runs), -(10**6)),
        burning=zero.astype(bool),
        provisional=[],
        before=zero.astype(float),
    )


def _factors(
    rng: np.random.Generator, world: Guarded, shape: tuple[int, int]
) -> tuple[Array, Array]:
    return (world.canary_burst or world.burst)(rng, shape), world.burst(rng, shape)


def _minute(state: _State, minute: int, alive: Array, observe: Observe | None) -> None:
    """Take all living runs one minute on."""
    course, at = state.course, state.ended.step.copy()
    share = np.array(course.shares)[at]
    warming = state.at_step < course.warm_up
    counts, parts = _drawn(state, minute, share, np.where(warming, state.rules.cold, 1.0))
    if observe is not None:
        observe(np.where(alive, at, -1), counts, parts)
    for world, seen in zip(state.worlds, counts, strict=True):
        base = world.shared.rate(world.base, minute)
        excess = seen[1] * (world.canary_rate(base, minute, share) - base)
        state.ended.excess_bad += np.where(alive, excess, 0)
    state.ended.minutes += alive
    lifted = state.at_step < state.rules.bets.lifted_minutes
    hit = np.zeros(len(alive), dtype=bool)
    judged = alive
    if parts:
        hit = _first_looks(
            state, parts, alive, warming, lifted, _due(state, alive, warming, counts)
        )
        judged = alive & (as_planned(counts[0], share) | (state.at_step > 0))
    now = disaster(counts[0])
    blown, state.burning = now & state.burning, now
    log_bar, passed = _judge(state, counts, judged, warming, lifted)
    state.at_step += alive
    _follow(state, alive, hit | blown | (log_bar >= -np.log(course.alpha)), passed)
    moved = state.ended.step != at
    state.before = np.where(moved, share, state.before)
    for guard in state.guards:
        guard.enter(moved)
    for twin, guard in zip(state.provisional, state.guards, strict=False):
        twin.follow(guard, moved)


def _drawn(
    state: _State, minute: int, share: Array, cold: Array
) -> tuple[list[Array], list[Array]]:
    """Return each guard's counts of the whole minute, and of its first read where there is one."""
    factors = [
        (canary[:, minute] * (cold if i == 1 else 1.0), baseline[:, minute])
        for i, (canary, baseline) in enumerate(state.factors)
    ]
    reading = state.rules.reading
    if reading is None:
        n_c = state.rng.binomial(state.requests, share)
        requests = n_c, state.requests - n_c
        counts = [
            world.minute(state.rng, minute, share, requests, two)
            for world, two in zip(state.worlds, factors, strict=True)
        ]
        return counts, []
    began = np.where(state.at_step == 0, state.before, share)
    slices = minute_in_slices(
        reading, state.rng, state.worlds, minute, (began, share), state.requests, factors
    )
    read = first_read(reading, state.rng, slices)
    return [whole(found) for found in slices], read


def _first_looks(
    state: _State, parts: list[Array], alive: Array, warming: Array, lifted: Array, due: Array
) -> Array:
    """Return which runs a look at first reads takes back: over the settled minutes, and over
    those but the last, whose first read stands in for it.
    """
    at, hit = state.ended.step, np.zeros(len(alive), dtype=bool)
    fits = as_planned(parts[0], np.array(state.course.shares)[at])
    parts = [np.where(fits, part, 0.0) for part in parts]
    for known in (state.provisional, [guard.fork() for guard in state.guards]):
        if not known:
            continue
        logs = []
        for guard, part in zip(known, parts, strict=True):
            guard.restart(due)
            guard.step(part, at, alive & usable(part), warming, lifted)
            logs.append(guard.log_evidence())
        hit |= logsumexp(np.stack(logs), axis=0) - np.log(len(logs)) >= -np.log(state.course.alpha)
        state.provisional = known
    return hit | (disaster(parts[0]) & state.burning)


def _due(state: _State, alive: Array, warming: Array, counts: list[Array]) -> Array:
    """Return which runs restart their bets before this minute."""
    spoke = np.any([alive & usable(c) for c in counts], axis=0) & ~warming
    return spoke & (state.clock >= RESTART_EVERY_MINUTES)


def _judge(
    state: _State, counts: list[Array], judge: Array, warming: Array, lifted: Array
) -> tuple[Array, Array]:
    """Return (ln Ebar, every guard passed) after a minute judged in some runs."""
    at, course = state.ended.step, state.course
    uses = [judge & usable(c) for c in counts]
    spoke = np.any(uses, axis=0) & ~warming
    due = _due(state, judge, warming, counts)
    state.clock = np.where(due, 0, state.clock) + spoke
    logs, passed = [], np.ones(len(judge), dtype=bool)
    for i, (guard, seen, use) in enumerate(zip(state.guards, counts, uses, strict=True)):
        terms = at_steps(state.terms[i], at)
        now = recent(terms, guard.rates[-st.RECENT_MINUTES :])
        guard.restart(due)
        guard.step(seen, at, use, warming, lifted)
        within = use & ~warming
        state.within[i].step(served(seen), terms, now, within)
        guard.rates.append(np.where(seen[3] > 0, seen[2] / np.maximum(seen[3], 1), np.nan))
        state.newest[i] = np.where(within, state.at_step, state.newest[i])
        fresh = state.at_step + 1 - state.newest[i] <= STALE_AFTER_MINUTES
        passed &= fresh & (state.within[i].log_evidence(terms) >= -np.log(course.beta))
        logs.append(guard.log_evidence())
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
