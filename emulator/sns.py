"""Topics whose messages can be read, in emulated time, and whose subscribers are reached without
real keys.

Moto makes an RSA key pair for every subscription that gets a message; nothing here verifies
signatures. Messages are taken under the account's lock.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.sns.models import Subscription, Topic

from emulator.clock import Clock
from emulator.patching import Patches
from emulator.subscriptions import is_pending, patch_subscriptions

PARAMETERS = (
    "message",
    "subject",
    "message_attributes",
    "group_id",
    "deduplication_id",
    "message_structure",
)


@dataclass(frozen=True)
class Message:
    """A published message; attributes as plain texts."""

    at: datetime
    topic_arn: str
    subject: str | None
    message: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Mailbox:
    """Every message published. `deliver(arn, body)` reaches subscribed queues and functions."""

    def __init__(self, clock: Clock, deliver: Callable[[str, str], None]) -> None:
        self.clock = clock
        self.deliver = deliver
        self.messages: list[Message] = []

    def take(
        self, topic: Topic, message: str, subject: str | None, attributes: Mapping[str, Any]
    ) -> str:
        """Keep a message, send it to the topic's queues and functions, and return its id."""
        self.clock.lock.check()
        now = self.clock.now()
        plain = {name: str(value.get("Value", "")) for name, value in attributes.items()}
        self.messages.append(Message(now, topic.arn, subject, message, plain))
        message_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{topic.arn}/{len(self.messages)}"))
        notice = {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": topic.arn,
            "Subject": subject,
            "Message": message,
            "Timestamp": f"{now:%Y-%m-%dT%H:%M:%S.000Z}",
            "MessageAttributes": {
                name: {"Type": value.get("Type", "String"), "Value": value.get("Value")}
                for name, value in attributes.items()
            },
        }
        subscriptions, _ = topic.sns_backend.list_subscriptions_by_topic(topic_arn=topic.arn)
        for subscription in subscriptions:
            self._send(subscription, notice, attributes, message)
        return message_id

    def _send(
        self,
        subscription: Subscription,
        notice: Mapping[str, Any],
        attributes: Mapping[str, Any],
        message: str,
    ) -> None:
        if is_pending(subscription):
            return
        matcher = subscription._filter_policy_matcher
        if matcher is not None and not matcher.matches(attributes, message):
            return
        is_raw = str(subscription.attributes.get("RawMessageDelivery", "")).lower() == "true"
        if subscription.protocol == "sqs":
            body = message if is_raw else json.dumps(notice)
        elif subscription.protocol == "lambda":
            body = json.dumps({"Records": [_record(subscription, notice)]})
        else:
            return  # an e-mail is read in `messages`
        self.clock.call_in(0, lambda: self.deliver(subscription.endpoint, body))


def _record(subscription: Subscription, notice: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": dict(notice),
    }


def patch_sns(patches: Patches, mailbox: Mailbox) -> None:
    """Put the mailbox behind moto's topics, and let subscriptions wait for confirmation."""
    patch_subscriptions(patches)

    def publish(
        self: Topic,
        message: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,  # noqa: ARG001 -- only FIFO topics
        message_structure: str | None = None,  # noqa: ARG001 -- only per-protocol texts
    ) -> str:
        message_id = mailbox.take(self, message, subject, message_attributes or {})
        self.sent_notifications.append((message_id, message, subject, message_attributes, group_id))
        return message_id

    patches.replace(Topic, "publish", publish, parameters=PARAMETERS)
