"""Places in the one table.

| pk | sk | what |
|---|---|---|
| PLACES | TAKEN | who has a place, and the revision that a write is conditional on |
| PLACES | WAITS#since#rollout | one that waits, and when it last asked |
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from canary.adapters.table import Item, expiry, lost_race
from canary.adapters.translation import translated
from canary.domain.errors import CanaryError
from canary.domain.rollout.places import Place, Taken, Waiter
from canary.domain.time import minute_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_AHEAD = 50
TAKEN: Item = {"pk": {"S": "PLACES"}, "sk": {"S": "TAKEN"}}


class DynamoPlaces:
    """Keeps who has a place, and who waits for one."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take a boto3 DynamoDB client and the table's name."""
        self._client = client
        self._table = table

    def taken(self) -> Taken:
        """Return who has a place (consistent read)."""
        with translated("GetItem"):
            found = self._client.get_item(TableName=self._table, Key=TAKEN, ConsistentRead=True)
        item = found.get("Item")
        return Taken.model_validate_json(item["body"]["S"]) if item else Taken()

    def replace(self, taken: Taken, places: Mapping[str, Place]) -> bool:
        """Write who has a place unless somebody wrote since; return whether it was written."""
        new = Taken(revision=taken.revision + 1, places=dict(places))
        item = {
            **TAKEN,
            "revision": {"N": str(new.revision)},
            "body": {"S": new.model_dump_json()},
        }
        try:
            with translated("PutItem"):
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk) OR revision = :seen",
                    ExpressionAttributeValues={":seen": {"N": str(taken.revision)}},
                )
        except CanaryError as error:
            if not lost_race(error):
                raise
            return False
        return True

    def wait(self, waiter: Waiter) -> None:
        """Note that a rollout waits, over what was noted of it."""
        body = {"body": {"S": waiter.model_dump_json()}}
        item = {**_key(waiter), **body, "expires_at": expiry(minute_of(waiter.seen))}
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item=item)

    def before(self, waiter: Waiter) -> Sequence[Waiter]:
        """Return those who began to wait before, the first fifty at most, the first one first."""
        key = _key(waiter)
        with translated("Query"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :mine",
                ExpressionAttributeValues={
                    ":pk": key["pk"],
                    ":first": {"S": "WAITS#"},
                    ":mine": key["sk"],
                },
                ConsistentRead=True,
                Limit=MOST_AHEAD,
            )
        found = (Waiter.model_validate_json(item["body"]["S"]) for item in answer["Items"])
        return [one for one in found if one.rollout != waiter.rollout]

    def leave(self, waiter: Waiter) -> None:
        """Let a rollout wait no more."""
        with translated("DeleteItem"):
            self._client.delete_item(TableName=self._table, Key=_key(waiter))


def _key(waiter: Waiter) -> Item:
    began = waiter.since.strftime("%Y%m%dT%H%M%S.%f")
    return {"pk": {"S": "PLACES"}, "sk": {"S": f"WAITS#{began}#{waiter.rollout}"}}
