"""Brakes of what was seen: nobody looks, the endpoint moves, an alarm is unclear, the newest
minutes look worse, instances or a place among those that serve are missing.
"""

from canary.domain.rollout.brakes.situation import Held, Situation, standing_still
from canary.domain.rollout.surroundings import since_the_bake
from canary.domain.words import percent


def blind(situation: Situation) -> Held | None:
    """Hold while nobody sees everything: the share does not rise in the dark. At share 0 no request
    reaches the canary, and whoever moves looks first.
    """
    record = situation.record
    if record.step == 0 or not record.bakes:
        return None
    told = situation.seen.blindness(record)
    return Held(told, "judge") if told else None


def endpoint_not_settled(situation: Situation) -> Held | None:
    """Hold while the endpoint is in no state to be moved or called promoted.

    Only a tick since the step was reached says something. At share 0 none is needed, since whoever
    moves looks first.
    """
    record, tick = situation.record, situation.seen.fresh
    if record.step == 0 or not record.bakes or tick is None or tick.endpoint is None:
        return None
    if not since_the_bake(tick, record) or tick.endpoint.serves(record.expected_target):
        return None
    moving = (
        f"Endpoint {record.endpoint} is {tick.endpoint.status}: it must serve the asked "
        "weights InService first"
    )
    return Held(moving, "judge")


def alarm_unclear(situation: Situation) -> Held | None:
    """Hold while a guard alarm is not known to be OK; at share 0 no request reaches the canary."""
    if situation.record.step == 0:
        return None
    for name in situation.record.plan.alarms:
        state = situation.seen.alarms.get(name, "not seen in the last minutes")
        if state != "OK":
            unclear = (
                f"Alarm {name} is {state}: it must be OK before the share rises. Check that it "
                "still exists and its metric gets data; where that counts rare events, set its "
                "TreatMissingData to notBreaching"
            )
            return Held(unclear, "alarm")
    return None


def no_instances(situation: Situation) -> Held | None:
    """Hold while the next step's instances are not to be had, until they are tried again."""
    record = situation.record
    missing = record.capacity.missing if record.capacity else None
    if missing is None or (missing.again_at is not None and situation.seen.now >= missing.again_at):
        return None
    shares = (percent(record.plan.steps[missing.step].share), percent(record.share))
    return Held(missing.words(record.canary, *shares), "judge")


def newest_minutes_worse(situation: Situation) -> Held | None:
    """Hold while the newest minutes look worse, however good those before them were."""
    share, newest = situation.record.share, situation.newest
    return Held(f"At {percent(share)}, {newest}", "judge") if newest else None


def no_place(situation: Situation) -> Held | None:
    """Hold the first share while as many canaries serve as may, and those ahead have none yet."""
    line = situation.seen.line
    if line is None or situation.record.step > 0:
        return None
    told = f"It waits for a place: {line.words}; otherwise: {situation.reason}"
    return standing_still(situation, "place", None, line.words, told)
