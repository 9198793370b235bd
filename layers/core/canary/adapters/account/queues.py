"""How much waits in a queue."""

from typing import Any

from canary.adapters.translation import code_of_cause, translated
from canary.domain.errors import CanaryError

COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
GONE = frozenset({"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"})


class QueueReader:
    """Looks at queues."""

    def __init__(self, client: Any) -> None:
        """Take a boto3 SQS client."""
        self._client = client

    def waiting(self, url: str) -> int | None:
        """Return about how many messages lie in it, None when there is no such queue: those that
        wait, those somebody received and did not delete, and those that are held back.
        """
        try:
            with translated("sqs:GetQueueAttributes"):
                found = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))
        except CanaryError as error:
            if code_of_cause(error) in GONE:
                return None
            raise
        return sum(int(found["Attributes"].get(count, 0)) for count in COUNTS)
