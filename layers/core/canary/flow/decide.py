"""The decider: every way into a verdict.

Level-triggered: each entry reads the record, does what is due and may be repeated or lost without
harm. The newest tick is read once a visit and handed on.
"""

from datetime import datetime

from canary.domain.errors import RollBackPending
from canary.domain.rollout.kinds.values import Act
from canary.domain.rollout.phase import SERVING, Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.task_result import TaskResult, read_cause
from canary.domain.rollout.transitions import bakes, closing, pauses, restoring
from canary.domain.words import percent
from canary.flow.answer import Answers
from canary.flow.decisions import Decisions
from canary.flow.judge import Judging, alarm_reason
from canary.flow.problems import Problems
from canary.flow.recover import Recovery, is_quiet
from canary.flow.telling.measures import of_end
from canary.flow.telling.tell import Teller
from canary.ports.aws import Alarms
from canary.ports.evidence import EvidenceStore
from canary.ports.rollouts import Rollouts
from canary.ports.telling import Meter


class Decider:
    """Judges, wakes, recovers, closes and tells."""

    def __init__(
        self,
        rollouts: Rollouts,
        evidence: EvidenceStore,
        judging: Judging,
        decisions: Decisions,
        answers: Answers,
        recovery: Recovery,
        teller: Teller,
        alarms: Alarms,
        meter: Meter | None = None,
    ) -> None:
        """Take the stores, the use cases it composes, the alarms it reads, and a meter where
        numbers are drawn.
        """
        self._meter = meter
        self._rollouts = rollouts
        self._evidence = evidence
        self._judging = judging
        self._decisions = decisions
        self._answers = answers
        self._recovery = recovery
        self._teller = teller
        self._alarms = alarms

    def bake(self, rollout: str, holder: str, generation: int, token: str, now: datetime) -> Record:
        """Store the newest token of a bake and answer it at once where the verdict is known
        already.

        Raises Superseded, and RollBackPending once the way back has begun.
        """
        record = self._rollouts.change(
            rollout, lambda r: bakes.bake(r, holder, generation, token, now)
        )
        seen = self._see(record, now)
        if record.step == 0 and not record.rolling_back:
            # Also over a person's promote: what the labelled set has shown by now is not to be
            # overtaken.
            record = self._judging.look(record, seen)
        self._answers.give_or_keep_alive(record, seen)
        return self._teller.tell(rollout, now)

    def tick(self, rollout: str, now: datetime) -> Record:
        """Do everything that is due for one rollout."""
        record = self._rollouts.load(rollout)
        try:
            if not record.ended:
                self._visit(record, now)
        finally:  # whatever failed, what is recorded already is told
            record = self._teller.tell(rollout, now)
        return record

    def _visit(self, record: Record, now: datetime) -> None:
        if is_quiet(record, now):
            record = self._recovery.take_over_if_dead(record, now)
        record, seen = self._expire_pause(record, now), self._see(record, now)
        if _is_serving(record):
            record = self._keep_ours(record, seen)
        if _is_serving(record) and (not record.decision or record.raising):
            record = self._judged(record, seen)
        elif not record.ended and not record.rolling_back:
            record = self._guarded(record, seen)
        if record.phase in SERVING and not self._answers.give_or_keep_alive(record, seen):
            self._recovery.take_over_if_dead(record, now)
        if record.phase is Phase.ROLLING_BACK:
            self._rollouts.change(record.rollout, lambda r: restoring.slow(r, seen))

    def _see(self, record: Record, now: datetime) -> Surroundings:
        return Surroundings(self._evidence.tick(record.rollout), now)

    def _judged(self, record: Record, seen: Surroundings) -> Record:
        """Return the judged record; when judging fails, its execution is looked at first: it may be
        dead as well.
        """
        try:
            return self._judging.look(record, seen)
        except Exception:
            self._recovery.take_over_if_dead(record, seen.now)
            raise

    def _guarded(self, record: Record, seen: Surroundings) -> Record:
        """Return the record of a rollout that is not judged now, rolled back by an alarm that
        rings.
        """
        alarm = seen.ringing(record)
        if alarm is None:
            return record
        reason = alarm_reason(alarm, record)
        return self._decisions.record_roll_back(record, reason, "alarm", seen.now)

    def _keep_ours(self, record: Record, seen: Surroundings) -> Record:
        """Record that the endpoint is not ours any more, or a roll-back when it has failed for
        good.
        """
        lost, failed = seen.lost(record), seen.failed(record)
        if lost is not None:
            return self._rollouts.change(
                record.rollout, lambda r: closing.lose(r, record.step, lost, seen.serving)
            )
        if failed is None:
            return self._followed(record, seen)
        reason = f"The endpoint is {failed}"
        return self._decisions.record_roll_back(record, reason, "fault", seen.now)

    def _followed(self, record: Record, seen: Surroundings) -> Record:
        """Return the record gone along with the weights that a person has set on it, if any."""
        step = seen.taken_by_hand(record)
        if step is None or record.decision is not None:
            return record
        if step == 0:
            reason = "Taken back by hand: somebody set the safe weights"
            act = Act(command="rollback", at=seen.now, reason="the safe weights were set by hand")
            return self._decisions.record_roll_back(record, reason, "person", seen.now, act)
        share = percent(record.plan.steps[step].share)
        reason = f"Taken by hand: somebody set the weights of {share}"
        act = Act(
            command="promote",
            at=seen.now,
            reason=f"the weights of {share} were set by hand",
            execution=record.obeyed,
        )
        return self._decisions.advance(record, step, reason, act)

    def _expire_pause(self, record: Record, now: datetime) -> Record:
        if pauses.expire(record, now) is record:
            return record
        return self._rollouts.change(record.rollout, lambda r: pauses.expire(r, now))

    def alarm(self, name: str, now: datetime) -> list[str]:
        """Roll back every rollout this alarm guards; return their ids. Mid-shift the alarm is read
        again first.
        """
        guarded: list[str] = []
        problems = Problems()
        for rollout in self._rollouts.listed():
            with problems.kept():
                if self._guard(rollout, name, now):
                    guarded.append(rollout)
        problems.raise_first()
        return guarded

    def _guard(self, rollout: str, name: str, now: datetime) -> bool:
        record = self._rollouts.load(rollout)
        if record.ended or name not in record.plan.alarms:
            return False
        if record.phase is Phase.SHIFTING and self._alarms.states([name]).get(name) != "ALARM":
            return True
        self._decisions.roll_back(record, alarm_reason(name, record), "alarm", now)
        return True

    def execution_ended(self, execution: str, now: datetime) -> None:
        """Take over the rollout whose holder ended before it did."""
        problems = Problems()
        for rollout in self._rollouts.listed():
            with problems.kept():
                record = self._rollouts.load(rollout)
                if record.holder == execution:
                    self._recovery.take_over_if_dead(record, now)
                    self._teller.tell(rollout, now)
        problems.raise_first()

    def close(
        self, rollout: str, holder: str, generation: int, cause: object, now: datetime
    ) -> TaskResult:
        """End the rollout as its record says, tell it, and answer how it ended; RESTORE when it may
        not end yet.
        """
        failure = read_cause(cause) if _is_failure(cause) else None
        # Whoever is paged must know what serves; nothing else is worth a read here.
        tick = self._evidence.tick(rollout) if failure else None
        seen = Surroundings(tick, now).serving
        try:
            record = self._rollouts.change(
                rollout, lambda r: closing.close_held(r, holder, generation, failure, now, seen)
            )
        except RollBackPending as error:
            return TaskResult(next="RESTORE", reason=str(error))
        if self._meter:
            for one in of_end(record):
                self._meter.note(one.dimensions, one.values)
        self._teller.tell(rollout, now)
        reason = record.outcome.reason if record.outcome else ""
        return TaskResult.model_validate({"next": record.phase, "reason": reason[:2000]})


def _is_serving(record: Record) -> bool:
    """Return whether a step serves and nothing has ended it."""
    return record.phase in SERVING and record.outcome is None


def _is_failure(cause: object) -> bool:
    """Return whether a restore was given up. Superseded is none: there was nothing to do, and the
    record says why.
    """
    return isinstance(cause, dict) and "Error" in cause and cause["Error"] != "Superseded"
