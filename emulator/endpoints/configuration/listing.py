"""The filters, orders and pages that SageMaker's lists have in common. Pure.

Source: API reference, ListModels, ListEndpointConfigs, ListEndpoints and ListModelPackages: newest
first, a page holds 10 unless asked otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

PAGE = 10
Row = Mapping[str, Any]
Order = Callable[[Row], Any]


def page_of(
    rows: Sequence[Row], asked: Mapping[str, Any], name: str, orders: Mapping[str, Order]
) -> tuple[list[Row], str | None]:
    """Return the rows of the page that `asked` names, and what asks for the next one.

    name: the member that is the row's name. orders: what SortBy may say besides Name and
    CreationTime.
    """
    every = {"Name": lambda row: row[name], "CreationTime": lambda row: row["CreationTime"]}
    order = {**every, **orders}[asked.get("SortBy") or "CreationTime"]
    found = sorted((row for row in rows if _matches(row, asked, name)), key=order)
    if (asked.get("SortOrder") or "Descending") == "Descending":
        found.reverse()
    start = int(asked.get("NextToken") or 0)
    end = start + int(asked.get("MaxResults") or PAGE)
    return found[start:end], str(end) if end < len(found) else None


def _matches(row: Row, asked: Mapping[str, Any], name: str) -> bool:
    bounds = [
        (row[member], asked.get(f"{member}After"), asked.get(f"{member}Before"))
        for member in ("CreationTime", "LastModifiedTime")
        if member in row
    ]
    return (
        str(asked.get("NameContains") or "").lower() in row[name].lower()
        and (asked.get("StatusEquals") or row.get("EndpointStatus")) == row.get("EndpointStatus")
        and all(
            (after is None or when > after) and (before is None or when < before)
            for when, after, before in bounds
        )
    )
