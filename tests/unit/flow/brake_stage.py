"""A rollout at 5% that its evidence lets go on, and what holds it."""

from typing import Any

from canary.domain.plan.brakes.keys import BrakeKeys
from tests.rollouts import after
from tests.unit.flow.decider_stage import Stage
from tests.unit.flow.test_time_of_people import order, reason, serve

LONG = 2400


def staged(**keys: Any) -> Stage:
    """Return a rollout at 5% whose evidence lets it go on after some minutes, with these brakes."""
    limits = {name: keys.pop(name) for name in ("hold_at_most_minutes",) if name in keys}
    stage = Stage(brakes=BrakeKeys.model_validate(keys), **limits)
    serve(stage, LONG, 300, 5700)
    return stage


def decided(stage: Stage) -> str | None:
    """Return the verdict that is recorded to be carried out."""
    decision = stage.record.decision
    return decision.verdict if decision else None


def told(stage: Stage) -> list[str]:
    """Return the subjects of what was told since the step was reached."""
    return stage.publisher.subjects[1:]


def approve(stage: Stage, minute: float, command: str = "approve", **fields: Any) -> str:
    """Answer for the next share."""
    return order(stage, command, minute, **{"share": 0.25, "by": "ana", **fields})


def first_held(stage: Stage, start: int = 5) -> int:
    """Tick until an ADVANCE is held for people; return that minute."""
    for minute in range(start, 200):
        record = stage.tick(minute)
        assert record.decision is None
        if record.waits_at(after(60 * minute)):
            return minute
    raise AssertionError(reason(stage))
