"""Facts as a mail to the person on call: the subject says what is true, the body why, since when
and what to do.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from canary.domain.model import Frozen
from canary.domain.plan.target import describe
from canary.domain.rollout import messages as told
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.words import duration, moment, percent

SUBJECT_LENGTH = 100
Said = tuple[str, Sequence[str]]
"""What is true now in a few words, and the lines that explain it."""


class Mail(Frozen):
    """One mail."""

    subject: str
    body: str


def mail_of(message: Message | WrittenMessage) -> Mail:
    """Return the mail that tells a message; one of version 5d17009 as it was written."""
    if isinstance(message, WrittenMessage):
        return Mail(subject=message.subject, body=message.body)
    what, lines = SAYS[type(message.facts)](message, message.facts)
    footer = (
        f"Rollout {message.rollout}, revision {message.revision}, "
        f"generation {message.generation}, {moment(message.at)}."
    )
    return Mail(
        subject=f"[canary] {message.endpoint}: {what}"[:SUBJECT_LENGTH],
        body="\n".join([*(line for line in lines if line), footer]),
    )


def _started(message: Message, facts: told.Started) -> Said:
    steps = " -> ".join(percent(share) for share in facts.shares)
    goes = f"The canary {message.canary} starts at share 0 and goes {steps}"
    return "rollout started", [
        f"{goes}, each step only on evidence.",
        f"Watched: {', '.join(facts.watched)}.",
        f"If anything is wrong it goes back to {describe(facts.safe)}.",
        *facts.notices,
    ]


def _reached(message: Message, facts: told.Reached) -> Said:
    lines = [f"Weights now: {describe(facts.target)}, confirmed by DescribeEndpoint."]
    if facts.watch_minutes is not None:
        minutes = facts.watch_minutes
        lines.append(f"It is watched alone for {minutes} minutes before it counts as promoted.")
    if facts.bake_minutes is not None:
        least, most = facts.bake_minutes
        lines.append(f"It bakes {least} to {most} minutes before the next verdict.")
    return f"{message.canary} serves {percent(message.share)}", lines


def _promoted(message: Message, facts: told.Promoted) -> Said:
    minutes = (message.at - facts.began_at).total_seconds() / 60
    others = "The other variants are still there at weight 0"
    return "PROMOTED", [
        f"{message.canary} serves all traffic: {describe(facts.target)}.",
        f"It took {minutes:.0f} minutes. {facts.reason}".strip(),
        f"{others}; retire them when you no longer want the way back.",
    ]


def _rolled_back(message: Message, facts: told.RolledBack) -> Said:
    others = "every other variant as it was found, verified by DescribeEndpoint:"
    return f"ROLLED BACK, {message.canary} at 0%", [
        f"{message.canary} is at 0 and {others}",
        f"{describe(facts.safe)}.",
        f"Why: {facts.reason}",
        _time_to_safe(facts),
        "Nothing has to be done tonight. Start a new rollout when the cause is fixed.",
    ]


def _time_to_safe(facts: told.RolledBack) -> str:
    if facts.decided_at is None:
        return "No weight had been moved."
    seconds = (facts.safe_at - facts.decided_at).total_seconds()
    return f"Decided {moment(facts.decided_at)}, safe {seconds:.0f} s later."


def _handed_over(_message: Message, facts: told.HandedOver) -> Said:
    write = "none: this rollout never moved a weight"
    if facts.last_write is not None and facts.written_at is not None:
        write = f"{describe(facts.last_write)} at {moment(facts.written_at)}"
    check = "Check the endpoint's weights; they are yours now."
    return "HANDED OVER, not ours any more", [
        f"Why: {facts.reason}",
        f"Our last write: {write}.",
        f"Nothing was overwritten and the lease is free. {check}",
    ]


def _unproven(message: Message, facts: told.Unproven) -> Said:
    retry = f'{{"command": "retry", "endpoint": "{message.endpoint}"}}'
    until = "Until then no other rollout can start."
    return "UNPROVEN - a person must look now", [
        f"The safe weights {describe(facts.safe)} could not be verified. Why: {facts.reason}",
        f"Look: aws sagemaker describe-endpoint --endpoint-name {message.endpoint}",
        f"Then start an execution of the state machine with {retry}",
        f'to restore again, or with "release" to take the endpoint as it is. {until}',
    ]


def _taken_over(_message: Message, facts: told.TakenOver) -> Said:
    back = f"A new execution goes back to {describe(facts.safe)}."
    return "execution died, restoring", [f"{facts.cause} {back}"]


def _pause_over(_message: Message, facts: told.PauseOver) -> Said:
    ended = moment(facts.paused_until)
    whose = f" of {facts.by}" if facts.by else ""
    why = f" ({facts.reason})" if facts.reason else ""
    lines = [f"The pause{whose}{why} ended at {ended}; the rollout may advance again."]
    if facts.since is not None:
        lasted = duration((facts.paused_until - facts.since).total_seconds())
        lines.append(f"It lasted {lasted}, which no limit of the rollout counts.")
    return "pause over", lines


def _needs_look(message: Message, facts: told.NeedsLook) -> Said:
    steer = f"canaryctl promote | pause | rollback --endpoint {message.endpoint}"
    lines = [f"{facts.reason.rstrip('.')}.", f"To decide it yourself: {steer}"]
    if facts.deadline is not None:
        lines.append(f"If nothing changes, it is taken back at {moment(facts.deadline)}.")
    return "needs a look", lines


def _holding_at_gate(_message: Message, facts: told.HoldingAtGate) -> Said:
    return "holding at share 0", [facts.reason]


def _not_safe_yet(_message: Message, facts: told.NotSafeYet) -> Said:
    refused = f"SageMaker refuses: {facts.denial.rstrip('.')}. " if facts.denial else ""
    text = (
        f"Rolling back since {moment(facts.began_at)} and the safe weights "
        f"{describe(facts.safe)} do not serve yet. The endpoint is {facts.standing}. "
        f"Asked {facts.asks} times, {facts.accepted} of them accepted. "
        f"{refused}It goes on trying; look at the endpoint meanwhile."
    )
    return "not safe yet", [text]


SAYS: Mapping[type[told.Fact], Callable[[Message, Any], Said]] = {
    told.Started: _started,
    told.Reached: _reached,
    told.Promoted: _promoted,
    told.RolledBack: _rolled_back,
    told.HandedOver: _handed_over,
    told.Unproven: _unproven,
    told.TakenOver: _taken_over,
    told.PauseOver: _pause_over,
    told.NeedsLook: _needs_look,
    told.HoldingAtGate: _holding_at_gate,
    told.NotSafeYet: _not_safe_yet,
}
