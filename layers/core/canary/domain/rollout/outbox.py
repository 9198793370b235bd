"""Messages wait in the record until they were published: at least once, and once unless AWS lost an
answer.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from canary.domain.rollout.kinds.values import Act, Numbers, Seen
from canary.domain.rollout.messages import Facts, Message, Queued, WrittenMessage
from canary.domain.rollout.record import Record

CLAIM_EXPIRES = timedelta(minutes=2)
TOLD_KEPT = 100


class About(NamedTuple):
    """What an event follows from: a person's order, and the numbers of the guard that spoke."""

    act: Act | None = None
    numbers: Numbers | None = None


NOTHING = About()


def tell(
    record: Record, facts: Facts, now: datetime, *, seen: Seen | None = None, about: About = NOTHING
) -> Record:
    """Return the record with one more message queued.

    `record` is as the event left it: the message carries its phase, step and share, and names the
    revision it will be stored under. `seen` is the newest look at the endpoint; without one it is
    the last that a move was confirmed by.
    """
    revision = record.revision + 1
    message = Message(
        id=f"{record.rollout}/{revision}/{len(record.outbox)}",
        kind=facts.kind,
        severity=facts.severity,
        at=now,
        rollout=record.rollout,
        endpoint=record.endpoint,
        canary=record.canary,
        phase=record.phase,
        step=record.step,
        share=record.share,
        revision=revision,
        generation=record.generation,
        commands=facts.commands,
        execution=record.holder,
        serving=seen or _last_confirmed(record),
        act=about.act,
        numbers=about.numbers,
        facts=facts,
    )
    return record.but(outbox=(*record.outbox, message))


def _last_confirmed(record: Record) -> Seen | None:
    asked = record.asked
    if asked is None or asked.reached_at is None:
        return None
    return Seen(target=asked.target, at=asked.reached_at)


def tell_once(
    record: Record,
    facts: Facts,
    text: str,
    now: datetime,
    *,
    seen: Seen | None = None,
    about: About = NOTHING,
) -> Record:
    """Return the record with a notice queued; the same `text`, whatever its numbers, is told once a
    step.
    """
    key = f"{record.step}: {re.sub(r'[0-9][0-9.,:]*', '#', text)}"
    if key in record.noticed:
        return record
    return tell(record.but(noticed=(*record.noticed, key)), facts, now, seen=seen, about=about)


def claim_messages(record: Record, claimant: str, now: datetime) -> Record:
    """Return the record with every message that nobody is publishing claimed by `claimant`."""
    outbox = tuple(
        message.but(claim=claimant, claimed_at=now) if _free(message, now) else message
        for message in record.outbox
    )
    return record.but(outbox=outbox)


def _free(message: Queued, now: datetime) -> bool:
    return message.claimed_at is None or now - message.claimed_at >= CLAIM_EXPIRES


def told(record: Record, sent: Mapping[str, tuple[str, ...]], channels: frozenset[str]) -> Record:
    """Return the record with the messages that every channel took moved from the outbox to what was
    told, the newest 100 of them.

    `sent` names, by message, the channels that took it. The others are free to be tried again, by
    the channels that failed alone.
    """
    kept: list[Message | WrittenMessage] = []
    done: list[Message | WrittenMessage] = []
    for message in record.outbox:
        if message.id not in sent:
            kept.append(message)
        elif channels <= set(sent[message.id]):
            done.append(message.but(sent=sent[message.id]))
        else:
            kept.append(message.but(claim=None, claimed_at=None, sent=sent[message.id]))
    return record.but(outbox=tuple(kept), told=(*record.told, *done)[-TOLD_KEPT:])
