"""Brakes: what may turn an ADVANCE into a HOLD, and nothing else may.

Each is a pure function of one situation; the first of BRAKES that holds gives the reason. They are
asked when the verdict is weighed and once more when its decision is written, so that a brake put on
meanwhile holds too. A roll-back is never braked, and neither is a person's promote.
"""

from canary.domain.rollout.brakes.people import advised, not_approved, paused, paused_words
from canary.domain.rollout.brakes.seen import (
    alarm_unclear,
    blind,
    endpoint_not_settled,
    newest_minutes_worse,
    no_instances,
    no_place,
)
from canary.domain.rollout.brakes.situation import Brake, Held, Situation
from canary.domain.rollout.brakes.times import closed_now, freezes_unread
from canary.domain.rollout.record import Record
from canary.domain.rollout.surroundings import Surroundings

__all__ = ["BRAKES", "Brake", "Held", "Situation", "besides", "held", "paused_words"]

BRAKES: tuple[Brake, ...] = (
    blind,
    endpoint_not_settled,
    alarm_unclear,
    no_instances,
    paused,
    newest_minutes_worse,
    freezes_unread,
    closed_now,
    not_approved,
    advised,
    no_place,
)
"""What nobody can help comes before what waits for people: an approval is awaited, and its time
runs, only when nothing else holds; a place is asked for when nothing else holds either.
"""


def besides(record: Record, seen: Surroundings) -> str:
    """Return what would hold an ADVANCE too, whatever the judge says and a person aside; '' where
    nothing would.
    """
    found = (brake(Situation(record, seen, "")) for brake in BRAKES)
    return "; ".join(one.reason for one in found if one is not None and one.by != "person")


def held(situation: Situation) -> Held | None:
    """Return the first brake's reason to wait, None when the ADVANCE may go."""
    return next((found for brake in BRAKES if (found := brake(situation))), None)
