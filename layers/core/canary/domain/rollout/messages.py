"""What the person on call reads. The subject says what is true now; the body why, since when, and
what to do.

No payloads, labels or predictions ever appear here.
"""

from collections.abc import Sequence
from datetime import datetime

from canary.domain.plan.target import Target, shares
from canary.domain.rollout.record import Message, Record
from canary.domain.words import moment, percent

SUBJECT_LENGTH = 100


def started(record: Record, now: datetime) -> Message:
    """Return the first message: what will be done, and everything that is not known."""
    plan = record.plan
    steps = " -> ".join(percent(step.share) for step in plan.steps[1:])
    guards = (
        [guard.name for guard in plan.guards]
        + (["quality"] if plan.has_quality else [])
        + list(plan.alarms)
    )
    lines = [
        (
            f"The canary {record.canary} starts at share 0 and goes {steps}, each step only on "
            "evidence."
        ),
        f"Watched: {', '.join(guards)}.",
        f"If anything is wrong it goes back to {describe(plan.safe_target)}.",
        *plan.notices,
    ]
    return _transition(record, now, "rollout started", lines)


def reached(record: Record, step: int, now: datetime) -> Message:
    """Return the message that a step serves."""
    planned = record.plan.steps[step]
    subject = f"{record.canary} serves {percent(planned.share)}"
    lines = [
        f"Weights now: {describe(planned.target)}, confirmed by DescribeEndpoint.",
        _why_moved(record),
    ]
    return _transition(record, now, subject, lines)


def promoted(record: Record, now: datetime) -> Message:
    """Return the message of a promotion."""
    minutes = (now - record.started_at).total_seconds() / 60
    lines = [
        f"{record.canary} serves all traffic: {describe(record.plan.steps[-1].target)}.",
        (
            f"It took {minutes:.0f} minutes. {record.decision.reason if record.decision else ''}"
        ).strip(),
        (
            "The other variants are still there at weight 0; retire them when you no longer want "
            "the way back."
        ),
    ]
    return _transition(record, now, "PROMOTED", lines)


def rolled_back(record: Record, reason: str, now: datetime) -> Message:
    """Return the message of a verified roll-back, with the time from decision to safe."""
    lines = [
        (
            f"{record.canary} is at 0 and every other variant as it was found, verified by "
            "DescribeEndpoint:"
        ),
        f"{describe(record.plan.safe_target)}.",
        f"Why: {reason}",
        _time_to_safe(record, now),
        "Nothing has to be done tonight. Start a new rollout when the cause is fixed.",
    ]
    return _transition(record, now, f"ROLLED BACK, {record.canary} at 0%", lines)


def handed_over(record: Record, reason: str, now: datetime) -> Message:
    """Return the message that somebody else owns the endpoint now; our last write is told."""
    last = record.asked
    write = (
        f"{describe(last.target)} at {moment(last.at)}"
        if last
        else "none: this rollout never moved a weight"
    )
    lines = [
        f"Why: {reason}",
        f"Our last write: {write}.",
        (
            "Nothing was overwritten and the lease is free. Check the endpoint's weights; they are "
            "yours now."
        ),
    ]
    return _transition(record, now, "HANDED OVER, not ours any more", lines)


def unproven(record: Record, reason: str, now: datetime) -> Message:
    """Return the page: the safe weights could not be verified, a person must act."""
    lines = [
        (
            f"The safe weights {describe(record.plan.safe_target)} could not be verified. Why: "
            f"{reason}"
        ),
        f"Look: aws sagemaker describe-endpoint --endpoint-name {record.endpoint}",
        (
            f'Then start an execution of the state machine with {{"command": "retry", "endpoint": '
            f'"{record.endpoint}"}}'
        ),
        (
            'to restore again, or with "release" to take the endpoint as it is. Until then no '
            "other rollout can start."
        ),
    ]
    return _transition(record, now, "UNPROVEN - a person must look now", lines)


def taken_over(record: Record, cause: str, now: datetime) -> Message:
    """Return the notice that a dead execution was replaced by one that restores."""
    lines = [f"{cause} A new execution goes back to {describe(record.plan.safe_target)}."]
    return _message(record, now, "notice", "execution died, restoring", lines)


def notice(record: Record, subject: str, text: str, now: datetime) -> Message:
    """Return a notice: nothing was moved, but a person may want to know."""
    return _message(record, now, "notice", subject, [text])


def describe(target: Target) -> str:
    """Return weights with the share each gives, such as 'v1 1 (95%)', and the counts asked for."""
    parts = {name: percent(share) for name, share in shares(target.weights).items()}
    parts |= {n: f"{parts[n]}, {count} instances" for n, count in target.counts.items()}
    weights = sorted(target.weights.items())
    return ", ".join(f"{name} {weight:.6g} ({parts[name]})" for name, weight in weights)


def _why_moved(record: Record) -> str:
    step = record.plan.steps[record.step]
    if record.step == record.plan.last_step:
        return (
            f"It is watched alone for {record.plan.watch_minutes} minutes before it counts "
            "as promoted."
        )
    if not record.step:
        return "The labelled set comes first; no live request reaches the canary."
    return (
        f"It bakes {step.bake_min_minutes} to {step.bake_max_minutes} minutes before the "
        "next verdict."
    )


def _time_to_safe(record: Record, now: datetime) -> str:
    if not record.decision:
        return "No weight had been moved."
    # A second look, which a late call may make necessary, does not make it safe any later.
    safe = (record.restoring.verified_at if record.restoring else None) or now
    seconds = (safe - record.decision.at).total_seconds()
    return f"Decided {moment(record.decision.at)}, safe {seconds:.0f} s later."


def _transition(record: Record, now: datetime, what: str, lines: Sequence[str]) -> Message:
    return _message(record, now, "transition", what, lines)


def _message(record: Record, now: datetime, kind: str, what: str, lines: Sequence[str]) -> Message:
    revision = record.revision + 1
    identity = f"{record.rollout}/{revision}/{len(record.outbox)}"
    footer = (
        f"Rollout {record.rollout}, revision {revision}, generation {record.generation}, "
        f"{moment(now)}."
    )
    subject = f"[canary] {record.endpoint}: {what}"[:SUBJECT_LENGTH]
    body = "\n".join([*(line for line in lines if line), footer])
    return Message.model_validate(
        {"id": identity, "kind": kind, "subject": subject, "body": body, "at": now}
    )
