"""A query of a table finds what moto alone finds, and looks at nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models.dynamo_type import DynamoType

from emulator.patching import Patches
from emulator.tables import patch_tables

PARTITIONS, ITEMS = 12, 9
TABLE: dict[str, Any] = {"TableName": "t"}
QUERIES: tuple[dict[str, Any], ...] = (
    {},
    {"ScanIndexForward": False},
    {"Limit": 4},
    {"Limit": 4, "ScanIndexForward": False},
    {"also": " AND sk BETWEEN :a AND :b"},
    {"also": " AND sk BETWEEN :a AND :b", "Limit": 2},
    {"also": " AND begins_with(sk, :c)"},
    {"also": " AND sk >= :a"},
    {"also": " AND sk = :a"},
    {"FilterExpression": "size_ > :n"},
    {"ProjectionExpression": "sk"},
)
VALUES = {":a": {"S": "b2"}, ":b": {"S": "b6"}, ":c": {"S": "b"}, ":n": {"N": "3"}}


@pytest.fixture(params=["S", "N"])
def table(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an account with a table whose items came in no order."""
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    kind = request.param
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(
            **TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[_key("pk", "HASH"), _key("sk", "RANGE")],
            AttributeDefinitions=[_typed("pk", "S"), _typed("sk", kind), _typed("of", "S")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "active",
                    "KeySchema": [_key("of", "HASH"), _key("pk", "RANGE")],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        for number in range(PARTITIONS * ITEMS):
            at = number * 7 % (PARTITIONS * ITEMS)
            sort = f"{'ab'[at % 2]}{at // PARTITIONS}" if kind == "S" else str(at - 20)
            item = {
                "pk": {"S": f"p{at % PARTITIONS}"},
                "sk": {kind: sort},
                "size_": {"N": sort[-1]},
            }
            index = {"of": {"S": "active"}} if at % 5 == 0 else {}
            client.put_item(**TABLE, Item={**item, **index})
        client.kind = kind
        yield client


def _key(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}


def _typed(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "AttributeType": kind}


def answers(client: Any) -> list[Any]:
    """Return the pages of every query, of a partition, of one that is not there, of the index."""
    found = []
    for query in QUERIES:
        also = query.get("also", "")
        if client.kind == "N" and also:
            continue
        rest = {name: value for name, value in query.items() if name != "also"}
        text = also + rest.get("FilterExpression", "")
        values = {name: value for name, value in VALUES.items() if name in text}
        found += [
            _pages(client, f"pk = :p{also}", {":p": {"S": of}, **values}, rest)
            for of in ("p3", "absent")
        ]
        if not also:
            active = {":p": {"S": "active"}, **values}
            found.append(_pages(client, "of = :p", active, {**rest, "IndexName": "active"}))
    return found


def _pages(client: Any, condition: str, values: dict[str, Any], rest: dict[str, Any]) -> list[Any]:
    asked = {**TABLE, "KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    pages = []
    while True:
        page = client.query(**asked, **rest)
        pages.append((page["Items"], page["Count"], page["ScannedCount"]))
        if "LastEvaluatedKey" not in page:
            return pages
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def test_every_query_answers_what_moto_alone_answers(table: Any) -> None:
    """Partitions and the index, forwards, backwards, page by page, bounded and filtered."""
    alone, patches = answers(table), Patches()
    patch_tables(patches)
    try:
        assert answers(table) == alone
    finally:
        patches.remove()
    assert sum(len(page[0]) for pages in alone for page in pages) > 100


def test_a_query_compares_no_items_of_other_partitions(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan still sees them all."""
    compared, less = [], DynamoType.__lt__

    def counted(one: DynamoType, other: DynamoType) -> bool:
        compared.append(one)
        return less(one, other)

    patches = Patches()
    patch_tables(patches)
    monkeypatch.setattr(DynamoType, "__lt__", counted)
    try:
        found = _pages(table, "pk = :p", {":p": {"S": "p3"}}, {})
        assert (len(found[0][0]), len(compared) < PARTITIONS * ITEMS / 2) == (ITEMS, True)
        assert table.scan(**TABLE)["Count"] == PARTITIONS * ITEMS
    finally:
        patches.remove()
