"""Messages to people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from canary.adapters.translation import translated
from canary.domain.rollout.forms.mail import Mail

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class SnsPublisher:
    """Publishes to one topic."""

    def __init__(self, client: "SNSClient", topic_arn: str) -> None:
        """Take a boto3 SNS client and the topic's ARN."""
        self._client = client
        self._topic = topic_arn

    def publish(self, mail: Mail, attributes: Mapping[str, str]) -> None:
        """Publish one mail; what is known of it travels as attributes, so that subscribers can
        filter and deduplicate.
        """
        with translated("Publish"):
            self._client.publish(
                TopicArn=self._topic,
                Subject=mail.subject,
                Message=mail.body,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in attributes.items()
                    if value
                },
            )
