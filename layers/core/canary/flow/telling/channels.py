"""The ways in which a message goes out, one value each: a name, and how a message is sent.

A channel that people read leaves routine out where the spec says `"notify": "important"`; what
machines read gets everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from canary.domain.rollout.forms.chat import chat_of
from canary.domain.rollout.forms.event import DETAIL_TYPE, state_change
from canary.domain.rollout.forms.mail import Mail, mail_of
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.rollout.record import Record
from canary.ports.telling import Bus, Publisher

AnyMessage = Message | WrittenMessage


@dataclass(frozen=True)
class Channel:
    """One way out. `name` is what a message remembers of having been sent by it, so it stays."""

    name: str
    send: Callable[[AnyMessage, Record], None]
    people: bool = True

    def takes(self, message: AnyMessage, record: Record) -> bool:
        """Return whether this message goes out here."""
        if not isinstance(message, Message):
            return self.people
        quiet = record.plan.notify == "important" and message.facts.routine
        return not (self.people and quiet)


def mail_channel(publisher: Publisher) -> Channel:
    """Return the channel of people's mails."""
    return Channel(
        "mail", lambda message, record: publisher.publish(mail_of(message), about(message, record))
    )


def chat_channel(publisher: Publisher) -> Channel:
    """Return the channel of a chat, whose topic gets JSON."""

    def send(message: AnyMessage, record: Record) -> None:
        notification = Mail(subject=mail_of(message).subject, body=chat_of(message))
        publisher.publish(notification, about(message, record))

    return Channel("chat", send)


def bus_channel(bus: Bus) -> Channel:
    """Return the channel of machines: one event a message."""

    def send(message: AnyMessage, _record: Record) -> None:
        if isinstance(message, Message):
            bus.emit(DETAIL_TYPE, state_change(message).model_dump_json(), message.at)

    return Channel("bus", send, people=False)


def about(message: AnyMessage, record: Record) -> Mapping[str, str]:
    """Return what subscribers filter by. The phase is that of the message's event; one of version
    5d17009 kept none, so it gets today's.
    """
    known = {
        "id": message.id,
        "kind": message.kind,
        "endpoint": record.endpoint,
        "rollout": record.rollout,
    }
    if isinstance(message, WrittenMessage):
        return known | {"phase": record.phase}
    return known | {
        "phase": message.phase,
        "severity": message.severity,
        "about": message.facts.about,
    }
