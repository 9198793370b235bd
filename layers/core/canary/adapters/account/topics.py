"""A topic: whose key it is encrypted with, and who is subscribed to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

PENDING = "PendingConfirmation"


@dataclass(frozen=True)
class Subscription:
    """One subscription; `confirmed` is False until its owner has followed the link in the mail."""

    protocol: str
    address: str
    confirmed: bool


class TopicReader:
    """Looks at topics."""

    def __init__(self, client: "SNSClient") -> None:
        """Take a boto3 SNS client."""
        self._client = client

    def key(self, topic: str) -> str | None:
        """Return the KMS key of a topic, '' where it has none; None when there is no such topic."""
        try:
            with translated("sns:GetTopicAttributes"):
                found = self._client.get_topic_attributes(TopicArn=topic)["Attributes"]
        except CanaryError as error:
            if code_of_cause(error) in {"NotFound", "NotFoundException"}:
                return None
            raise
        return found.get("KmsMasterKeyId", "")

    def subscriptions(self, topic: str) -> Sequence[Subscription]:
        """Return who is subscribed to a topic, the unconfirmed too."""
        with translated("sns:ListSubscriptionsByTopic"):
            pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(
                TopicArn=topic
            )
            return [
                Subscription(one["Protocol"], one["Endpoint"], one["SubscriptionArn"] != PENDING)
                for page in pages
                for one in page["Subscriptions"]
            ]
