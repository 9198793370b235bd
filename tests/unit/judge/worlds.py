"""Plans and windows for tests of the judge: numbers a reader can check in the head."""

from collections.abc import Sequence
from typing import Any

from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.guards import CountGuard, GuardHistory
from canary.domain.plan.plan import BakeInterval, Plan, PlannedStep
from canary.domain.plan.standard_guards import SLOW_REQUESTS, guards_of
from canary.domain.plan.target import Target
from canary.domain.plan.watching.keys import Guards
from tests.rollouts import side_counts

START = 1_000
ERRORS_GUARD, SLOW_GUARD = guards_of(Guards(), {SLOW_REQUESTS: 200})


def errors_guard(history: GuardHistory | None = None) -> CountGuard:
    """Return the errors guard at its default margins."""
    return ERRORS_GUARD.but(history=history or GuardHistory())


def slow_guard(history: GuardHistory | None = None) -> CountGuard:
    """Return the slow_requests guard at its default margins."""
    return SLOW_GUARD.but(history=history or GuardHistory())


def plan(shares: Sequence[float] = (0.0, 0.05, 0.5, 1.0), **changes: Any) -> Plan:
    """Return a plan with the given shares, errors alone unless guards are given."""
    target = Target(weights={"baseline": 1.0, "canary": 0.0})
    values: dict[str, Any] = {
        "endpoint": "churn-prod",
        "config_name": "config",
        "canary": "canary",
        "baselines": ("baseline",),
        "found_target": target,
        "safe_target": target,
        "guards": (errors_guard(),),
        "steps": tuple(
            PlannedStep(
                share=s,
                target=Target(weights={"baseline": 1 - s, "canary": s}),
                bake_min_minutes=5,
                bake_max_minutes=60,
            )
            for s in shares
        ),
        "hold_at_most_minutes": 100,
        "watch_minutes": 10,
    }
    return Plan(**{**values, **changes})


def window(
    minute: int,
    canary: tuple[int, ...] | None,
    baseline: tuple[int, ...] | None,
    *,
    own_traffic: bool = False,
) -> Window:
    """Return a window from (requests, errors[, slow]) per side."""
    return Window(
        minute=minute, canary=_counts(canary), baseline=_counts(baseline), own_traffic=own_traffic
    )


def _counts(values: tuple[int, ...] | None) -> Counts | None:
    if values is None:
        return None
    return side_counts(*values)


def steady(
    first: int, minutes: int, canary: tuple[int, ...] | None, baseline: tuple[int, ...] | None
) -> list[Window]:
    """Return the same counts for some minutes in a row."""
    return [window(first + i, canary, baseline) for i in range(minutes)]


def bake(step: int, reached: int = START - 1, left: int | None = None) -> BakeInterval:
    """Return one bake; by default its first whole minute is START."""
    return BakeInterval(step=step, reached_minute=reached, left_minute=left)
