"""A step serves: its arrival, its bake, and the token through which the bake is answered."""

from datetime import datetime

from canary.domain.errors import RollBackPending
from canary.domain.plan.plan import BakeInterval
from canary.domain.rollout.kinds.going import Reached
from canary.domain.rollout.outbox import About, tell
from canary.domain.rollout.phase import Event, Phase, after
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions.claims import check_holder
from canary.domain.time import minute_of


def arrive(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with the asked step confirmed and its bake begun; told once. Raises
    Superseded.
    """
    check_holder(record, holder, generation)
    if (
        record.asked is None
        or record.asked.reached_at is not None
        or record.phase is not Phase.SHIFTING
    ):
        return record
    bake = BakeInterval(
        step=record.step, reached_minute=minute_of(now), asked_minute=minute_of(record.asked.at)
    )
    evaluates = record.step == 0 and record.plan.has_quality
    arrived = record.but(
        asked=record.asked.but(reached_at=now),
        bakes=(*record.bakes, bake),
        progress_at=now,
        phase=after(record.phase, Event.EVALUATE) if evaluates else record.phase,
    )
    if not record.step:
        return arrived
    return tell(arrived, reached(arrived), now, about=About(act=record.asked.act))


def reached(record: Record) -> Reached:
    """Return what is told of the step that serves."""
    step = record.plan.steps[record.step]
    if record.step == record.plan.last_step:
        return Reached(target=step.target, watch_minutes=record.plan.watch_minutes)
    return Reached(
        target=step.target,
        bake_minutes=(step.bake_min_minutes, step.bake_max_minutes),
        against="control" if record.plan.has_control(record.step) else "baseline",
    )


def bake(record: Record, holder: str, generation: int, token: str, now: datetime) -> Record:
    """Return the record baking (or watching, at share 1) with the newest token, which the next
    claim takes out again. Raises Superseded and RollBackPending.
    """
    check_holder(record, holder, generation)
    if record.phase is Phase.ROLLING_BACK:
        raise RollBackPending(f"{record.rollout} is rolling back")
    watching = record.step == record.plan.last_step
    return record.but(
        phase=after(record.phase, Event.WATCH if watching else Event.BAKE),
        token=token,
        progress_at=now,
    )
