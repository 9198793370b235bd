"""Publishes what waits in a record's outbox: claimed first, published, then taken out.

The order rule: messages are published in the order they were written, and wait behind one that SNS
cannot take now. One that SNS refuses for good waits alone, told of by the alarm on untold messages:
those behind it go out before it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.rollout.outbox import claim_messages, told
from canary.domain.rollout.record import Record
from canary.ports.rollouts import Rollouts
from canary.ports.telling import Publisher


class Teller:
    """Tells people; SNS being down delays a message and blocks nothing."""

    def __init__(
        self, rollouts: Rollouts, publisher: Publisher, new_claim: Callable[[], str]
    ) -> None:
        """Take the record store, the publisher, and what gives every telling a name of its own."""
        self._rollouts = rollouts
        self._publisher = publisher
        self._new_claim = new_claim

    def tell(self, rollout: str, now: datetime) -> Record:
        """Publish the waiting messages and return the record without them; failures wait for the
        next tick.
        """
        record = self._rollouts.load(rollout)
        if not record.outbox:
            return record
        claim = self._new_claim()
        record = self._rollouts.change(rollout, lambda r: claim_messages(r, claim, now))
        mine = [message for message in record.outbox if message.claim == claim]
        published: set[str] = set()
        for message in mine:
            try:
                self._publisher.publish(mail_of(message), _attributes(message, record))
            except AwsUnavailable:
                break
            except AwsDenied:
                continue
            published.add(message.id)
        failed = frozenset(message.id for message in mine) - published
        return self._rollouts.change(rollout, lambda r: told(r, frozenset(published), failed))


def _attributes(message: Message | WrittenMessage, record: Record) -> Mapping[str, str]:
    """Return what subscribers filter by. The phase is that of the message's event; one of version
    5d17009 kept none, so it gets today's.
    """
    phase = message.phase if isinstance(message, Message) else record.phase
    return {
        "id": message.id,
        "kind": message.kind,
        "endpoint": record.endpoint,
        "rollout": record.rollout,
        "phase": phase,
    }
