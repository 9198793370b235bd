"""What a spec's brakes are refused for, before anything is moved, and what is told of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from canary.domain.errors import Refused
from canary.domain.plan.brakes.calendar import closed, next_opening
from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.words import moment, percent


def check_brakes(keys: BrakeKeys, shares: Sequence[float]) -> None:
    """Raise Refused for an approval of a share that is no step, or a freeze without a zone."""
    for index, share in enumerate(keys.approve_before):
        if share not in shares:
            raise Refused(
                f"approve_before.{index}",
                f"{share:g} is the share of no step",
                f"The steps have {', '.join(f'{one:g}' for one in shares)}; name one of them",
            )
    if len(set(keys.approve_before)) < len(keys.approve_before):
        raise Refused("approve_before", "a share is named twice", "Name each share once")
    if not keys.approve_before:
        for name in ("approve_within_minutes", "on_unapproved"):
            if name in keys.model_fields_set:
                raise Refused(
                    name, "nothing has to be approved", 'Add "approve_before", or leave it out'
                )
    for index, freeze in enumerate(keys.freezes):
        if freeze.local and freeze.zone is None and keys.hours is None:
            raise Refused(
                f"freezes.{index}.zone",
                f"{freeze.begins} to {freeze.ends} could be meant in UTC or on your own clock",
                'Add "zone" (such as "UTC" or "Europe/Berlin"), or moments with an offset',
            )
        begins, ends = freeze.moments(keys.hours.zone if keys.hours else None)
        if ends <= begins:
            raise Refused(
                f"freezes.{index}.ends",
                f"{moment(ends.astimezone(UTC))} is not after {moment(begins.astimezone(UTC))}",
                "Correct one of the two",
            )


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
