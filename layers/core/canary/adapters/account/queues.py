"""How much waits in a queue, and whom it lets in."""

from collections.abc import Sequence
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
        found = self._attributes(url, COUNTS)
        return None if found is None else sum(int(found.get(count, 0)) for count in COUNTS)

    def policy(self, url: str) -> str | None:
        """Return a queue's own policy as JSON, '' where it has none; None when there is no such
        queue.
        """
        found = self._attributes(url, ("Policy",))
        return None if found is None else found.get("Policy", "")

    def _attributes(self, url: str, names: Sequence[str]) -> dict[str, str] | None:
        try:
            with translated("sqs:GetQueueAttributes"):
                found = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
        except CanaryError as error:
            if code_of_cause(error) in GONE:
                return None
            raise
        return dict(found.get("Attributes", {}))
