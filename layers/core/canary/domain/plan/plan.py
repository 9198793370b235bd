"""The plan: everything computed once at the start, so that nothing later depends on when it is
looked at.
"""

import math
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.plan.capacity.values import CapacityPlan
from canary.domain.plan.error_budget import ErrorBudget, share_out
from canary.domain.plan.guards import AnyMargin, CountGuard
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.release.staging import Release
from canary.domain.plan.spec import DEFAULT_WARM_UP_MINUTES, ErrorRates
from canary.domain.plan.standard_guards import read_guard
from canary.domain.plan.target import Target, beside, read_weights


class PlannedStep(Frozen):
    """One share with the exact target that gives it; step 0 is the shadow gate at share 0."""

    share: float
    target: Target
    bake_min_minutes: int
    bake_max_minutes: int

    @model_validator(mode="before")
    @classmethod
    def _stored(cls, data: Any) -> Any:
        return read_weights(data, target="weights")


class BakeInterval(Frozen):
    """Minutes in which a step served: from REACHED until the next move was claimed (None: still
    serving).
    """

    step: int
    reached_minute: int
    left_minute: int | None = None
    asked_minute: int | None = None
    """When the weights were asked for last; None: nobody knows."""


class GuardDay(Frozen):
    """What the baseline's last day, kept beside the plan, allows of one guard."""

    pairs: int
    """Pairs of its minutes that a minute can be compared with."""
    uncapped_minutes: tuple[int, ...]
    """By step, how many of its first minutes bet without a cap: there one minute may decide."""


class Plan(Frozen):
    """The whole course of one rollout."""

    version: Literal[1] = 1
    endpoint: str
    config_name: str
    canary: str
    baselines: tuple[str, ...]
    control: str | None = None
    """The variant with the baseline's model that the canary is compared with while both serve."""
    found_target: Target
    safe_target: Target
    steps: tuple[PlannedStep, ...] = Field(min_length=3)
    guards: tuple[CountGuard, ...] = Field(min_length=1)
    alarms: tuple[str, ...] = ()
    quality: QualityGuardSpec | None = None
    error_rates: ErrorRates = ErrorRates()
    budget: ErrorBudget
    """How the false roll-back rate is shared out."""
    on_inconclusive: Literal["hold", "roll_back"] = "hold"
    hold_at_most_minutes: int
    watch_minutes: int
    release: Release | None = None
    """None where nothing is built and nothing is left: the canary stood there and stays."""
    warm_up_minutes: int = DEFAULT_WARM_UP_MINUTES
    overdue_minutes: int = 15
    canary_requests_at_rest: float = 0.0
    """Requests a minute that the canary had at weight 0 before the rollout: callers pin it."""
    notify: Literal["all", "important"] = "all"
    brakes: BrakeKeys = BrakeKeys()
    """What holds a step up besides evidence."""
    notices: tuple[str, ...] = ()
    capacity: CapacityPlan | None = None
    """The instances before each share; None where they are left as they are."""
    days: dict[str, GuardDay] = Field(default_factory=dict)
    """By guard; empty where the plan decides as plans did before there was a day beside them: no
    history bet, and a cap on every minute.
    """

    @model_validator(mode="before")
    @classmethod
    def _stored(cls, data: Any) -> Any:
        read = read_weights(data, found_target="found_weights", safe_target="safe_weights")
        return _with_budget(_with_guards(read))

    @model_validator(mode="after")
    def _budget_is_of_this_plan(self) -> Self:
        budget = self.budget
        if sorted(budget.guards) != sorted(guard.name for guard in self.guards):
            raise ValueError("the budget is not of these guards; share it out again")
        if (budget.gate > 0) is not self.has_quality:
            raise ValueError("a labelled set, and nothing else, gives the gate a part")
        spent = budget.gate + budget.live + budget.kept_back
        if not math.isclose(spent, self.error_rates.false_rollback):
            raise ValueError(f"the budget spends {spent}, not error_rates.false_rollback")
        return self

    @property
    def last_step(self) -> int:
        """Return the index of the step at share 1."""
        return len(self.steps) - 1

    @property
    def last_gate(self) -> int:
        """Return the index of the last step below share 1: the one judged at the real margin."""
        return len(self.steps) - 2

    def margin_at(self, step: int, guard: CountGuard) -> AnyMargin:
        """Return the margin a guard must be shown to keep at a step: the real one at the last gate
        alone.
        """
        return guard.last_gate if step >= self.last_gate else guard.early_steps

    def has_control(self, step: int) -> bool:
        """Return whether a control serves at a step."""
        return self.control is not None and 0 < self.steps[step].share < 1

    def compared_with(self, step: int) -> tuple[str, ...]:
        """Return the variants that the canary is compared with at a step."""
        if self.control is not None and self.has_control(step):
            return (self.control,)
        return self.baselines

    def beside(self, step: int) -> float | None:
        """Return what part of all traffic these have; None for all that the canary has not."""
        return beside(self.steps[step].share, controlled=self.control is not None)

    def served_by(self, step: int) -> tuple[str, ...]:
        """Return the other variants that have a weight at a step, its control first; all baselines
        where there is no control.
        """
        if self.control is None or not self.has_control(step):
            return self.baselines
        weights = self.steps[step].target.weights
        return (self.control, *(name for name in self.baselines if weights[name] > 0))

    @property
    def live_steps(self) -> int:
        """Return how many steps let both variants serve."""
        return sum(0 < step.share < 1 for step in self.steps)

    @property
    def watch_restarts(self) -> bool:
        """Return whether new bets of the watch begin in every minute: in all plans but those from
        before warm-ups were bet on.
        """
        return any(guard.warm_up_from is not None for guard in self.guards)

    def is_ranked(self, guard: CountGuard) -> bool:
        """Return whether a guard's minutes are ranked among those of its history."""
        return guard.name in self.days and guard.history.rate > 0

    def uncapped_minutes(self, step: int, guard: CountGuard) -> int:
        """Return how many first minutes of a step bet without a cap on a guard."""
        return self.days[guard.name].uncapped_minutes[step] if guard.name in self.days else 0

    @property
    def is_staged(self) -> bool:
        """Return whether the canary is built first."""
        return self.release is not None and self.release.staging is not None

    @property
    def has_quality(self) -> bool:
        """Return whether a labelled set is judged at share 0."""
        return self.quality is not None


def _with_guards(stored: Any) -> Any:
    """Return stored data with its guards as values, where only their names were written."""
    if not isinstance(stored, dict) or not isinstance(stored.get("guards"), list | tuple):
        return stored
    return {**stored, "guards": tuple(read_guard(guard) for guard in stored["guards"])}


def _with_budget(stored: Any) -> Any:
    """Return stored data with the budget it implies, where it was written before plans had one."""
    if not isinstance(stored, dict) or "budget" in stored or "guards" not in stored:
        return stored
    names = [
        guard.get("name", "") if isinstance(guard, dict) else guard.name
        for guard in stored["guards"]
    ]
    rates = ErrorRates.model_validate(stored.get("error_rates", {}))
    budget = share_out(rates, names, labelled_set=stored.get("quality") is not None)
    return {**stored, "budget": budget}
