"""A person's approval before a share: asked for in good time, awaited, answered once, kept."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from canary.domain.rollout.brakes import Held
from canary.domain.rollout.kinds.values import Act, Numbers, Seen
from canary.domain.rollout.kinds.waits import ApprovalAsked, Approved
from canary.domain.rollout.outbox import About, tell
from canary.domain.rollout.record import Approval, Record


class Known(NamedTuple):
    """What is known when a person is asked: what the judge says, what serves, and the numbers of
    the guard that speaks loudest.
    """

    reason: str
    serving: Seen | None = None
    numbers: Numbers | None = None


def ask(record: Record, held: Held | None, known: Known, now: datetime, *, ripe: bool) -> Record:
    """Return the record with the next share's approval asked for once it is `ripe`, and told again
    when the step is `held` for nothing else; unchanged where neither is new.
    """
    approval = record.awaited_approval
    if approval is None or approval.answer is not None:
        return record
    awaited = held is not None and held.still is not None and held.still.kind == "approval"
    if awaited and approval.awaited_from is None:
        asked = approval.but(asked_at=approval.asked_at or now, awaited_from=now)
    elif ripe and approval.asked_at is None:
        asked = approval.but(asked_at=now)
    else:
        return record
    keys = record.plan.brakes
    within = timedelta(minutes=keys.approve_within_minutes)
    facts = ApprovalAsked(
        before=approval.share,
        known=known.reason,
        deadline=now + within if awaited else None,
        within_minutes=keys.approve_within_minutes,
        after_it=keys.on_unapproved,
    )
    about = About(numbers=known.numbers)
    return tell(_with(record, asked), facts, now, seen=known.serving, about=about)


def answer(
    record: Record,
    share: float,
    said: Literal["approved", "rejected"],
    act: Act,
) -> Record:
    """Return the record with a person's answer for one share, and an approval told; unchanged where
    it was answered before, or may not be any more.
    """
    found = record.approval(share)
    if found.answer is not None or record.ended or record.rolling_back:
        return record
    given = found.but(
        answer=said, answered_at=act.at, by=act.by, reason=act.reason, execution=act.execution
    )
    answered = _with(record, given)
    if said == "rejected":
        return answered
    return tell(answered, Approved(before=share), act.at, about=About(act=act))


def _with(record: Record, approval: Approval) -> Record:
    others = tuple(one for one in record.approvals if one.share != approval.share)
    return record.but(approvals=(*others, approval))
