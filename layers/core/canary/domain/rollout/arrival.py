"""Did the target arrive? One read of the endpoint against what was asked, and what to do about it.

InService alone proves nothing: success is InService AND current == desired == asked, for every
variant's weight and every count that was asked for. A read that looks wrong may be stale, so the
caller reads three times before REVERTED or FOREIGN is believed, and an ask younger than a minute is
given time to become visible.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from canary.domain.plan.endpoint import Arrival, EndpointView
from canary.domain.plan.target import Target, describe, same_shares, same_weights
from canary.domain.rollout.kinds.looks import LONGEST
from canary.domain.rollout.phase import SERVING
from canary.domain.rollout.record import Record
from canary.domain.rollout.release.ownership import (
    is_safe,
    our_configs,
    unstaged_target,
    without_control,
)

FOREIGN_REASON = (
    "somebody else changed the endpoint: another configuration, or weights that are not ours"
)
GONE_REASON = "the endpoint does not exist any more"
VISIBLE_WITHIN = timedelta(seconds=60)
LOOKED_AT_OFTEN = timedelta(minutes=2)
"""A move that is not there by then is SLOW and looked at every 75 s: a look is nine events of a
history that holds 25,000, and a rollout may have fifty moves of a quarter of an hour.
"""
RESTORE_OVERDUE = LONGEST
READS = 3


def agreed(
    read: Callable[[], EndpointView], suspicious: Callable[[EndpointView], bool]
) -> EndpointView:
    """Return the first read that is not suspicious, or the last of three that all are."""
    view = read()
    for _ in range(READS - 1):
        if not suspicious(view):
            break
        view = read()
    return view


def is_foreign(record: Record, view: EndpointView) -> bool:
    """Return whether somebody else changed the endpoint: another config, other variants, or weights
    not ours.

    Instance counts say nothing of who owns the endpoint: autoscaling moves them.
    """
    if not view.exists:
        return False
    if view.config_name not in our_configs(record):
        return True
    if not view.in_service or taken_by_hand(record, view) is not None:
        return False
    same = same_shares if record.plan.brakes.mode == "advise" else same_weights
    return not any(same(view.current_weights, ours.weights) for ours in our_targets(record))


def taken_by_hand(record: Record, view: EndpointView) -> int | None:
    """Return the step whose weights a person has set on a serving rollout that only advises, 0 for
    the safe weights; None where nobody has, or these are the weights of no step above.

    Such a rollout asks for no step by itself, so weights that give a step's shares are a person's
    own doing, in whatever scale they write them.
    """
    advises = record.plan.brakes.mode == "advise" and record.phase in SERVING
    if not advises or not view.in_service or view.config_name != record.plan.config_name:
        return None
    if same_weights(view.current_weights, record.expected_target.weights):
        return None
    if record.step and same_shares(view.current_weights, record.plan.safe_target.weights):
        return 0
    above = list(enumerate(record.plan.steps))[record.step + 1 :]
    return next(
        (i for i, step in above if same_shares(view.current_weights, step.target.weights)), None
    )


def foreign_reason(record: Record) -> str:
    """Return why an endpoint is handed over, and what would have counted as a person's own step."""
    if record.plan.brakes.mode != "advise":
        return FOREIGN_REASON
    ours = [step.target for step in record.plan.steps[record.step + 1 :]]
    ways = " or ".join(describe(target) for target in (record.plan.safe_target, *ours))
    return f"{FOREIGN_REASON}; it only advises, and would have gone along with {ways}"


def our_targets(record: Record) -> Sequence[Target]:
    """Return every target this rollout may have left behind at this point, with the control that
    was built and without.

    Going forward that is the last ask and what served before it. On the way back a late call of a
    dead execution may still land, so every step so far counts as ours.
    """
    last = (
        [record.asked.target, record.asked.before] if record.asked else [record.plan.found_target]
    )
    without = unstaged_target(record)
    if record.rolling_back:
        steps = record.plan.steps[: record.step + 1]
        last = [*last, record.plan.found_target, *(step.target for step in steps)]
    elif record.asked is None or record.asked.reached_at is not None:
        last = last[:1]
    last += [one for ours in last if (one := without_control(record, ours)) != ours]
    return last if without is None else [*last, without]


def look_forward(record: Record, view: EndpointView, now: datetime) -> Arrival:
    """Return how the last forward ask stands; the record must have one."""
    assert record.asked is not None  # noqa: S101 - claimed before it is looked at
    if not view.exists:
        return "GONE"
    if is_foreign(record, view):
        return "FOREIGN"
    if view.serves(record.asked.target):
        return "REACHED"
    if now - record.asked.at > timedelta(minutes=record.plan.overdue_minutes):
        return "OVERDUE"
    return "REVERTED" if view.in_service and not _maybe_unseen(record, now) else "MOVING"


def pace(record: Record, now: datetime) -> Arrival:
    """Return MOVING, or SLOW for a move that is to be looked at less often."""
    asked = record.asked
    return "SLOW" if asked is not None and now - asked.at >= LOOKED_AT_OFTEN else "MOVING"


def look_restored(record: Record, view: EndpointView, now: datetime) -> Arrival:
    """Return how the way to the safe weights stands. REVERTED: others of our weights serve, so the
    safe ones are due.

    They are due as well when the endpoint is stuck: SageMaker's answer to the ask says whether it
    is beyond repair. A forward ask younger than a minute may not be visible yet, so safe weights
    seen meanwhile prove nothing.
    """
    if not view.exists:
        return "GONE"
    if is_foreign(record, view):
        return "FOREIGN"
    if is_safe(record, view) and not (_maybe_unseen(record, now) and _forward(record)):
        return "REACHED"
    if now - _patient_from(record, now) > RESTORE_OVERDUE:
        return "OVERDUE"
    due = view.stuck or (view.in_service and not is_safe(record, view))
    return "REVERTED" if due and (_forward(record) or not _maybe_unseen(record, now)) else "MOVING"


def is_giving_back(record: Record, view: EndpointView) -> bool:
    """Return whether the safe weights were seen, still serve, and instances are on their way back:
    the endpoint is Updating meanwhile.
    """
    verified = record.restoring is not None and record.restoring.verified_at is not None
    return verified and _gives_back_under(record, view, record.plan.safe_target)


def is_giving_back_promoted(record: Record, view: EndpointView) -> bool:
    """Return whether the last step's weights were seen, still serve, and a control's instances are
    on their way back.
    """
    alone = record.step == record.plan.last_step and not view.stuck
    return alone and _gives_back_under(record, view, record.expected_target)


def _gives_back_under(record: Record, view: EndpointView, target: Target) -> bool:
    begun = record.capacity is not None and record.capacity.giving_back_since is not None
    ours = view.config_name == record.plan.config_name
    return begun and ours and same_weights(view.current_weights, target.weights)


def _patient_from(record: Record, now: datetime) -> datetime:
    """Return since when this generation tries: a recovery that begins late has all of its patience
    left.
    """
    restoring = record.restoring
    return (restoring.patient_from or restoring.began_at) if restoring else now


def _maybe_unseen(record: Record, now: datetime) -> bool:
    """Return whether the last ask is unconfirmed and so young that a read may not show it yet."""
    return any(
        ask is not None and ask.reached_at is None and now - ask.at < VISIBLE_WITHIN
        for ask in (record.asked, record.arranged)
    )


def _forward(record: Record) -> bool:
    return record.asked is None or record.asked.direction == "forward"


def is_suspicious(record: Record, now: datetime) -> Callable[[EndpointView], bool]:
    """Return the test for a read that must be repeated before it is believed."""

    def suspicious(view: EndpointView) -> bool:
        look = look_restored if record.rolling_back or record.asked is None else look_forward
        return look(record, view, now) in {"REVERTED", "FOREIGN", "GONE"}

    return suspicious


def why_restore(arrival: Arrival, record: Record, view: EndpointView) -> str:
    """Return why a step that did not arrive is taken back, in words."""
    share = f"{100 * record.plan.steps[record.step].share:.4g}%"
    if arrival == "REVERTED":
        return f"SageMaker went back to the weights before the step to {share}"
    return (
        f"the step to {share} was not reached in {record.plan.overdue_minutes} minutes "
        f"(endpoint {view.status})"
    )
