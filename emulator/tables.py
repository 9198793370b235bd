"""DynamoDB queries that cost what they find, not what the table holds.

Moto sorts a whole table to answer one query, by comparisons in Python: with a day's items of many
rollouts a query took longer than everything else that a minute does. Here it is shown the items of
the partition alone, of an index those that have its key, in the order of their own; what it does
with them is left to it. Queries come one at a time, under the account's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from emulator.patching import Patches

QUERY = (
    "hash_key",
    "range_comparison",
    "range_objs",
    "limit",
    "exclusive_start_key",
    "scan_index_forward",
    "projection_expressions",
    "index_name",
    "consistent_read",
    "filter_expression",
    "hash_key_conditions",
    "range_key_conditions",
    "filter_kwargs",
)
TEXT = "S"
_SHOWN: ContextVar[list[Item] | None] = ContextVar("shown", default=None)
"""What the query under way is shown of its table."""


def patch_tables(patches: Patches) -> None:
    """Show every query what it may find. Raises PatchError."""
    everything: Callable[[Table], list[Item]]

    def query(
        table: Table,
        hash_key: DynamoType | None,
        range_comparison: str | None,
        range_objs: Sequence[DynamoType],
        *given: Any,
        **named: Any,
    ) -> Any:
        index = named.get("index_name") or (given[INDEX_AT] if len(given) > INDEX_AT else None)
        if index is None:
            shown = _in_partition(table, hash_key, range_comparison, range_objs)
        else:
            shown = _in_index(table, named.get("hash_key_conditions") or ())
        token = _SHOWN.set(shown)
        try:
            return asked(table, hash_key, range_comparison, range_objs, *given, **named)
        finally:
            _SHOWN.reset(token)

    def all_items(table: Table) -> list[Item]:
        shown = _SHOWN.get()
        return everything(table) if shown is None else shown

    asked = patches.replace(Table, "query", query, parameters=QUERY)
    everything = patches.replace(Table, "all_items", all_items, parameters=())


INDEX_AT = QUERY.index("index_name") - QUERY.index("limit")


def _in_partition(
    table: Table,
    hash_key: DynamoType | None,
    comparison: str | None,
    bounds: Sequence[DynamoType],
) -> list[Item]:
    """Return a partition's items in the order of their range keys; of texts between two bounds no
    others.
    """
    held: Any = table.items.get(hash_key, {})
    found: list[Item] = list(held.values()) if table.range_key_attr else [held] if held else []
    keys = [item.range_key for item in found]
    if not all(key is not None and key.type == TEXT for key in keys):
        return found
    if comparison == "BETWEEN" and all(bound.type == TEXT for bound in bounds):
        first, last = (bound.value for bound in bounds)
        found = [item for item in found if first <= item.range_key.value <= last]  # type: ignore[union-attr]
    return sorted(found, key=lambda item: item.range_key.value)  # type: ignore[union-attr,no-any-return]


def _in_index(table: Table, wanted: Iterable[tuple[str, DynamoType]]) -> list[Item]:
    """Return the items that have the index's key."""
    each: Iterable[Any] = table.items.values()
    items = [item for held in each for item in held.values()] if table.range_key_attr else each
    keys = tuple(wanted)
    return [
        item
        for item in items
        if all(name in item.attrs and item.attrs[name] == value for name, value in keys)
    ]
