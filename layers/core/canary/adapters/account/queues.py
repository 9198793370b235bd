"""How much waits in a queue."""

from typing import Any

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

GONE = frozenset({"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"})


class QueueReader:
    """Looks at queues."""

    def __init__(self, client: Any) -> None:
        """Take a boto3 SQS client."""
        self._client = client

    def waiting(self, url: str) -> int | None:
        """Return about how many messages wait, None when there is no such queue."""
        try:
            with translated("sqs:GetQueueAttributes"):
                found = self._client.get_queue_attributes(
                    QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
                )
        except CanaryError as error:
            if code_of_cause(error) in GONE:
                return None
            raise
        return int(found["Attributes"]["ApproximateNumberOfMessages"])
