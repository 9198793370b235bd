"""Decisions that the judge did not make: a person's, an alarm's, a fault's. Recorded, kept as a
verdict record, and answered to the waiting bake.
"""

from datetime import datetime
from typing import Literal

from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.rollout.kinds.values import Act
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.transitions import decisions
from canary.domain.time import minute_of
from canary.flow.answer import Answers
from canary.ports.evidence import EvidenceStore
from canary.ports.rollouts import Rollouts


class Decisions:
    """Records decisions and has them carried out."""

    def __init__(self, rollouts: Rollouts, evidence: EvidenceStore, answers: Answers) -> None:
        """Take the stores, and what answers the waiting bake."""
        self._rollouts = rollouts
        self._evidence = evidence
        self._answers = answers

    def roll_back(
        self,
        record: Record,
        reason: str,
        by: Literal["alarm", "person", "fault"],
        now: datetime,
        act: Act | None = None,
    ) -> Record:
        """Return the record with a roll-back, a person's by their `act`; what waits is woken."""
        record = self.record_roll_back(record, reason, by, now, act)
        self._answers.give(record)
        return record

    def record_roll_back(
        self,
        record: Record,
        reason: str,
        by: Literal["alarm", "person", "fault"],
        now: datetime,
        act: Act | None = None,
    ) -> Record:
        """Return the record with a roll-back; nothing is woken yet."""
        changed = self._rollouts.change(
            record.rollout, lambda r: decisions.roll_back(r, reason, by, now, act)
        )
        return self._kept(changed, now)

    def advance(
        self,
        record: Record,
        to_step: int | None,
        reason: str,
        act: Act,
        *,
        full: bool = False,
    ) -> Record:
        """Record a person's advance and the order that asked for it, in one write, with the end
        of a pause where it is asked for in `full`; what waits is woken.
        """
        decision = Decision(
            verdict="ADVANCE",
            step=record.step,
            to_step=to_step,
            reason=reason,
            by="person",
            at=act.at,
            act=act,
        )
        changed = self._rollouts.change(
            record.rollout,
            lambda r: decisions.advance_by_hand(r, decision, act.execution, full=full),
        )
        record = self._kept(changed, act.at)
        self._answers.give(record)
        return record

    def _kept(self, record: Record, now: datetime) -> Record:
        """Return the record, the verdict of its decision kept if it was made now and not by the
        judge.
        """
        if record.decision and record.decision.at == now:
            self._evidence.save_verdict(verdict_of(record, record.decision))
        return record


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
