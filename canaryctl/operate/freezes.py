"""The freezes that hold for everybody, read as the decider reads them, with the caller's rights."""

from datetime import datetime

from canary.adapters.freezes import S3Freezes
from canary.domain.plan.brakes.calendar import closed
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.rollout.phase import SERVING
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import FreezeList
from canary.domain.words import moment
from canaryctl.operate.stack import Stack


def freezes_of(stack: Stack) -> FreezeList:
    """Return the stack's freezes for everybody; unseen where the caller could not look. Raises
    StackError.
    """
    place = stack.freeze_list
    if place is None:
        return FreezeList(problem=NOT_ASKED, unseen=True)
    if not place:
        return FreezeList()
    found = S3Freezes(stack.client("s3"), place).read()
    if not found.unseen:
        return found
    why = found.problem.partition(" is not read, ")[2].partition(". Look whether")[0]
    return FreezeList(problem=f"you could not read s3://{place}, {why}", unseen=True)


NOT_ASKED = "the table was named instead of the stack, whose parameter FreezeList says it"


def may_rise(record: Record) -> bool:
    """Return whether a step up may come, which a freeze would hold."""
    return record.phase in SERVING and record.decision is None and record.next_share is not None


def unknown(freezes: FreezeList) -> str:
    """Return that the caller does not know whether everything is frozen, '' where it is known."""
    return f"Whether everything is frozen is not known: {freezes.problem}" if freezes.unseen else ""


def told_of_freezes(stack: Stack, now: datetime) -> str:
    """Return what the freezes for everybody mean at a moment, '' where they hold nothing."""
    freezes = freezes_of(stack)
    if freezes.problem:
        return unknown(freezes) or freezes.problem
    found = closed(BrakeKeys(), now, freezes.freezes)
    return f"{found.reason}, until {moment(found.until)}" if found else ""
