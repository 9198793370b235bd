"""Instances before weight: asked for while the step before still serves, and given back at the end.

A raise is no move: the rollout goes on baking, judged and guarded, with its advance decided, until
the instances are there and the weights are claimed. Where they are not to be had the advance is
withdrawn and the step goes on holding.
"""

from datetime import datetime, timedelta

from canary.domain.errors import RollBackPending, Superseded
from canary.domain.plan.standstill import stood_still
from canary.domain.rollout.capacity.due import left_behind
from canary.domain.rollout.capacity.state import AskedInstances, Capacity, Change, NoInstances
from canary.domain.rollout.kinds.looks import LacksInstances
from canary.domain.rollout.outbox import tell_once
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions.claims import check_holder
from canary.domain.time import minute_of, start_of

AGAIN_AFTER = timedelta(minutes=15)
"""How long a step waits until instances are asked for again; twice as long each time."""
TRIES_AT_MOST = 8
"""In a rollout by itself: each costs events of a history that must hold them all; a person may ask
as often as they like.
"""


def ask(record: Record, holder: str, generation: int, change: Change, now: datetime) -> Record:
    """Return the record with a raise asked for, written before the call. Raises Superseded and
    RollBackPending.
    """
    check_holder(record, holder, generation)
    if record.rolling_back:
        raise RollBackPending(f"a roll-back is recorded for {record.rollout}")
    if record.decision is None:
        raise Superseded(f"no advance is recorded for step {record.step} of {record.rollout}")
    return _asked(record, change, now).but(token=None)


def ask_back(record: Record, holder: str, generation: int, change: Change, now: datetime) -> Record:
    """Return the record with a change back asked for, written before the call. Raises
    Superseded.
    """
    check_holder(record, holder, generation)
    return _asked(record, change, now)


def begin_giving_back(record: Record, holder: str, generation: int, now: datetime) -> Record:
    """Return the record with since when it gives instances back. Raises Superseded."""
    check_holder(record, holder, generation)
    capacity = record.capacity
    if capacity is None or capacity.giving_back_since is not None:
        return record
    return record.but(capacity=capacity.but(giving_back_since=now, asked=None))


def _asked(record: Record, change: Change, now: datetime) -> Record:
    capacity, name = record.capacity or Capacity(), (change.variant,)
    counts = capacity.counts + (name if change.way == "count" else ())
    leasts = capacity.leasts + (name if change.way == "least" else ())
    changed = capacity.but(
        asked=AskedInstances(change=change, at=now),
        counts=tuple(dict.fromkeys(counts)),
        leasts=tuple(dict.fromkeys(leasts)),
    )
    return record.but(capacity=changed, progress_at=now)


def accepted(record: Record, asked: AskedInstances) -> Record:
    """Return the record with AWS known to have taken the last change."""
    capacity = record.capacity
    if capacity is None or capacity.asked != asked:
        return record
    return record.but(capacity=capacity.but(asked=asked.but(accepted=True)))


def not_asked(record: Record, asked: AskedInstances) -> Record:
    """Return the record as if a change that AWS is known not to have taken had not been asked."""
    capacity = record.capacity
    if capacity is None or capacity.asked != asked:
        return record
    return record.but(capacity=capacity.but(asked=None))


def arrived(record: Record, holder: str, generation: int) -> Record:
    """Return the record with nothing of instances on its way or missing: they are there. Raises
    Superseded.
    """
    check_holder(record, holder, generation)
    capacity = record.capacity
    if capacity is None or (capacity.asked is None and capacity.missing is None):
        return record
    return record.but(capacity=capacity.but(asked=None, missing=None))


def withdraw(
    record: Record, holder: str, generation: int, step: int, reason: str, now: datetime
) -> Record:
    """Return the record without its advance, told once a step: there are no instances for it.
    Unchanged where no advance waits. Raises Superseded.
    """
    check_holder(record, holder, generation)
    if record.rolling_back or record.decision is None:
        return record
    capacity = record.capacity or Capacity()
    before = capacity.missing
    tries = 1 + (before.tries if before else 0)
    again_at = now + AGAIN_AFTER * 2 ** (tries - 1) if tries < TRIES_AT_MOST else None
    missing = NoInstances(step=step, reason=reason, at=now, tries=tries, again_at=again_at)
    held = record.but(
        decision=None, capacity=capacity.but(asked=None, missing=missing), progress_at=now
    )
    share = record.plan.steps[step].share
    facts = LacksInstances(
        share=share,
        reason=reason,
        tries=tries,
        again_at=again_at,
        deadline=_taken_back_at(record, now),
    )
    return tell_once(held, facts, "no instances", now)


def _taken_back_at(record: Record, now: datetime) -> datetime | None:
    """Return when the step is taken back if nothing changes any more; None before a first bake."""
    if not record.bakes:
        return None
    first, step = record.bakes[-1].reached_minute, record.plan.steps[record.step]
    longest = step.bake_max_minutes + record.plan.hold_at_most_minutes
    still = stood_still(record.standstills, first, minute_of(now))
    return start_of(first + longest + still)


def given_back(record: Record, holder: str, generation: int, left: tuple[str, ...]) -> Record:
    """Return the record with instances given back but for what is `left`. Raises Superseded."""
    check_holder(record, holder, generation)
    if record.capacity is None:
        return record
    return record.but(capacity=record.capacity.but(asked=None, missing=None, left=left))


def not_given_back(record: Record) -> tuple[str, ...]:
    """Return what is told of instances at an end: what was left, or all that may be where nobody
    could try.
    """
    capacity = record.capacity
    if capacity is None:
        return ()
    return left_behind(record) if capacity.left is None else capacity.left
