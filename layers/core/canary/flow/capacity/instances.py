"""Gives a step its instances before its weights, and gives them back at the end.

Level-triggered: each call compares what AWS shows with what is due, asks for one change at most,
and answers None where nothing is left to do. An endpoint that is busy is waited for: SageMaker
takes one change at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from canary.domain.errors import AwsDenied, AwsUnavailable, NoCapacity
from canary.domain.plan.endpoint import GONE
from canary.domain.rollout.arrival import VISIBLE_WITHIN
from canary.domain.rollout.capacity.due import (
    due_back,
    due_before,
    gone_bounds,
    kept_by_others,
    left_behind,
    short_of,
)
from canary.domain.rollout.capacity.state import Change
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.task_result import TaskResult
from canary.domain.rollout.transitions import raising
from canary.domain.words import duration

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.domain.plan.capacity.values import Bounds
    from canary.domain.plan.endpoint import EndpointView
    from canary.domain.rollout.capacity.state import AskedInstances
    from canary.domain.rollout.record import Record
    from canary.ports.aws import Scaling, WeightMover
    from canary.ports.rollouts import Rollouts

RAISED_WITHIN = timedelta(minutes=30)
"""Instances that are not there by then are missing, whatever the endpoint says."""
GIVEN_BACK_WITHIN = timedelta(minutes=15)
"""What is not given back by then is told and left: an end that is verified waits for no more."""
ARRIVES_WITHIN = timedelta(minutes=15)
"""One that AWS took in that time is made by then; nobody is told meanwhile that it is left."""
LOOKED_AT_OFTEN = timedelta(minutes=1)
QUOTA = (
    "Raise the quota of this instance type for endpoint usage in Service Quotas, or say less in "
    "capacity.at_most of the next spec"
)


class Instances:
    """Changes instances of one rollout at a time, for the execution that holds it."""

    def __init__(self, rollouts: Rollouts, endpoints: WeightMover, scaling: Scaling | None) -> None:
        """Take the record store, the endpoints, and who scales their variants by themselves."""
        self._rollouts = rollouts
        self._endpoints = endpoints
        self._scaling = scaling

    def before_step(self, record: Record, view: EndpointView, now: datetime) -> TaskResult | None:
        """Return what to wait for before the weights of the decided step may be asked for; None
        when its instances are there. Without any to be had the advance is withdrawn, and the answer
        is BAKE.

        Raises Superseded and RollBackPending.
        """
        if record.phase is not Phase.BAKING or record.plan.capacity is None:
            return None
        if record.decision is None and record.capacity and record.capacity.missing:
            return TaskResult(next="BAKE", reason="no instances")  # withdrawn, the answer was lost
        step = record.decision.to_step if record.decision else None
        if step is None or record.rolling_back:
            return None
        try:
            return self._before_step(record, step, view, now)
        except AwsDenied as error:
            why = f"{error}. {QUOTA}" if isinstance(error, NoCapacity) else str(error)
        except AwsUnavailable as error:
            why = str(error)
            if now - _since(record, now) <= RAISED_WITHIN:
                return _wait(record, record.canary, view, now)
        return self._withdrawn(record, step, why, now)

    def _before_step(
        self, record: Record, step: int, view: EndpointView, now: datetime
    ) -> TaskResult | None:
        asked, bounds = _asked(record), self._bounds(record)
        gone = gone_bounds(record, bounds)
        if gone:
            why = f"{gone} is not autoscaled any more, so that no minimum holds it"
            return self._withdrawn(record, step, why, now)
        change, short = due_before(record, step, view, bounds), short_of(record, step, view)
        if change is None and not short and view.in_service:
            held = (record.holder, record.generation)
            self._rollouts.change(record.rollout, lambda r: raising.arrived(r, *held))
            return None
        if change is None and asked is None and short in bounds:
            # Asked for in vain before: a registration makes them be tried once more.
            change = Change(variant=short, way="least", instances=bounds[short].least)
        if now - _since(record, now) > RAISED_WITHIN:
            minutes = duration(RAISED_WITHIN.total_seconds())
            why = f"{short or record.canary} did not get them in {minutes} ({view.standing})"
            return self._withdrawn(record, step, why, now)
        if change is None or not view.in_service or _may_be_unseen(asked, change, now):
            return _wait(record, short or record.canary, view, now)
        if asked is not None and asked.change == change and asked.accepted:
            reason = view.failure_reason or "SageMaker went back to the instances before"
            return self._withdrawn(record, step, _insufficient(reason), now)
        return self._raise(record, change, now)

    def give_back(
        self, record: Record, view: EndpointView, now: datetime, *, promoted: bool
    ) -> TaskResult | None:
        """Return what to wait for until instances are as they were found; None when they are, or
        when what is left is noted for the last message. Raises Superseded.
        """
        capacity = record.capacity
        if capacity is None or not capacity.touched or capacity.left:
            return None
        held = (record.holder, record.generation)
        record = self._rollouts.change(
            record.rollout, lambda r: raising.begin_giving_back(r, *held, now)
        )
        since = (record.capacity.giving_back_since if record.capacity else None) or now
        in_time = now - since <= GIVEN_BACK_WITHIN or _is_being_made(_asked(record), view, now)
        try:
            bounds = self._bounds(record)
            change = due_back(record, view, bounds, promoted=promoted)
            if change is not None and in_time:
                return self._give(record, change, view, now)
            left = left_behind(record, promoted=promoted) if change else ()
            left = left or kept_by_others(record, bounds)
        except (AwsUnavailable, AwsDenied) as error:
            if in_time:
                return TaskResult(next="WAIT", reason=str(error)[:500], arrival="MOVING")
            left = (*left_behind(record, promoted=promoted), f"Why: {str(error)[:500]}.")
        self._rollouts.change(record.rollout, lambda r: raising.given_back(r, *held, left))
        return None

    def let_go(self, record: Record) -> None:
        """Give minimums back, whatever becomes of the endpoint: they are ours still, and hold
        instances that nobody needs. What fails is told by the record. Raises Superseded.
        """
        capacity = record.capacity
        if capacity is None or not capacity.touched:
            return
        try:
            for _ in capacity.leasts:
                change = due_back(record, GONE, self._bounds(record), promoted=True)
                if change is not None:
                    self._call(record.endpoint, change)
        except (AwsUnavailable, AwsDenied):
            return
        held, left = (record.holder, record.generation), left_behind(record, minimums=False)
        self._rollouts.change(record.rollout, lambda r: raising.given_back(r, *held, left))

    def _bounds(self, record: Record) -> Mapping[str, Bounds]:
        planned = record.plan.capacity
        names = tuple(planned.bounds) if planned else ()
        return self._scaling.bounds(record.endpoint, names) if names and self._scaling else {}

    def _raise(self, record: Record, change: Change, now: datetime) -> TaskResult:
        held = (record.holder, record.generation)
        record = self._rollouts.change(record.rollout, lambda r: raising.ask(r, *held, change, now))
        self._ask(record, change)
        return TaskResult(next="LOOK", reason=f"asked for {change.words}", arrival="MOVING")

    def _give(
        self, record: Record, change: Change, view: EndpointView, now: datetime
    ) -> TaskResult:
        asked = record.capacity.asked if record.capacity else None
        reason = f"giving back: {change.words}"
        waiting = TaskResult(next="WAIT", reason=reason, arrival="MOVING")
        busy = change.way == "count" and not view.in_service
        if busy or _may_be_unseen(asked, change, now):
            return waiting
        held = (record.holder, record.generation)
        record = self._rollouts.change(
            record.rollout, lambda r: raising.ask_back(r, *held, change, now)
        )
        self._ask(record, change)
        return waiting

    def _ask(self, record: Record, change: Change) -> None:
        """Make the call of a change that the record holds, and note how it was answered. A lost
        answer is left for the next look to find out. Raises AwsDenied.
        """
        asked = record.capacity.asked if record.capacity else None
        if asked is None:
            return
        try:
            self._call(record.endpoint, change)
        except AwsUnavailable as error:
            if error.refused:
                self._rollouts.change(record.rollout, partial(raising.not_asked, asked=asked))
            return
        self._rollouts.change(record.rollout, partial(raising.accepted, asked=asked))

    def _call(self, endpoint: str, change: Change) -> None:
        if change.way == "count":
            self._endpoints.ask_instances(endpoint, change.variant, change.instances)
        elif self._scaling is not None:
            self._scaling.hold(endpoint, change.variant, change.instances)

    def _withdrawn(self, record: Record, step: int, reason: str, now: datetime) -> TaskResult:
        held = (record.holder, record.generation)
        self._rollouts.change(
            record.rollout, lambda r: raising.withdraw(r, *held, step, reason[:700], now)
        )
        return TaskResult(next="BAKE", reason=f"no instances: {reason[:700]}")


def _may_be_unseen(asked: AskedInstances | None, change: Change, now: datetime) -> bool:
    """Return whether this very change was asked for so lately that a read may not show it."""
    return asked is not None and asked.change == change and now - asked.at < VISIBLE_WITHIN


def _is_being_made(asked: AskedInstances | None, view: EndpointView, now: datetime) -> bool:
    """Return whether AWS took a change of instances that the endpoint is still on its way to."""
    taken = asked is not None and asked.accepted and now - asked.at <= ARRIVES_WITHIN
    return taken and not view.in_service and not view.stuck


def _asked(record: Record) -> AskedInstances | None:
    return record.capacity.asked if record.capacity else None


def _since(record: Record, now: datetime) -> datetime:
    """Return since when an advance waits, however often it asked meanwhile: its history must hold
    all the looks.
    """
    return record.decision.at if record.decision else now


def _wait(record: Record, short: str, view: EndpointView, now: datetime) -> TaskResult:
    slow = now - _since(record, now) >= LOOKED_AT_OFTEN
    reason = f"waiting for the instances of {short} (endpoint {view.status})"
    return TaskResult(next="WAIT", reason=reason, arrival="SLOW" if slow else "MOVING")


def _insufficient(reason: str) -> str:
    return (
        f"{reason.rstrip('.')}. AWS may have some later; another instance type, or "
        "capacity.at_most in the next spec, needs fewer of these"
    )
