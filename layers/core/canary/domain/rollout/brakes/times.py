"""Brakes of the calendar: hours, freezes of the spec, and freezes that hold for everybody."""

from canary.domain.plan.brakes.calendar import closed
from canary.domain.rollout.brakes.situation import Held, Situation, standing_still
from canary.domain.words import moment


def freezes_unread(situation: Situation) -> Held | None:
    """Hold a step up while nobody knows whether everything is frozen."""
    problem = situation.seen.freezes.problem
    if not problem or situation.record.next_share is None:
        return None
    return Held(problem, "judge", told=True)


def closed_now(situation: Situation) -> Held | None:
    """Hold a step up outside its hours and in a freeze, until the calendar opens again."""
    record, seen = situation.record, situation.seen
    if record.next_share is None:
        return None
    found = closed(record.plan.brakes, seen.now, seen.freezes.freezes)
    if found is None:
        return None
    told = f"{found.reason}: it may go on at {moment(found.until)}; otherwise: {situation.reason}"
    return standing_still(situation, found.kind, found.until, found.reason, told)
