"""Which configuration is due, and how the endpoint stands against it.

Rules: pure; one read of the endpoint in. UpdateEndpoint replaces every instance and may take long;
when it fails SageMaker goes back to the configuration before, InService.
"""

from datetime import datetime, timedelta
from typing import Literal

from canary.domain.plan.endpoint import TRANSITIONAL, EndpointView
from canary.domain.plan.target import Target
from canary.domain.rollout.arrival import VISIBLE_WITHIN, is_foreign
from canary.domain.rollout.kinds.release import What
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.release.ownership import without_canary, without_control

Standing = Literal["THERE", "BUSY", "BEFORE", "BACK", "LATE", "FOREIGN", "GONE"]
"""THERE: the configuration serves as it should. BUSY: the endpoint is moving. BEFORE: the one
before serves, and nothing may be on its way. BACK: SageMaker went back to it. LATE: it takes too
long, or the endpoint is stuck."""

ARRANGED_WITHIN = timedelta(minutes=90)
"""Then it is given up; looked at every 90 s, two of them fit into one history beside every move."""


def due(record: Record) -> What | None:
    """Return what is to be arranged next; None where nothing is."""
    release = record.plan.release
    if release is None:
        return None
    if record.phase in {Phase.PLANNED, Phase.STAGING}:
        return "stage" if release.staging is not None else None
    if record.phase in {Phase.WATCHING, Phase.SETTLING} and not record.rolling_back:
        return None if release.after == "keep" else release.after
    if record.phase is Phase.TAKING_OFF:
        return "take_off"
    if record.phase is Phase.ROLLING_BACK and record.outcome is not None:
        safe = record.outcome.end is Phase.ROLLED_BACK
        return "take_off" if safe and release.takes_off else None
    return None


def config_of(record: Record, what: What) -> str:
    """Return the name of the configuration that an arrangement puts in use."""
    release = record.plan.release
    assert release is not None  # noqa: S101 - something is due
    if what == "stage":
        return record.plan.config_name
    return release.found_config if what == "take_off" else release.end_config


def wanted(record: Record, what: What) -> Target:
    """Return what must serve once it is arranged."""
    if what == "stage":
        return record.plan.found_target
    if what == "take_off":
        return without_canary(record)
    serving = record.expected_target
    if what == "settle":
        return without_control(record, Target(weights=serving.weights))
    return Target(weights={name: w for name, w in serving.weights.items() if w > 0})


def standing(record: Record, view: EndpointView, now: datetime) -> Standing:
    """Return how the endpoint stands against the arrangement of the record, which must have one."""
    asked = record.arranged
    assert asked is not None  # noqa: S101 - claimed before it is looked at
    there = view.config_name == asked.config
    if not view.exists or (there and view.serves(wanted(record, asked.what))):
        return "THERE" if view.exists else "GONE"
    moving = view.status in TRANSITIONAL
    if not moving and is_foreign(record, view) and not (there and asked.what == "retire"):
        return "FOREIGN"
    if view.stuck or now - asked.at > ARRANGED_WITHIN:
        return "LATE"
    if moving or there:
        return "BUSY"
    return "BACK" if now - asked.at >= VISIBLE_WITHIN else "BEFORE"


def changed_counts(record: Record, view: EndpointView) -> dict[str, tuple[int, int | None]]:
    """Return variants with fewer instances than when the rollout was planned: then and now."""
    staging = record.plan.release.staging if record.plan.release else None
    found = staging.found_counts if staging else {}
    now = {v.name: v.current_count for v in view.variants}
    return {name: (n, now.get(name)) for name, n in found.items() if (now.get(name) or 0) < n}
