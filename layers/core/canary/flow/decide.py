"""The decider: every way into a verdict, and the way from a verdict back into the waiting state
machine.

Level-triggered: each entry reads the record, does what is due and may be repeated or lost without
harm.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from canary.domain.errors import RollBackPending, Superseded
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.rollout import messages, transitions
from canary.domain.rollout.outbox import noticing
from canary.domain.rollout.phase import SERVING, Phase
from canary.domain.rollout.record import Decision, Outcome, Record
from canary.domain.rollout.task_result import TaskResult, read_cause
from canary.domain.time import minute_of
from canary.domain.words import moment
from canary.flow.judge import Judging, alarm_reason
from canary.flow.problems import Problems
from canary.flow.recover import Recovery, is_quiet
from canary.flow.surroundings import Surroundings
from canary.flow.tell import Teller
from canary.ports.aws import Alarms, Executions
from canary.ports.evidence import EvidenceStore
from canary.ports.rollouts import Rollouts

SAFE_WITHIN = timedelta(minutes=10)
"""A roll-back that takes longer is told: a person may want to look long before it is called
UNPROVEN.
"""


class Decider:
    """Judges, wakes, recovers, closes and tells."""

    def __init__(
        self,
        rollouts: Rollouts,
        evidence: EvidenceStore,
        judging: Judging,
        recovery: Recovery,
        teller: Teller,
        executions: Executions,
        alarms: Alarms,
    ) -> None:
        """Take the stores, the use cases it composes, and the executions and alarms it reads."""
        self._rollouts = rollouts
        self._evidence = evidence
        self._judging = judging
        self._recovery = recovery
        self._teller = teller
        self._executions = executions
        self._alarms = alarms

    def bake(self, rollout: str, holder: str, generation: int, token: str, now: datetime) -> Record:
        """Store the newest token of a bake and answer it at once where the verdict is known
        already.

        Raises Superseded; a recorded roll-back is answered through the token.
        """
        try:
            record = self._rollouts.change(
                rollout, lambda r: transitions.bake(r, holder, generation, token, now)
            )
        except RollBackPending as error:
            self._executions.wake(
                token, TaskResult(next="RESTORE", reason=str(error)).model_dump(mode="json")
            )
            return self._rollouts.load(rollout)
        if record.step == 0 and not record.rolling_back:
            # Also over a person's promote: what the labelled set has shown by now is not to be
            # overtaken.
            record = self._judging.look(record, now)
        self._settle(record, now)
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
        if record.phase in SERVING and record.outcome is None:
            record = self._keep_ours(record, seen, now)
        if record.phase in SERVING and record.outcome is None and not record.decision:
            record = self._judged(record, now)
        elif not record.ended and not record.rolling_back:
            alarm = seen.ringing(record)
            record = (
                self._roll_back(record, alarm_reason(alarm, record), "alarm", now)
                if alarm
                else record
            )
        if record.phase in SERVING and not self._settle(record, now):
            self._recovery.take_over_if_dead(record, now)
        if record.phase is Phase.ROLLING_BACK:
            stuck = seen.failed(record) is not None
            self._rollouts.change(
                record.rollout, lambda r: _not_safe_yet(r, seen.standing, now, at_once=stuck)
            )

    def _see(self, record: Record, now: datetime) -> Surroundings:
        return Surroundings(self._evidence.tick(record.rollout), now)

    def _judged(self, record: Record, now: datetime) -> Record:
        """Return the judged record; when judging fails, its execution is looked at first: it may be
        dead as well.
        """
        try:
            return self._judging.look(record, now)
        except Exception:
            self._recovery.take_over_if_dead(record, now)
            raise

    def _keep_ours(self, record: Record, seen: Surroundings, now: datetime) -> Record:
        """Record that the endpoint is not ours any more, or a roll-back when it has failed for
        good.
        """
        lost, failed = seen.lost(record), seen.failed(record)
        if lost is None:
            return (
                self._roll_back(record, f"The endpoint is {failed}", "fault", now)
                if failed
                else record
            )
        outcome = Outcome(end=Phase.HANDED_OVER, reason=lost)

        def transition(current: Record) -> Record:
            same = (
                current.step == record.step and current.phase in SERVING and current.outcome is None
            )
            return current.but(outcome=outcome) if same else current

        return self._rollouts.change(record.rollout, transition)

    def _expire_pause(self, record: Record, now: datetime) -> Record:
        if record.paused_until is None or record.paused_until > now:
            return record

        def transition(current: Record) -> Record:
            if current.paused_until is None or current.paused_until > now:
                return current
            text = (
                f"The pause ended at {moment(current.paused_until)}; the rollout may advance again."
            )
            current = current.but(paused_until=None)
            return noticing(
                current, messages.notice(current, "pause over", text, now), f"{text} {now}"
            )

        return self._rollouts.change(record.rollout, transition)

    def _settle(self, record: Record, now: datetime) -> bool:
        """Answer the waiting token, or keep it alive; False when nobody may be waiting any more.

        While the ticks are blind the token is left alone and says nothing, so its execution has to
        be looked at.
        """
        if record.token is None:
            return True
        token, answer = record.token, _answer(record)
        if answer is None:
            return self._see(record, now).complete and self._executions.heartbeat(token)
        if not self._executions.wake(token, answer.model_dump(mode="json")):
            return False
        self._rollouts.change(record.rollout, _without_token(token, now))
        return True

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
        record = self._roll_back(record, alarm_reason(name, record), "alarm", now)
        self._settle(record, now)
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

    def let_go(self, record: Record) -> None:
        """Wake the execution of a rollout that a person ended, so that it ends too."""
        if record.token is not None:
            result = TaskResult(next="CLOSE", reason="a person ended the rollout")
            self._executions.wake(record.token, result.model_dump(mode="json"))

    def roll_back(self, record: Record, reason: str, now: datetime) -> Record:
        """Record a person's roll-back and wake the machine."""
        record = self._roll_back(record, reason, "person", now)
        self._settle(record, now)
        return record

    def advance(
        self, record: Record, to_step: int | None, reason: str, command: str, now: datetime
    ) -> Record:
        """Record a person's advance and the command that asked for it, in one write, and wake the
        machine.
        """
        decision = Decision(
            verdict="ADVANCE", step=record.step, to_step=to_step, reason=reason, by="person", at=now
        )

        def transition(current: Record) -> Record:
            decided = transitions.decide(current, decision)
            return current if decided == current else decided.but(obeyed=command)

        record = self._written(self._rollouts.change(record.rollout, transition), now)
        self._settle(record, now)
        return record

    def _roll_back(self, record: Record, reason: str, by: str, now: datetime) -> Record:
        def transition(current: Record) -> Record:
            decision = Decision.model_validate(
                {
                    "verdict": "ROLL_BACK",
                    "step": current.step,
                    "reason": reason,
                    "by": by,
                    "at": now,
                }
            )
            return transitions.decide(current, decision)

        return self._written(self._rollouts.change(record.rollout, transition), now)

    def _written(self, record: Record, now: datetime) -> Record:
        """Return the record, the verdict of its decision kept if it was made now and not by the
        judge.
        """
        if record.decision and record.decision.at == now:
            self._evidence.save_verdict(verdict_of(record, record.decision))
        return record

    def close(
        self, rollout: str, holder: str, generation: int, cause: object, now: datetime
    ) -> TaskResult:
        """End the rollout as its record says, tell it, and answer how it ended; RESTORE when it may
        not end yet.
        """

        def transition(current: Record) -> Record:
            if (current.holder, current.generation) != (holder, generation):
                raise Superseded(f"{rollout} is held by generation {current.generation}")
            if not current.ended and current.outcome is None and _is_failure(cause):
                current = current.but(outcome=Outcome(end=Phase.UNPROVEN, reason=read_cause(cause)))
            return transitions.close(current, now)

        try:
            record = self._rollouts.change(rollout, transition)
        except RollBackPending as error:
            return TaskResult(next="RESTORE", reason=str(error))
        self._teller.tell(rollout, now)
        reason = record.outcome.reason if record.outcome else ""
        return TaskResult.model_validate({"next": record.phase, "reason": reason[:2000]})


def _not_safe_yet(record: Record, standing: str, now: datetime, *, at_once: bool) -> Record:
    """Return the record with on-call told, once, that the way to the safe weights takes long, or is
    blocked.
    """
    restoring = record.restoring
    if record.phase is not Phase.ROLLING_BACK or restoring is None:
        return record
    if now - restoring.began_at < SAFE_WITHIN and not at_once:
        return record
    refused = f"SageMaker refuses: {restoring.denial.rstrip('.')}. " if restoring.denial else ""
    text = (
        f"Rolling back since {moment(restoring.began_at)} and the safe weights "
        f"{messages.describe(record.plan.safe_target)} do not serve yet. The endpoint is "
        f"{standing}. "
        f"Asked {restoring.asks} times, {restoring.accepted} of them accepted. "
        f"{refused}It goes on trying; look at the endpoint meanwhile."
    )
    return noticing(record, messages.notice(record, "not safe yet", text, now), "not safe yet")


def _answer(record: Record) -> TaskResult | None:
    """Return what the waiting bake is to be told, or None to hold."""
    if record.outcome is not None:
        return TaskResult(next="CLOSE", reason=record.outcome.reason)
    decision = record.decision
    if decision is None:
        return None
    if decision.verdict == "ROLL_BACK":
        return TaskResult(next="RESTORE", reason=decision.reason[:2000])
    return TaskResult(
        next="CONFIRM" if decision.to_step is None else "MOVE", reason=decision.reason[:2000]
    )


def _is_failure(cause: object) -> bool:
    """Return whether a restore was given up. Superseded is none: there was nothing to do, and the
    record says why.
    """
    return isinstance(cause, dict) and "Error" in cause and cause["Error"] != "Superseded"


def verdict_of(record: Record, decision: Decision) -> VerdictRecord:
    """Return the verdict record of a decision made by an alarm, a person or a fault."""
    return VerdictRecord(
        rollout=record.rollout,
        minute=minute_of(decision.at),
        revision=record.revision,
        step=decision.step,
        verdict=decision.verdict,
        reason=decision.reason,
        by=decision.by,
        bakes=record.bakes,
    )


def _without_token(token: str, now: datetime) -> Callable[[Record], Record]:
    def transition(record: Record) -> Record:
        if record.token != token:
            return record
        return record.but(token=None, progress_at=now)

    return transition
