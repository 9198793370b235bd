"""A topic: whose key it is encrypted with, whom it lets in, and who is subscribed to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

PENDING, DELETED = "PendingConfirmation", "Deleted"
"""What stands for the ARN of a subscription that nobody confirmed, and of one that is gone: AWS
goes on listing that for a while (github.com/ansible/ansible, issue 20086).
"""


@dataclass(frozen=True)
class Subscription:
    """One subscription; `confirmed` is False until its owner has followed the link in the mail."""

    protocol: str
    address: str
    confirmed: bool
    arn: str = ""


class TopicReader:
    """Looks at topics."""

    def __init__(self, client: "SNSClient") -> None:
        """Take a boto3 SNS client."""
        self._client = client

    def key(self, topic: str) -> str | None:
        """Return the KMS key of a topic, '' where it has none; None when there is no such topic."""
        return self._attribute(topic, "KmsMasterKeyId")

    def policy(self, topic: str) -> str | None:
        """Return a topic's own policy as JSON, '' where it has none; None when there is no such
        topic.
        """
        return self._attribute(topic, "Policy")

    def _attribute(self, topic: str, name: str) -> str | None:
        try:
            with translated("sns:GetTopicAttributes"):
                found = self._client.get_topic_attributes(TopicArn=topic)["Attributes"]
        except CanaryError as error:
            if code_of_cause(error) in {"NotFound", "NotFoundException"}:
                return None
            raise
        return found.get(name, "")

    def subscriptions(self, topic: str) -> Sequence[Subscription]:
        """Return who is subscribed to a topic, the unconfirmed too; not who was."""
        with translated("sns:ListSubscriptionsByTopic"):
            pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(
                TopicArn=topic
            )
            return [
                Subscription(
                    one["Protocol"],
                    one["Endpoint"],
                    one["SubscriptionArn"] != PENDING,
                    one["SubscriptionArn"],
                )
                for page in pages
                for one in page["Subscriptions"]
                if one["SubscriptionArn"] != DELETED
            ]

    def filter_of(self, subscription: str) -> tuple[str, str]:
        """Return a subscription's filter policy, '' where it has none, and what that is held
        against: MessageAttributes or MessageBody.
        """
        with translated("sns:GetSubscriptionAttributes"):
            found = self._client.get_subscription_attributes(SubscriptionArn=subscription)
        attributes = found["Attributes"]
        return (
            attributes.get("FilterPolicy", ""),
            attributes.get("FilterPolicyScope", "MessageAttributes"),
        )
