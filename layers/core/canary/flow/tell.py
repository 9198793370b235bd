"""Publishes what waits in a record's outbox: claimed first, published, then taken out.

The order rule: messages are published in the order they were written, and wait behind one that SNS
cannot take now. One that SNS refuses for good waits alone, told of by the alarm on untold messages:
those behind it go out before it.
"""

from collections.abc import Callable
from datetime import datetime

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.rollout.outbox import claim_messages, told
from canary.domain.rollout.record import Record
from canary.ports.aws import Publisher
from canary.ports.rollouts import Rollouts


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
        attributes = {"endpoint": record.endpoint, "rollout": record.rollout, "phase": record.phase}
        for message in mine:
            try:
                self._publisher.publish(message, attributes)
            except AwsUnavailable:
                break
            except AwsDenied:
                continue
            published.add(message.id)
        failed = frozenset(message.id for message in mine) - published
        return self._rollouts.change(rollout, lambda r: told(r, frozenset(published), failed))
