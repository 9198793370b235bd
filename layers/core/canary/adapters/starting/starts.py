"""Hands-off starts in the one table.

| pk | sk | what |
|---|---|---|
| START#key | START | one start, written once, and again when it has begun |
| START#GROUP#name | NEWEST | the latest version of a group that was heard of |
| START#GROUP#name | WATCHED | since when a group is looked at |
| ENDPOINT#name | WAITING | the package that waits for the endpoint's rollout to end |
| NOTICE#id | TOLD | that a notice went out |
"""

from datetime import datetime
from typing import TYPE_CHECKING

from canary.adapters.table import Item, expiry, lost_race
from canary.adapters.translation import translated
from canary.domain.errors import CanaryError
from canary.domain.hands_off import Start

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoStarts:
    """Keeps starts, what waits, and what was told."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take a boto3 DynamoDB client and the table's name."""
        self._client = client
        self._table = table

    def keep(self, start: Start) -> Start:
        """Store a start unless its key is known; return the stored one, whoever's it is."""
        key = _key(f"START#{start.key}", "START")
        try:
            with translated("PutItem"):
                self._client.put_item(
                    TableName=self._table,
                    Item={**key, "body": {"S": start.model_dump_json()}},
                    ConditionExpression="attribute_not_exists(pk)",
                )
        except CanaryError as error:
            if not lost_race(error):
                raise
            found = self._get(key)
            return Start.model_validate_json(found["body"]["S"]) if found else start
        return start

    def begun(self, start: Start) -> None:
        """Note that Step Functions has taken it."""
        body = start.but(begun=True).model_dump_json()
        self._put({**_key(f"START#{start.key}", "START"), "body": {"S": body}})

    def has_begun(self, key: str) -> bool:
        """Return whether a start of this key was taken before."""
        found = self._get(_key(f"START#{key}", "START"))
        return found is not None and Start.model_validate_json(found["body"]["S"]).begun

    def newest(self, group: str, version: int) -> bool:
        """Return whether no later version of the group was heard of before; it is noted."""
        try:
            with translated("PutItem"):
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        **_key(f"START#GROUP#{group.lower()}", "NEWEST"),
                        "version": {"N": str(version)},
                    },
                    ConditionExpression="attribute_not_exists(pk) OR version <= :version",
                    ExpressionAttributeValues={":version": {"N": str(version)}},
                )
        except CanaryError as error:
            if not lost_race(error):
                raise
            return False
        return True

    def watched_since(self, group: str, now: datetime) -> datetime:
        """Return when a group was first looked at; that is now where it never was, and noted."""
        key = _key(f"START#GROUP#{group.lower()}", "WATCHED")
        found = self._get(key)
        if found is None:
            self._put({**key, "since": {"S": now.isoformat()}})
            return now
        return datetime.fromisoformat(found["since"]["S"])

    def wait(self, endpoint: str, package: str) -> None:
        """Let a package wait for the end of the endpoint's rollout, in place of an earlier one."""
        self._put({**_key(f"ENDPOINT#{endpoint}", "WAITING"), "package": {"S": package}})

    def waiting(self, endpoint: str) -> str | None:
        """Return the package that waits for the endpoint."""
        found = self._get(_key(f"ENDPOINT#{endpoint}", "WAITING"))
        return found["package"]["S"] or None if found else None

    def waited(self, endpoint: str) -> None:
        """Let no package wait any more."""
        self._put({**_key(f"ENDPOINT#{endpoint}", "WAITING"), "package": {"S": ""}})

    def was_told(self, notice: str) -> bool:
        """Return whether a notice went out before."""
        return self._get(_key(f"NOTICE#{notice}", "TOLD")) is not None

    def told(self, notice: str, minute: int) -> None:
        """Note that a notice went out."""
        self._put({**_key(f"NOTICE#{notice}", "TOLD"), "expires_at": expiry(minute)})

    def _put(self, item: Item) -> None:
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item=item)

    def _get(self, key: Item) -> Item | None:
        with translated("GetItem"):
            found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return found.get("Item")


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}
