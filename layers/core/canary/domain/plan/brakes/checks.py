"""What a spec's brakes are refused for on the day, before anything is moved, and what is told of
them; what reading alone refuses is in `reading`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from canary.domain.errors import Refused
from canary.domain.plan.brakes.calendar import closed, next_opening
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.words import moment, percent


def check_opens(keys: BrakeKeys, now: datetime, within: timedelta) -> None:
    """Raise Refused where hours and freezes together leave no opening within a rollout's life."""
    opens = next_opening(keys, now)
    if opens - now > within:
        raise Refused(
            "freezes" if keys.freezes else "hours",
            f"no step up could be taken before {moment(opens)}, and a rollout cannot wait longer "
            f"than {within.days} days",
            "Start it nearer to that day, or shorten the freeze",
        )


def told_of_brakes(keys: BrakeKeys, now: datetime) -> Iterator[str]:
    """Yield what a person should know at the start of what holds steps up, as it was read."""
    if keys.approve_before:
        shares = ", ".join(percent(share) for share in sorted(keys.approve_before))
        after = "it goes on waiting and its limits run again"
        if keys.on_unapproved == "roll_back":
            after = "it is taken back"
        yield (
            f"Before {shares} a person has to approve: each is asked for by a message, and awaited "
            f"for {keys.approve_within_minutes} minutes, which no limit counts; then {after}."
        )
    if keys.hours is not None:
        yield f"It goes up only {keys.hours.words}; it goes back at any time."
    for freeze in keys.freezes:
        begins, ends = freeze.moments(keys.hours.zone if keys.hours else None)
        if ends > now:
            why = f" ({freeze.reason})" if freeze.reason else ""
            yield (
                f"It does not go up from {moment(begins.astimezone(UTC))} until "
                f"{moment(ends.astimezone(UTC))}{why}."
            )
    found = closed(keys, now)
    if found is not None:
        yield f"{found.reason}: the first step can be taken at {moment(found.until)}."
    if keys.mode == "advise":
        yield (
            "Advice only: no share rises unless a person says so, by promote or by setting the "
            "weights of a step; the way back is still taken without asking."
        )
