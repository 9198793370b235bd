"""The one table: its keys, its item shapes, and its conditional writes.

| pk | sk | what |
|---|---|---|
| ROLLOUT#id | RECORD | the record, its revision; `active` (sparse index) while ticks visit it |
| ENDPOINT#name | LEASE, LAST, PROMOTED | who may move its weights, let go last, was promoted |
| ROLLOUT#id | WINDOWS#hour#four minutes | one attribute a minute |
| ROLLOUT#id | DAY, SKETCH#step#guard#margin#level | the baseline's day, its contrasts |
| ROLLOUT#id | TICK, QUALITY, VERDICT#minute#revision | what was seen, and what was decided |
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from canary.adapters.translation import code_of, translated
from canary.domain.errors import CanaryError, Conflict, Refused
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from canary.ports.rollouts import Past

ACTIVE_INDEX = "active"
RACES_AT_MOST = 20
KEPT_DAYS = 90
UNREADABLE = (ValueError, KeyError)
"""What reading a record that this version does not know raises; pydantic's is a ValueError."""
Item = dict[str, Any]


def rollout_key(rollout: str, sort: str) -> Item:
    """Return the key of one of a rollout's items."""
    return {"pk": {"S": f"ROLLOUT#{rollout}"}, "sk": {"S": sort}}


def lease_key(endpoint: str) -> Item:
    """Return the key of an endpoint's lease."""
    return {"pk": {"S": f"ENDPOINT#{endpoint}"}, "sk": {"S": "LEASE"}}


def past_key(endpoint: str, which: "Past") -> Item:
    """Return the key of what names a past rollout of an endpoint."""
    return {"pk": {"S": f"ENDPOINT#{endpoint}"}, "sk": {"S": which}}


class DynamoRollouts:
    """Records and leases in DynamoDB."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take a boto3 DynamoDB client and the table's name."""
        self._client, self._table = client, table
        Record.model_rebuild()  # while a function starts, rather than in its first call

    def create(self, record: Record) -> Record:
        """Store record and lease in one transaction; return the stored record when this holder did
        so before.
        """
        first = record.at_revision(1)
        lease = {**lease_key(record.endpoint), "rollout": {"S": record.rollout}}
        try:
            with translated("TransactWriteItems"):
                self._client.transact_write_items(
                    TransactItems=[
                        {"Put": _new(self._table, _item(first))},
                        {"Put": _new(self._table, lease)},
                    ]
                )
        except CanaryError as error:
            if not lost_race(error):
                raise
        else:
            return first
        return self._existing(record)

    def _existing(self, record: Record) -> Record:
        holder = self.holding(record.endpoint)
        if holder == record.rollout:
            return self.load(record.rollout)
        if holder is None:
            raise Conflict(f"the lease of {record.endpoint} changed hands")
        raise Refused(
            "endpoint",
            f"rollout {holder} holds {record.endpoint}",
            "Wait for its end, or send it the command rollback (release, when it is UNPROVEN)",
        )

    def load(self, rollout: str) -> Record:
        """Return the newest record. Raises Refused when there is none."""
        item = self._get(rollout_key(rollout, "RECORD"))
        if item is None:
            raise Refused("rollout", f"no rollout {rollout!r}", "Check its id")
        return _record(item)

    def change(self, rollout: str, transition: Callable[[Record], Record]) -> Record:
        """Apply a transition to the newest record until a write is not raced; raises Conflict after
        20 lost races.
        """
        for _ in range(RACES_AT_MOST):
            old = self.load(rollout)
            new = transition(old)
            if new == old:
                return old
            new = new.at_revision(old.revision + 1)
            try:
                self._replace(old, new)
            except CanaryError as error:
                if not lost_race(error):
                    raise
            else:
                return new
        raise Conflict(f"{rollout} changed {RACES_AT_MOST} times while it was being written")

    def _replace(self, old: Record, new: Record) -> None:
        condition = {
            "ConditionExpression": "revision = :seen",
            "ExpressionAttributeValues": {":seen": {"N": str(old.revision)}},
        }
        put: Any = {"TableName": self._table, "Item": _item(new), **condition}
        if new.holds_lease == old.holds_lease:
            with translated("PutItem"):
                self._client.put_item(**put)
            return
        rollout = {"rollout": {"S": new.rollout}}
        items: list[Any] = [{"Put": put}]
        if new.holds_lease:
            items.append({"Put": _new(self._table, {**lease_key(new.endpoint), **rollout})})
        else:
            release = {
                "TableName": self._table,
                "Key": lease_key(new.endpoint),
                "ConditionExpression": "attribute_not_exists(pk) OR rollout = :rollout",
                "ExpressionAttributeValues": {":rollout": rollout["rollout"]},
            }
            items.append({"Delete": release})
            ended: tuple[Past, ...] = ("LAST", "PROMOTED")
            for which in ended if new.phase is Phase.PROMOTED else ended[:1]:
                past = {**past_key(new.endpoint, which), **rollout}
                items.append({"Put": {"TableName": self._table, "Item": past}})
        with translated("TransactWriteItems"):
            self._client.transact_write_items(TransactItems=items)

    def holding(self, endpoint: str) -> str | None:
        """Return the rollout that holds an endpoint's lease."""
        return self._named_by(lease_key(endpoint))

    def leases(self) -> Mapping[str, str]:
        """Return the rollout that holds each endpoint's lease; reads the whole table,
        consistently.
        """
        prefix = lease_key("")["pk"]["S"]
        with translated("Scan"):
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._table,
                FilterExpression="sk = :sk",
                ExpressionAttributeValues={":sk": lease_key("")["sk"]},
                ConsistentRead=True,
            )
            return {
                item["pk"]["S"].removeprefix(prefix): item["rollout"]["S"]
                for page in pages
                for item in page["Items"]
            }

    def past(self, endpoint: str, which: "Past") -> str | None:
        """Return the rollout that let go of an endpoint, or was promoted on it, last; or None."""
        return self._named_by(past_key(endpoint, which))

    def _named_by(self, key: Item) -> str | None:
        item = self._get(key)
        return item["rollout"]["S"] if item else None

    def listed(self) -> Sequence[str]:
        """Return the rollouts in the active index; eventually consistent, so a new one may appear a
        tick later.
        """
        with translated("Query"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName=ACTIVE_INDEX,
                KeyConditionExpression="#active = :yes",
                ExpressionAttributeNames={"#active": "active"},
                ExpressionAttributeValues={":yes": {"S": "yes"}},
            )
            return [
                item["pk"]["S"].removeprefix("ROLLOUT#") for page in pages for item in page["Items"]
            ]

    def every(
        self, endpoint: str | None = None, unread: MutableMapping[str, Exception] | None = None
    ) -> list[Record]:
        """Return every record, ended ones too, of one endpoint where it is given, oldest first;
        reads the whole table. Unreadable ones go into `unread`, or raise where it is not given.
        """
        condition = "sk = :sk" + (" AND endpoint = :endpoint" if endpoint else "")
        values: Item = {":sk": {"S": "RECORD"}}
        if endpoint:
            values[":endpoint"] = {"S": endpoint}
        with translated("Scan"):
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._table, FilterExpression=condition, ExpressionAttributeValues=values
            )
            items = [item for page in pages for item in page["Items"]]
        records = []
        for item in items:
            try:
                records.append(_record(item))
            except UNREADABLE as error:
                if unread is None:
                    raise
                unread[item["pk"]["S"].removeprefix("ROLLOUT#")] = error
        return sorted(records, key=lambda record: record.started_at)

    def _get(self, key: Item) -> Item | None:
        with translated("GetItem"):
            found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return found.get("Item")


def _new(table: str, item: Item) -> Any:
    return {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}


def _item(record: Record) -> Item:
    item = {
        **rollout_key(record.rollout, "RECORD"),
        "revision": {"N": str(record.revision)},
        "endpoint": {"S": record.endpoint},
        "phase": {"S": record.phase},
        "body": {"S": record.model_dump_json()},
    }
    return {**item, "active": {"S": "yes"}} if record.listed else item


def _record(item: Item) -> Record:
    return Record.model_validate_json(item["body"]["S"])


def lost_race(error: CanaryError) -> bool:
    """Return whether a conditional write found another state than the one it was made from."""
    cause = error.__cause__
    if not isinstance(cause, ClientError):
        return False
    if code_of(cause) == "ConditionalCheckFailedException":
        return True
    reasons = cause.response.get("CancellationReasons", [])
    return any(
        reason.get("Code") in {"ConditionalCheckFailed", "TransactionConflict"}
        for reason in reasons
    )


def between(table: str, rollout: str, first: str, last: str) -> Any:
    """Return a query of a rollout's items between two sort keys."""
    return {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": {
            ":pk": rollout_key(rollout, first)["pk"],
            ":first": {"S": first},
            ":last": {"S": last},
        },
        "ConsistentRead": True,
    }


def body_of(rollout: str, sort: str, body: str, minute: int) -> Item:
    """Return an item that holds what was written about a minute."""
    return {
        **rollout_key(rollout, sort),
        "minute": {"N": str(minute)},
        "body": {"S": body},
        "expires_at": expiry(minute),
    }


def expiry(minute: int) -> Any:
    """Return when what was written about a minute may go (`expires_at`): 90 days later."""
    return {"N": str(minute * 60 + KEPT_DAYS * 86_400)}


def read_body(client: "DynamoDBClient", table: str, rollout: str, sort: str) -> str | None:
    """Return the body of one item of a rollout (consistent read), None where there is none."""
    with translated("GetItem"):
        item = client.get_item(
            TableName=table, Key=rollout_key(rollout, sort), ConsistentRead=True
        ).get("Item")
    return item["body"]["S"] if item else None


def items_between(
    client: "DynamoDBClient", table: str, rollout: str, first: str, last: str
) -> list[Item]:
    """Return a rollout's items whose sort keys lie in a range, both ends included."""
    with translated("Query"):
        pages = client.get_paginator("query").paginate(**between(table, rollout, first, last))
        return [item for page in pages for item in page["Items"]]
