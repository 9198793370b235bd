"""The only use case that moves weights: claim, ask, and look whether it really happened.

Each method answers with what comes `next`: the state machine follows it and keeps no position of
its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.plan.endpoint import EndpointView
from canary.domain.rollout.arrival import (
    GONE_REASON,
    agreed,
    foreign_reason,
    is_foreign,
    is_giving_back,
    is_giving_back_promoted,
    is_suspicious,
    look_forward,
    look_restored,
    pace,
    why_restore,
)
from canary.domain.rollout.blindness import why_unheard
from canary.domain.rollout.kinds.values import Seen
from canary.domain.rollout.phase import FINISHING, SERVING, Phase
from canary.domain.rollout.record import Asked, Outcome, Record
from canary.domain.rollout.release import arranging
from canary.domain.rollout.release.arrangement import due
from canary.domain.rollout.task_result import TaskResult
from canary.domain.rollout.tick import Tick
from canary.domain.rollout.transitions import bakes, claims, closing, restoring
from canary.flow.capacity.instances import Instances

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.ports.aws import Scaling, WeightMover
    from canary.ports.rollouts import Rollouts

Clock = Callable[[], datetime]


class Shifter:
    """Moves the weights of one rollout at a time, for the execution that holds it."""

    def __init__(
        self,
        rollouts: Rollouts,
        endpoints: WeightMover,
        clock: Clock | None = None,
        newest_tick: Callable[[str], Tick | None] | None = None,
        scaling: Scaling | None = None,
    ) -> None:
        """Take the record store, the endpoints, the clock to read just before a claim, what gives a
        rollout's newest tick, and who scales variants by themselves (None: nobody).

        `now`, which every method is given, is when its invocation began; without a clock it stands
        for the claim too.
        """
        self._rollouts = rollouts
        self._endpoints = endpoints
        self._clock = clock
        self._newest_tick = newest_tick
        self._instances = Instances(rollouts, endpoints, scaling)

    def move(self, rollout: str, holder: str, generation: int, now: datetime) -> TaskResult:
        """Claim the next step and ask for its weights, once its instances are there.

        Raises Superseded, RollBackPending, AwsUnavailable, AwsDenied.
        """
        before = self._held(rollout, holder, generation)
        view = self._look(before, now)
        lost = self._lost(before, holder, generation, view, now)
        if lost:
            return lost
        wait = self._instances.before_step(before, view, now)
        if wait:  # the machine looks after it has waited, whatever there is to find
            return wait.but(next="LOOK")
        asking = self._clock() if self._clock else now
        record = self._rollouts.change(
            rollout, lambda r: claims.claim_forward(r, holder, generation, asking)
        )
        assert record.asked is not None  # noqa: S101 - the claim has just written it
        if not view.serves(record.asked.target):
            self._endpoints.move(record.endpoint, record.asked.target)
        return TaskResult(next="LOOK", reason=f"asked for step {record.step}")

    def look(self, rollout: str, holder: str, generation: int, now: datetime) -> TaskResult:
        """Say whether the asked weights serve, and what comes next. Raises Superseded."""
        record = self._held(rollout, holder, generation)
        if record.rolling_back:
            return _overruled(record)
        if record.phase is Phase.BAKING:
            return self._look_at_instances(record, now)
        view = self._look(record, now)
        arrival = look_forward(record, view, now)
        if arrival == "REACHED":
            arrived = self._rollouts.change(
                rollout, lambda r: bakes.arrive(r, holder, generation, now)
            )
            evaluate = arrived.phase is Phase.EVALUATING
            return TaskResult(
                next="EVALUATE" if evaluate else "BAKE",
                reason="the asked weights serve",
                arrival=arrival,
            )
        if arrival in {"REVERTED", "OVERDUE"}:
            return TaskResult(
                next="RESTORE", reason=why_restore(arrival, record, view), arrival=arrival
            )
        lost = self._lost(record, holder, generation, view, now)
        moving = TaskResult(next="WAIT", reason="the endpoint is moving", arrival=pace(record, now))
        return lost or moving

    def _look_at_instances(self, record: Record, now: datetime) -> TaskResult:
        """Say whether the step that is due has its instances, and ask for its weights where it has;
        without any to be had it goes on baking.
        """
        if record.decision is None:
            return TaskResult(next="BAKE", reason="the step goes on", arrival="REACHED")
        result = self.move(record.rollout, record.holder, record.generation, now)
        waits = result.next == "LOOK"
        return result.but(next="WAIT", arrival=result.arrival or "MOVING") if waits else result

    def confirm(self, rollout: str, holder: str, generation: int, now: datetime) -> TaskResult:
        """Say whether the weights of the last step still serve, so that PROMOTED may be told.
        Raises Superseded.
        """
        record = self._held(rollout, holder, generation)
        if record.rolling_back:
            return _overruled(record)
        view = self._look(record, now)
        lost = self._lost(record, holder, generation, view, now)
        if lost:
            return lost
        if view.serves(record.expected_target) or is_giving_back_promoted(record, view):
            back = self._instances.give_back(record, view, now, promoted=True)
            reached, goes_on = "the weights still serve", "ARRANGE" if due(record) else "CLOSE"
            return back or TaskResult(next=goes_on, reason=reached, arrival="REACHED")
        decided = record.decision.at if record.decision else now
        if now - decided > timedelta(minutes=record.plan.overdue_minutes):
            reason = (
                f"the last step did not serve for {record.plan.overdue_minutes} minutes "
                f"(endpoint {view.status})"
            )
            return TaskResult(next="RESTORE", reason=reason, arrival="OVERDUE")
        return TaskResult(next="WAIT", reason=f"endpoint {view.status}", arrival="MOVING")

    def restore(
        self,
        rollout: str,
        holder: str,
        generation: int,
        cause: str,
        now: datetime,
        *,
        timed_out: bool = False,
        failed: bool = False,
    ) -> TaskResult:
        """Record the roll-back and ask for the safe weights unless they serve or the endpoint is
        busy. A bake that has `timed_out` was kept alive by nobody: why is told instead of that.
        Where the end is known already, a task that `failed` is told, and leaves it at that.

        Never raises for what SageMaker answers: the next look judges it. Raises Superseded.
        """
        if timed_out:
            cause = self._why_unheard(rollout, cause, now)
        record = self._rollouts.change(
            rollout, lambda r: restoring.claim_restore(r, holder, generation, cause, now)
        )
        if record.phase in FINISHING:
            if failed:
                self._rollouts.change(
                    rollout, lambda r: arranging.failed(r, holder, generation, cause, now)
                )
            return TaskResult(next="CLOSE" if failed else "ARRANGE", reason=cause)
        view = self._look(record, now)
        lost = self._lost(record, holder, generation, view, now)
        if lost:
            return lost
        if look_restored(record, view, now) != "REVERTED":
            return TaskResult(next="LOOK", reason="the safe weights are on their way")
        asking = self._clock() if self._clock else now
        live = view.current_target
        asked = self._rollouts.change(
            rollout, lambda r: restoring.ask_safe(r, holder, generation, live, asking)
        )
        answer = self._ask_safe(asked, record.asked, asking)
        return TaskResult(next="LOOK", reason=answer or "asked for the safe weights")

    def _why_unheard(self, rollout: str, cause: str, now: datetime) -> str:
        """Return in words why the bake timed out; the cause as it came where nothing served, where
        a decision had ended the wait already (a task of ours was slow: AWS may name both the same)
        or where the tick cannot be read: a restore waits for no words.
        """
        record = self._rollouts.load(rollout)
        if record.phase not in SERVING or record.decision is not None or self._newest_tick is None:
            return cause
        try:
            return why_unheard(self._newest_tick(rollout), record.endpoint, now)
        except (AwsUnavailable, AwsDenied):
            return cause

    def _ask_safe(self, record: Record, before: Asked | None, asking: datetime) -> str:
        """Ask for the safe weights as claimed, note the answer, and return what stood in the way,
        '' for nothing.

        An ask whose answer was lost is left as it is: the look waits until it must be visible.
        """
        rollout, ask = record.rollout, record.asked
        assert ask is not None  # noqa: S101 - the claim has just written it
        try:
            self._endpoints.move(record.endpoint, ask.target)
        except AwsUnavailable as error:
            if error.refused:
                self._rollouts.change(rollout, lambda r: restoring.not_accepted(r, ask, before))
            return str(error)
        except AwsDenied as error:
            answer = str(error)
            self._rollouts.change(
                rollout,
                lambda r: restoring.denied(restoring.not_accepted(r, ask, before), answer, asking),
            )
            return answer
        self._rollouts.change(rollout, lambda r: restoring.accepted(r, ask))
        return ""

    def look_restored(
        self, rollout: str, holder: str, generation: int, now: datetime
    ) -> TaskResult:
        """Say whether the safe weights serve, and what comes next. Raises Superseded."""
        record = self._held(rollout, holder, generation)
        view = self._look(record, now)
        arrival = look_restored(record, view, now)
        if arrival == "REACHED" or is_giving_back(record, view):
            if record.capacity:
                record = self._rollouts.change(
                    rollout, lambda r: restoring.see_safe(r, holder, generation, now)
                )
            back = self._instances.give_back(record, view, now, promoted=False)
            if back:
                return back
            record = self._rollouts.change(
                rollout, lambda r: restoring.verify_safe(r, holder, generation, now, view)
            )
            settled = record.outcome is not None
            reason = (
                "the safe weights serve" if settled else "the safe weights serve; looking once more"
            )
            goes_on = "ARRANGE" if due(record) else "CLOSE"
            return TaskResult(next=goes_on if settled else "WAIT", reason=reason, arrival=arrival)
        lost = self._lost(record, holder, generation, view, now)
        if lost:
            return lost
        why = restoring.why_unproven(record, arrival, now)
        if why:
            outcome = Outcome(end=Phase.UNPROVEN, reason=why, seen=Seen.of(view, now))
            self._rollouts.change(
                rollout, lambda r: closing.set_outcome(r, holder, generation, outcome)
            )
            return TaskResult(next="CLOSE", reason=why, arrival=arrival)
        asking = arrival == "REVERTED"
        return TaskResult(
            next="RESTORE" if asking else "WAIT", reason=f"endpoint {view.status}", arrival=arrival
        )

    def _held(self, rollout: str, holder: str, generation: int) -> Record:
        """Return the record. Raises Superseded when this execution does not hold it."""
        record = self._rollouts.load(rollout)
        claims.check_holder(record, holder, generation)
        return record

    def _look(self, record: Record, now: datetime) -> EndpointView:
        return agreed(lambda: self._endpoints.describe(record.endpoint), is_suspicious(record, now))

    def _lost(
        self, record: Record, holder: str, generation: int, view: EndpointView, now: datetime
    ) -> TaskResult | None:
        """Hand over an endpoint that is gone or somebody else's; None when it is still ours."""
        if view.exists and not is_foreign(record, view):
            return None
        reason = foreign_reason(record) if view.exists else GONE_REASON
        self._instances.let_go(record)
        outcome = Outcome(end=Phase.HANDED_OVER, reason=reason, seen=Seen.of(view, now))
        self._rollouts.change(
            record.rollout, lambda r: closing.set_outcome(r, holder, generation, outcome)
        )
        return TaskResult(next="CLOSE", reason=reason, arrival="FOREIGN" if view.exists else "GONE")


def _overruled(record: Record) -> TaskResult:
    return TaskResult(
        next="RESTORE", reason=record.decision.reason if record.decision else "rolling back"
    )
