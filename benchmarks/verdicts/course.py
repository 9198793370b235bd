"""How a rollout is planned and how it ended: shares, margins, and each guard's terms by step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.verdicts.learning import Histories
from benchmarks.verdicts.processes import Terms, settle
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.standard_guards import guards_of
from canary.domain.plan.watching.keys import Guards
from canary.stats.counts import Bound

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


def terms_at(history: Histories, guard: GuardPlan, course: Course) -> list[Terms]:
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
