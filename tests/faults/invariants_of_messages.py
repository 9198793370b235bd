"""What must hold of every message: told, once, after it took effect, and never of what did not
happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from canary.domain.plan.target import same_weights
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.kinds.ends import Promoted, RolledBack
from canary.domain.rollout.kinds.going import Reached
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from tests.faults.invariants_of_releases import safe_of
from tests.faults.run import Invariant, Run

VISIBLE_WITHIN = timedelta(seconds=60)


def every_transition_is_told(run: Run) -> Iterator[str]:
    """At least once each; once only, unless a fault hit the very invocation that published it.

    An invocation hit between the publish and the note that it was told cannot know, nor can whoever
    comes next.
    """
    queued = {
        m.id: (m.kind, _what(mail_of(m).subject))
        for r in run.observer.revisions
        for m in r.record.outbox
    }
    counts = Counter(told.id for told in run.observer.told)
    whole = Counter(told.id for told in run.observer.told if told.work not in run.observer.broken)
    for identity, (_, subject) in queued.items():
        if not counts[identity] and not run.permanent:
            yield f"{identity} ({subject}) was never told"
        if whole[identity] > 1:
            yield f"{identity} ({subject}) was told {counts[identity]} times"
    of_no_rollout = {told.id for told in run.observer.told if told.kind == "not_started"}
    for identity in counts.keys() - queued.keys() - of_no_rollout:
        yield f"{identity} was told and never recorded"
    subjects = Counter(subject for kind, subject in queued.values() if kind == "transition")
    for subject, count in subjects.items():
        may = 1 + (_retries(run) if "UNPROVEN" in subject else 0)
        if count > may and not run.permanent and len(run.last) == 1:
            yield f"{subject!r} was queued {count} times"


def every_message_is_on_the_bus(run: Run) -> Iterator[str]:
    """Machines are told what people are, at least once, and nothing that was never recorded."""
    queued = {m.id for r in run.observer.revisions for m in r.record.outbox}
    missing = queued - set(run.observer.emitted)
    if missing and not run.permanent:
        yield f"{sorted(missing)} was never put on the bus"
    for identity in sorted(set(run.observer.emitted) - queued):
        yield f"{identity} was put on the bus and never recorded"


def _what(subject: str) -> str:
    """Return what a subject says is true, without number and reason: those change by the look."""
    return ": ".join(subject.split(": ")[:2])


def _retries(run: Run) -> int:
    """Return how often a person had an UNPROVEN rollout restored again; it may then end so
    again.
    """
    phases = [revision.record.phase for revision in run.observer.revisions]
    return sum(pair == (Phase.UNPROVEN, Phase.ROLLING_BACK) for pair in pairwise(phases))


def nothing_is_told_before_it_took_effect(run: Run) -> Iterator[str]:
    """When a message is recorded the endpoint already serves what it says."""
    known: set[str] = set()
    for revision in run.observer.revisions:
        record = revision.record
        for message in record.outbox:
            if message.id in known:
                continue
            known.add(message.id)
            subject = mail_of(message).subject
            said = _said(record, message)
            if said is None or _just_overtaken(run, revision.at):
                continue
            if revision.serving is None or not same_weights(dict(revision.serving), dict(said)):
                yield (
                    f"{subject!r} recorded at r{record.revision} while {revision.serving} served"
                )


def _just_overtaken(run: Run, at: datetime) -> bool:
    """Return whether somebody else changed the endpoint so shortly before that reads may not have
    shown it yet.
    """
    since = run.world.foreign_since
    return since is not None and timedelta(0) <= at - since < VISIBLE_WITHIN


def _said(record: Record, message: Message | WrittenMessage) -> Mapping[str, float] | None:
    """Return the weights a message says are serving, None when it says nothing of weights."""
    match message.facts if isinstance(message, Message) else None:
        case RolledBack() as told:
            return safe_of(record, told.safe.weights)
        case Promoted():
            return record.plan.steps[-1].target.weights
        case Reached():
            return record.plan.steps[record.step].target.weights
    return None


def handed_over_tells_our_last_write(run: Run) -> Iterator[str]:
    """Who takes the endpoint over must know what we wrote last."""
    for record in run.last.values():
        if record.phase is not Phase.HANDED_OVER:
            continue
        bodies = [
            mail.body
            for r in run.observer.revisions
            for mail in map(mail_of, r.record.outbox)
            if "HANDED OVER" in mail.subject
        ]
        if not any("Our last write" in body for body in bodies):
            yield f"{record.rollout} was handed over without telling its last write"


def unproven_pages(run: Run) -> Iterator[str]:
    """UNPROVEN without a page is half-way weights that nobody knows of."""
    for record in run.last.values():
        if record.phase is Phase.UNPROVEN and not any(
            "UNPROVEN" in told.subject for told in run.observer.told
        ):
            yield f"{record.rollout} is UNPROVEN and nobody was paged"


MESSAGES: tuple[Invariant, ...] = (
    every_transition_is_told,
    every_message_is_on_the_bus,
    nothing_is_told_before_it_took_effect,
    handed_over_tells_our_last_write,
    unproven_pages,
)
