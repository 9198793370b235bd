"""Brakes for people: a pause, an approval that nobody gave yet, a rollout that only advises."""

from datetime import datetime, timedelta

from canary.domain.plan.standstill import stood_still
from canary.domain.rollout.brakes.situation import Held, Situation, standing_still
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.domain.words import capital, duration, moment, percent


def paused(situation: Situation) -> Held | None:
    """Hold while a person's pause lasts."""
    told = paused_words(situation.record, situation.seen.now)
    return Held(f"{told}; otherwise: {situation.reason}", "person") if told else None


def paused_words(record: Record, now: datetime) -> str:
    """Return by whom, until when and since how long a rollout is paused, and how long its step was
    held besides; '' while it is not paused.
    """
    pause = record.pause_at(now)
    if pause is None:
        return ""
    so_far = duration(max(0.0, (now - pause.since).total_seconds()))
    return f"{capital(pause.words)}, {so_far} so far{_held(record, now)}"


def _held(record: Record, now: datetime) -> str:
    """Return how long the step was held while no limit stood still, '' before any serves."""
    if not record.bakes:
        return ""
    first, minute = record.bakes[-1].reached_minute + 1, minute_of(now)
    minutes = max(0, minute - first) - stood_still(record.standstills, first, minute)
    return f" and held for {duration(60 * minutes)} besides"


def not_approved(situation: Situation) -> Held | None:
    """Hold before a share that a person has to approve first; without an answer in time as the spec
    says.
    """
    record, now = situation.record, situation.seen.now
    approval = record.awaited_approval
    if approval is None:
        return None
    keys, at = record.plan.brakes, percent(approval.share)
    if approval.answer == "rejected":
        return Held(approval.words, "person", takes_back=True)
    begun = approval.awaited_from or now
    until = begun + timedelta(minutes=keys.approve_within_minutes)
    if now < until:
        then = "it is taken back" if keys.on_unapproved == "roll_back" else "its limits run again"
        told = (
            f"An approval before {at} is awaited since {moment(begun)} until {moment(until)}, when "
            f"{then}; otherwise: {situation.reason}"
        )
        return standing_still(situation, "approval", until, f"before {at}", told)
    over = (
        f"No approval before {at}: it was awaited from {moment(begun)} for "
        f"{keys.approve_within_minutes} minutes"
    )
    if keys.on_unapproved == "roll_back":
        return Held(f"{over}, and the spec says roll back", "judge", takes_back=True)
    return Held(f"{over}. It still counts when it comes; limits run again", "judge", told=True)


def advised(situation: Situation) -> Held | None:
    """Hold every step up of a rollout that only advises: a person takes it."""
    record = situation.record
    if record.plan.brakes.mode != "advise" or record.next_share is None:
        return None
    at = percent(record.next_share)
    told = f"Advice only: it would go to {at} now, and a person takes it there: {situation.reason}"
    return standing_still(situation, "advice", None, f"to {at}", told)
