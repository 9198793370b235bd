"""The terms of every bake, fixed by the plan before its first minute: margins, settings, which
minutes may speak.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import BakeInterval, Plan
from canary.stats.setting import Setting, settle


@dataclass(frozen=True, slots=True)
class BakeTerms:
    """How the minutes of one bake are read; `settings` has one entry a guard and is empty where
    none may speak.

    `log_weights` are each guard's weight in the combined roll-back evidence, from the error budget:
    ln of its part over an equal part, so 0 where all have the same.
    """

    index: int
    step: int
    share: float
    first_minute: int
    last_minute: float
    warm_up_minutes: int
    settings: tuple[Setting, ...]
    log_weights: tuple[float, ...]

    @property
    def live(self) -> bool:
        """Return whether both variants serve (0 < share < 1)."""
        return 0 < self.share < 1

    @property
    def alone(self) -> bool:
        """Return whether the canary serves everything."""
        return self.share >= 1

    def covers(self, minute: int) -> bool:
        """Return whether a minute lies wholly inside the bake, so that it overlaps no move."""
        return self.first_minute <= minute <= self.last_minute

    def warm(self, minute: int) -> bool:
        """Return whether a covered minute lies after the warm-up."""
        return minute >= self.first_minute + self.warm_up_minutes


def terms_of(plan: Plan, bakes: Sequence[BakeInterval]) -> tuple[BakeTerms, ...]:
    """Return the terms of every bake of a rollout, oldest first."""
    return tuple(_bake_terms(plan, index, bake) for index, bake in enumerate(bakes))


def _bake_terms(plan: Plan, index: int, bake: BakeInterval) -> BakeTerms:
    share = plan.steps[bake.step].share
    last = math.inf if bake.left_minute is None else bake.left_minute - 1
    settings = (
        tuple(_setting(plan, guard, bake.step) for guard in plan.guards) if 0 < share < 1 else ()
    )
    parts = plan.budget.guards
    return BakeTerms(
        index=index,
        step=bake.step,
        share=share,
        first_minute=bake.reached_minute + 1,
        last_minute=last,
        warm_up_minutes=plan.warm_up_minutes,
        settings=settings,
        log_weights=tuple(math.log(len(parts) * parts[guard.name]) for guard in plan.guards),
    )


def _setting(plan: Plan, guard: CountGuard, step: int) -> Setting:
    return settle(
        guard.history.known,
        guard.roll_back_beyond.bound,
        plan.margin_at(step, guard).bound,
        plan.steps[step].share,
        guard.grid,
        swapped=guard.better == "higher",
    )
