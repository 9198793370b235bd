"""A rollout begins: planned, its lease to be taken in the same write, its first message queued."""

from datetime import datetime

from pydantic import JsonValue

from canary.domain.plan.plan import Plan
from canary.domain.rollout.kinds.going import Started
from canary.domain.rollout.outbox import tell
from canary.domain.rollout.phase import START, Event, after
from canary.domain.rollout.record import Record


def begin(
    rollout: str, holder: str, spec: dict[str, JsonValue], plan: Plan, now: datetime
) -> Record:
    """Return the record of a new rollout: nothing is moved yet."""
    record = Record(
        rollout=rollout,
        holder=holder,
        endpoint=plan.endpoint,
        canary=plan.canary,
        spec=spec,
        plan=plan,
        phase=after(START, Event.PLAN),
        started_at=now,
        progress_at=now,
    )
    return tell(record, _started(plan), now)


def _started(plan: Plan) -> Started:
    quality = ("quality",) if plan.has_quality else ()
    return Started(
        shares=tuple(step.share for step in plan.steps[1:]),
        watched=(*(guard.name for guard in plan.guards), *quality, *plan.alarms),
        safe=plan.safe_target,
        notices=plan.notices,
    )
