"""What must hold of approvals after every run: asked for, told, given once, never carried over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from canary.domain.rollout.kinds.waits import ApprovalAsked, StepWaits
from canary.domain.rollout.messages import Message
from canary.domain.rollout.record import Record
from tests.faults.run import Invariant, Run

# The verdict that begins a wait is written a moment before the message is queued.
WITH_IT = timedelta(minutes=2)


def no_share_without_its_approval(run: Run) -> Iterator[str]:
    """What a person has to approve is not taken before somebody did, or took the step himself."""
    for revision, before in run.changes():
        record, decision = revision.record, before.decision
        needed = record.plan.brakes.approve_before
        taken = record.plan.steps[before.step + 1 : record.step + 1]
        missing = [
            step.share
            for step in taken
            if step.share in needed and before.approval(step.share).answer != "approved"
        ]
        if missing and (decision is None or decision.by != "person"):
            yield f"r{record.revision} went to step {record.step}, nobody approved {missing}"


def an_answer_is_given_once(run: Run) -> Iterator[str]:
    """The first answer counts, whatever comes after it; a rollout begins without any."""
    began: set[str] = set()
    for revision in run.observer.revisions:
        if revision.record.rollout not in began and revision.record.approvals:
            yield f"{revision.record.rollout} began with {revision.record.approvals}"
        began.add(revision.record.rollout)
    for revision, before in run.changes():
        for old in before.approvals:
            new = revision.record.approval(old.share)
            if old.answer is not None and new != old:
                yield f"r{revision.record.revision} replaced {old.words!r} by {new.words!r}"


def no_answer_outlives_its_rollout(run: Run) -> Iterator[str]:
    """Nothing is asked, and no answer is taken, of what is over or on its way back."""
    for revision, before in run.changes():
        record = revision.record
        if (before.ended or before.rolling_back) and record.approvals != before.approvals:
            yield f"r{record.revision} {record.phase} and its approvals changed"


def whoever_is_waited_for_is_told(run: Run) -> Iterator[str]:
    """Limits that stand still for a person or a place unseen are a rollout that hangs."""
    for record in run.last.values():
        for still in record.standstills:
            if still.kind not in {"approval", "place"}:
                continue
            told = _told_of(record, still.kind, run)
            if not any(abs(at - still.since) <= WITH_IT for at in told):
                yield f"{record.rollout} {still.words} since {still.since:%H:%M}, told {told}"


def _told_of(record: Record, kind: str, run: Run) -> list[datetime]:
    """Return when it was queued that a rollout waits so."""
    queued = {
        message.id: message
        for revision in run.observer.revisions
        if revision.record.rollout == record.rollout
        for message in revision.record.outbox
        if isinstance(message, Message)
    }
    return [message.at for message in queued.values() if _is_of(message, kind)]


def _is_of(message: Message, kind: str) -> bool:
    match message.facts:
        case ApprovalAsked():
            return kind == "approval"
        case StepWaits() as waits:
            return waits.on == kind
    return False


PEOPLE: tuple[Invariant, ...] = (
    no_share_without_its_approval,
    an_answer_is_given_once,
    no_answer_outlives_its_rollout,
    whoever_is_waited_for_is_told,
)
