"""DynamoDB's table as far as the adapters use it, with the capacity each call consumes.

Rules: an expression that no adapter writes is refused, so that nothing passes for a condition that
was met. Sizes are those of names and values; a unit of reading is 4 KB, of writing 1 KB
(DynamoDB's documentation, capacity units).
"""

from __future__ import annotations

import re
from collections import Counter
from math import ceil
from typing import Any

from benchmarks.scale.account import Refused

Item = dict[str, Any]
READ_BYTES, WRITE_BYTES = 4096, 1024
BETWEEN = "pk = :pk AND sk BETWEEN :first AND :last"
ASSIGNED = re.compile(r"(#\w+) = (:\w+)")


class Table:
    """Items by partition and sort key, and the units used."""

    def __init__(self, used: Counter[str]) -> None:
        self.items: dict[str, dict[str, Item]] = {}
        self.written: Counter[str] = Counter()
        """Units of writing by kind of item."""
        self._used = used

    def put(self, item: Item) -> None:
        """Keep an item, free of charge."""
        self.items.setdefault(item["pk"]["S"], {})[item["sk"]["S"]] = item

    def get_item(self, asked: Item) -> Item:
        """Answer GetItem."""
        found = self._at(asked["Key"])
        self._read([found] if found else [{}], strong=asked.get("ConsistentRead", False))
        return {"Item": found} if found else {}

    def batch_get_item(self, asked: Item) -> Item:
        """Answer BatchGetItem, whole: 16 MB are more than is asked for."""
        answers = {}
        for name, wanted in asked["RequestItems"].items():
            found = [self._at(key) for key in wanted["Keys"]]
            for item in found:
                self._read([item or {}], strong=wanted.get("ConsistentRead", False))
            answers[name] = [item for item in found if item]
        return {"Responses": answers, "UnprocessedKeys": {}}

    def put_item(self, asked: Item) -> Item:
        """Answer PutItem, its condition held."""
        item = asked["Item"]
        old = self._at(item)
        if not _holds(asked, old):
            raise Refused("ConditionalCheckFailedException")
        self._write(item, old)
        self.put(item)
        return {}

    def update_item(self, asked: Item) -> Item:
        """Answer UpdateItem of assignments."""
        if not asked["UpdateExpression"].startswith("SET ") or "ConditionExpression" in asked:
            raise NotImplementedError(asked["UpdateExpression"])
        old = self._at(asked["Key"])
        assigned = {
            asked["ExpressionAttributeNames"][name]: asked["ExpressionAttributeValues"][value]
            for name, value in ASSIGNED.findall(asked["UpdateExpression"])
        }
        item = {**(old or asked["Key"]), **assigned}
        self._write(item, old)
        self.put(item)
        return {}

    def query(self, asked: Item) -> Item:
        """Answer Query of a partition's range, or of the active index."""
        values = asked["ExpressionAttributeValues"]
        if asked.get("IndexName") == "active":
            found = [
                {key: item[key] for key in ("pk", "sk", "active")}
                for items in self.items.values()
                for item in items.values()
                if item.get("active") == values[":yes"]
            ]
        elif asked["KeyConditionExpression"] == BETWEEN:
            items = self.items.get(values[":pk"]["S"], {})
            first, last = values[":first"]["S"], values[":last"]["S"]
            found = [items[sort] for sort in sorted(items) if first <= sort <= last]
        else:
            raise NotImplementedError(asked["KeyConditionExpression"])
        self._read(found or [{}], strong=asked.get("ConsistentRead", False))
        return {"Items": found}

    def _at(self, key: Item) -> Item | None:
        return self.items.get(key["pk"]["S"], {}).get(key["sk"]["S"])

    def _read(self, items: list[Item], *, strong: bool) -> None:
        units = max(1, ceil(sum(map(_size, items)) / READ_BYTES))
        self._used["read units"] += units if strong else units / 2  # type: ignore[assignment]

    def _write(self, item: Item, old: Item | None) -> None:
        larger = max(_size(item), _size(old or {}))
        units = max(1, ceil(larger / WRITE_BYTES))
        self._used["write units"] += units
        self.written[item["sk"]["S"].split("#")[0]] += units
        if "active" in item and (old is None or old.get("active") != item["active"]):
            self._used["write units"] += 1  # the index holds keys alone


def _size(item: Item) -> int:
    """Return an item's bytes; all values here are text or numbers written as text."""
    return sum(len(name) + len(next(iter(value.values()))) for name, value in item.items())


def _holds(asked: Item, old: Item | None) -> bool:
    condition = asked.get("ConditionExpression")
    values = asked.get("ExpressionAttributeValues", {})
    if condition is None:
        return True
    if condition == "attribute_not_exists(pk) OR #minute <= :minute":
        return old is None or int(old["minute"]["N"]) <= int(values[":minute"]["N"])
    if condition == "revision = :seen":
        return old is not None and old["revision"] == values[":seen"]
    raise NotImplementedError(condition)
