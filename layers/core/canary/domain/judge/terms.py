"""The terms of every bake, fixed by the plan before its first minute: margins, settings, which
minutes may speak.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canary.domain.judge.windows import FROZEN_AFTER_MINUTES
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.plan import BakeInterval, Plan
from canary.stats.history import NO_HISTORY
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
    warm_ups: tuple["WarmUp | None", ...] = ()
    """By guard, the bets on the warm-up's minutes; None where there are none in the rollout."""
    uncapped_minutes: tuple[int, ...] = ()
    """By guard, how many first minutes of this step bet without a cap."""
    arrives_minute: int = 0
    """When the weights were asked for; `first_minute` where nobody knows."""

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

    def may_cover(self, minute: int) -> bool:
        """Return whether the weights were asked for by a minute, so that its split tells whether
        they served.
        """
        return self.arrives_minute <= minute <= self.last_minute

    def warm(self, minute: int) -> bool:
        """Return whether a covered minute lies after the warm-up."""
        return minute >= self.first_minute + self.warm_up_minutes

    def warm_up_of(self, index: int) -> "WarmUp | None":
        """Return the bets of a guard on the warm-up's minutes; None where it has none."""
        return self.warm_ups[index] if self.warm_ups else None

    def bets_on_warm_up(self, index: int) -> bool:
        """Return whether a guard bets on the warm-up of this step."""
        warm_up = self.warm_up_of(index)
        return warm_up is not None and warm_up.speaks

    @property
    def may_lift(self) -> bool:
        """Return whether some minute of this step bets without a cap."""
        return any(self.uncapped_minutes)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A guard's bets on the warm-up's minutes: terms at the catastrophe margin (None at share 1,
    where the watch speaks), and whether they are made at this step.
    """

    setting: Setting | None
    speaks: bool
    live_steps: int


def terms_of(plan: Plan, bakes: Sequence[BakeInterval]) -> tuple[BakeTerms, ...]:
    """Return the terms of every bake of a rollout, oldest first."""
    return tuple(_bake_terms(plan, index, bake) for index, bake in enumerate(bakes))


def _bake_terms(plan: Plan, index: int, bake: BakeInterval) -> BakeTerms:
    share = plan.steps[bake.step].share
    live = 0 < share < 1
    last = math.inf if bake.left_minute is None else bake.left_minute - 1
    settings = tuple(_setting(plan, guard, bake.step) for guard in plan.guards) if live else ()
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
        warm_ups=tuple(_warm_up(plan, guard, bake.step) for guard in plan.guards),
        uncapped_minutes=tuple(plan.uncapped_minutes(bake.step, guard) for guard in plan.guards),
        arrives_minute=_arrives(bake),
    )


def _arrives(bake: BakeInterval) -> int:
    """Return the first minute that may be the bake's; none that a look before its arrival may have
    frozen.
    """
    if bake.asked_minute is None:
        return bake.reached_minute + 1
    return max(bake.asked_minute, bake.reached_minute - FROZEN_AFTER_MINUTES)


def _warm_up(plan: Plan, guard: CountGuard, step: int) -> WarmUp | None:
    """Return a guard's bets on the warm-up's minutes; the same all through a rollout but for who
    speaks.
    """
    if guard.warm_up_from is None or guard.better == "higher" or guard.history.known.burst_lags:
        return None
    share = plan.steps[step].share
    speaks = step >= guard.warm_up_from
    if not 0 < share < 1:
        # The watch has no bets of its own on it: failures alone are no matter of warming up.
        return WarmUp(None, speaks and guard.fuse and share >= 1, plan.live_steps)
    setting = _setting(plan, guard, step, early=True)
    return WarmUp(setting, speaks, plan.live_steps)


def _setting(plan: Plan, guard: CountGuard, step: int, *, early: bool = False) -> Setting:
    if guard.value is not None:
        return Setting(
            NO_HISTORY,
            guard.roll_back_beyond.bound,
            plan.margin_at(step, guard).bound,
            bursty=False,
            grid=guard.grid,
            swapped=guard.better == "higher",
            by_minutes=True,
        )
    return settle(
        guard.history.known,
        (guard.early_steps if early else guard.roll_back_beyond).bound,
        plan.margin_at(step, guard).bound,
        plan.steps[step].share,
        guard.grid,
        beside=plan.beside(step),
        swapped=guard.better == "higher",
        ranked=plan.is_ranked(guard),
        uncapped_minutes=plan.uncapped_minutes(step, guard),
    )
