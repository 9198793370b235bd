"""Subscriptions that somebody has to confirm: until then they are listed as pending, are counted
apart, and get nothing.

Restores on moto, where every subscription is confirmed at once and a topic counts none. Source: SNS
API reference, Subscribe and GetTopicAttributes.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.sns.models import SNSBackend, Subscription, sns_backends
from moto.sns.responses import SNSResponse

from emulator.patching import Patches
from emulator.place import Place

CONFIRMED_BY_A_PERSON = frozenset({"email", "email-json", "http", "https"})
PENDING = "PendingConfirmation"


def is_pending(subscription: Subscription) -> bool:
    """Return whether nobody has confirmed a subscription yet."""
    return subscription.protocol in CONFIRMED_BY_A_PERSON and not subscription.confirmed


def confirm(place: Place, address: str) -> None:
    """Confirm every subscription of an address, as its owner does by the link in the mail. Raises
    KeyError for an address that was never subscribed.
    """
    subscriptions = sns_backends[place.account][place.region].subscriptions.values()
    found = [one for one in subscriptions if one.endpoint == address]
    if not found:
        raise KeyError(address)
    for subscription in found:
        subscription.confirmed = True
        subscription.attributes["PendingConfirmation"] = "false"


def patch_subscriptions(patches: Patches) -> None:
    """Let subscriptions wait for their confirmation."""
    _patch_subscribing(patches)
    _patch_lists(patches)
    _patch_counts(patches)


def _patch_subscribing(patches: Patches) -> None:
    def subscribe(self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        subscription: Subscription = original(self, topic_arn, endpoint, protocol)
        if is_pending(subscription):
            subscription.attributes["PendingConfirmation"] = "true"
        return subscription

    original = patches.replace(
        SNSBackend, "subscribe", subscribe, parameters=("topic_arn", "endpoint", "protocol")
    )


def _patch_lists(patches: Patches) -> None:
    def list_subscriptions_by_topic(self: SNSResponse) -> ActionResult:
        found, following = self.backend.list_subscriptions_by_topic(
            self._get_param("TopicArn"), next_token=self._get_param("NextToken")
        )
        listed = [_listed(one) for one in found]
        return ActionResult({"Subscriptions": listed, "NextToken": following})

    patches.replace(
        SNSResponse, "list_subscriptions_by_topic", list_subscriptions_by_topic, parameters=()
    )


def _listed(subscription: Subscription) -> dict[str, Any]:
    return {
        "SubscriptionArn": PENDING if is_pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }


def _patch_counts(patches: Patches) -> None:
    def get_topic_attributes(self: SNSResponse) -> ActionResult:
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        found, _ = self.backend.list_subscriptions_by_topic(topic.arn)
        topic.subscriptions_pending = sum(map(is_pending, found))
        topic.subscriptions_confimed = len(found) - topic.subscriptions_pending
        answer: ActionResult = original(self)
        return answer

    original = patches.replace(
        SNSResponse, "get_topic_attributes", get_topic_attributes, parameters=()
    )
