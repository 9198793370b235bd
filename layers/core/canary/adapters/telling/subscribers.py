"""How many get the messages of a topic."""

from typing import TYPE_CHECKING

from canary.adapters.translation import translated

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class SnsSubscribers:
    """Counts who is subscribed to one topic; no address is read."""

    def __init__(self, client: "SNSClient", topic_arn: str) -> None:
        """Take a boto3 SNS client and the topic's ARN."""
        self._client = client
        self._topic = topic_arn

    def confirmed(self) -> int:
        """Return how many subscriptions are confirmed; SNS counts them some minutes late."""
        with translated("GetTopicAttributes"):
            found = self._client.get_topic_attributes(TopicArn=self._topic)["Attributes"]
        return int(found["SubscriptionsConfirmed"])
