"""Sends what waits in a record's outbox by every channel: claimed first, sent, then taken out.

The order rule, for each channel by itself: messages go out in the order they were written, and wait
behind one that the channel cannot take now. One that it refuses for good waits alone, told of by
the alarm on untold messages: those behind it go out before it. What one channel has taken is never
held back by another, nor sent again because another failed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.rollout.outbox import claim_messages, told
from canary.domain.rollout.record import Record
from canary.flow.telling.channels import AnyMessage, Channel
from canary.ports.rollouts import Rollouts


class Teller:
    """Tells people and machines; AWS being down delays a message and blocks nothing."""

    def __init__(
        self, rollouts: Rollouts, channels: Sequence[Channel], new_claim: Callable[[], str]
    ) -> None:
        """Take the record store, the ways out, and what gives every telling a name of its own."""
        self._rollouts = rollouts
        self._channels = channels
        self._new_claim = new_claim

    def tell(self, rollout: str, now: datetime) -> Record:
        """Send the waiting messages and return the record without them; failures wait for the next
        tick.
        """
        record = self._rollouts.load(rollout)
        if not record.outbox:
            return record
        claim = self._new_claim()
        record = self._rollouts.change(rollout, lambda r: claim_messages(r, claim, now))
        mine = [message for message in record.outbox if message.claim == claim]
        sent = {message.id: set(message.sent) for message in mine}
        for channel in self._channels:
            for identity in _sent_by(channel, mine, record):
                sent[identity].add(channel.name)
        names = frozenset(channel.name for channel in self._channels)
        done = {identity: tuple(sorted(by)) for identity, by in sent.items()}
        return self._rollouts.change(rollout, lambda r: told(r, done, names))


def _sent_by(channel: Channel, mine: Sequence[AnyMessage], record: Record) -> Iterable[str]:
    """Yield the messages that a channel has, taken before or now, or that are not for it."""
    for message in mine:
        if channel.name not in message.sent and channel.takes(message, record):
            try:
                channel.send(message, record)
            except AwsUnavailable:
                return
            except AwsDenied:
                continue
        yield message.id
