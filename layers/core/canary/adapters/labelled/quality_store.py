"""A rollout's quality evidence in the one table, beside its record; every write names the revision
it goes on from.

Up to a hundred disagreements in it hold a record's id, its label and both answers, for people who
read the report; it goes, as windows and verdicts do, 90 days after it was last written.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from canary.adapters.table import expiry, lost_race, read_body, rollout_key
from canary.adapters.translation import translated
from canary.domain.errors import CanaryError, Conflict
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.time import minute_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SORT = "QUALITY"


class DynamoQualityStore:
    """Quality evidence in DynamoDB: one item a rollout, well under the 400 KB an item may have."""

    def __init__(
        self, client: "DynamoDBClient", table: str, utc_now: Callable[[], datetime] | None = None
    ) -> None:
        """Take a boto3 DynamoDB client, the table's name, and the clock that `save` needs: reading
        needs none.
        """
        self._client = client
        self._table = table
        self._utc_now = utc_now

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return the stored evidence, or None before the first; always the newest."""
        body = read_body(self._client, self._table, rollout, SORT)
        return QualityEvidence.model_validate_json(body) if body else None

    def save(self, evidence: QualityEvidence, expected_revision: int | None) -> None:
        """Store evidence over what has `expected_revision`; raise Conflict when another writer was
        there.
        """
        if self._utc_now is None:
            raise TypeError(
                "a quality store without a clock cannot save: what it writes has to expire"
            )
        item = {
            **rollout_key(evidence.rollout, SORT),
            "revision": {"N": str(evidence.revision)},
            "body": {"S": evidence.model_dump_json()},
            "expires_at": expiry(minute_of(self._utc_now())),
        }
        try:
            with translated("PutItem"):
                self._client.put_item(
                    TableName=self._table, Item=item, **_condition(expected_revision)
                )
        except CanaryError as error:
            if lost_race(error):
                problem = (
                    f"the quality evidence of {evidence.rollout} is not at revision "
                    f"{expected_revision} any more"
                )
                raise Conflict(problem) from error
            raise


def _condition(expected_revision: int | None) -> dict[str, Any]:
    if expected_revision is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "#revision = :expected",
        "ExpressionAttributeNames": {"#revision": "revision"},
        "ExpressionAttributeValues": {":expected": {"N": str(expected_revision)}},
    }
