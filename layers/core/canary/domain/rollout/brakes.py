"""Brakes: what may turn an ADVANCE into a HOLD, and nothing else may.

Each is a pure function of one situation; the first of BRAKES that holds gives the reason. They are
asked when the verdict is weighed and once more when its decision is written, so that a brake put on
meanwhile holds too. A roll-back is never braked, and neither is a person's promote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from canary.domain.plan.standstill import stood_still
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings, since_the_bake
from canary.domain.time import minute_of
from canary.domain.words import duration, percent


@dataclass(frozen=True)
class Situation:
    """An ADVANCE that is due: of which rollout, for what reason, and what was seen around it."""

    record: Record
    seen: Surroundings
    reason: str
    newest: str = ""
    """Which guard looks worse in the newest minutes by themselves; '' where none does."""


@dataclass(frozen=True)
class Held:
    """Why an ADVANCE has to wait, and on whose behalf it does."""

    reason: str
    by: Literal["judge", "alarm", "person"]


Brake = Callable[[Situation], Held | None]


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


def paused(situation: Situation) -> Held | None:
    """Hold while a person's pause lasts."""
    told = paused_words(situation.record, situation.seen.now)
    return Held(f"{told}; otherwise: {situation.reason}", "person") if told else None


def paused_words(record: Record, now: datetime) -> str:
    """Return by whom, until when and since how long a rollout is paused, and how long its step was
    held besides; '' while it is not paused.
    """
    if not is_paused(record, now):
        return ""
    pause = record.standstills[-1]
    so_far = duration(max(0.0, (now - pause.since).total_seconds()))
    return f"{pause.words[:1].upper()}{pause.words[1:]}, {so_far} so far{_held(record, now)}"


def _held(record: Record, now: datetime) -> str:
    """Return how long the step was held while no limit stood still, '' before any serves."""
    if not record.bakes:
        return ""
    first, minute = record.bakes[-1].reached_minute + 1, minute_of(now)
    minutes = max(0, minute - first) - stood_still(record.standstills, first, minute)
    return f" and held for {duration(60 * minutes)} besides"


def is_paused(record: Record, now: datetime) -> bool:
    """Return whether a person's pause lasts."""
    return record.paused_until is not None and record.paused_until > now


def newest_minutes_worse(situation: Situation) -> Held | None:
    """Hold while the newest minutes look worse, however good those before them were."""
    share, newest = situation.record.share, situation.newest
    return Held(f"At {percent(share)}, {newest}", "judge") if newest else None


BRAKES: tuple[Brake, ...] = (
    blind,
    endpoint_not_settled,
    alarm_unclear,
    no_instances,
    paused,
    newest_minutes_worse,
)


def besides(record: Record, seen: Surroundings) -> str:
    """Return what would hold an ADVANCE too, whatever the judge says and a person aside; '' where
    nothing would.
    """
    found = (brake(Situation(record, seen, "")) for brake in BRAKES)
    return "; ".join(one.reason for one in found if one is not None and one.by != "person")


def held(situation: Situation) -> Held | None:
    """Return the first brake's reason to wait, None when the ADVANCE may go."""
    return next((found for brake in BRAKES if (found := brake(situation))), None)
