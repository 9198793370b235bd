"""Limits stand still while a brake for people or of the calendar is all that holds a step up."""

from datetime import datetime

from canary.domain.rollout.brakes import Held
from canary.domain.rollout.kinds.values import Seen
from canary.domain.rollout.kinds.waits import StepWaits
from canary.domain.rollout.outbox import tell_once
from canary.domain.rollout.record import Record


def stand_still(
    record: Record, held: Held | None, now: datetime, seen: Seen | None = None
) -> Record:
    """Return the record with the stretch that a hold asks for begun, told once a step, and with one
    that nothing asks for any more ended; unchanged while the same one lasts.
    """
    lasting, still = record.waits_at(now), held.still if held else None
    if lasting is not None and still is not None:
        same = (lasting.kind, lasting.until) == (still.kind, still.until)
        if same:
            return record
    if lasting is not None:
        ended = lasting.but(until=max(lasting.since, now))
        kept = tuple(ended if one is lasting else one for one in record.standstills)
        record = record.but(standstills=kept)
    if held is None or still is None or still.until is None or record.next_share is None:
        return record
    record = record.but(standstills=(*record.standstills, still))
    if still.kind == "approval":  # it is told by the question itself
        return record
    step = record.plan.steps[record.step + 1]
    facts = StepWaits(
        on=still.kind,
        next_share=step.share,
        target=step.target,
        reason=held.reason,
        until=still.until,
    )
    return tell_once(record, facts, f"waits for {still.kind}", now, seen=seen)
