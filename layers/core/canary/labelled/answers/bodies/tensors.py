"""Tensors of the open inference protocol (Triton, KServe v2) as one value a record.

Source: "Open Inference Protocol, version 2", an answer's `outputs` are objects of name, shape,
datatype and data in row order, flat or nested.
"""

from typing import Any

from canary.labelled.answers.bodies.npy import nested
from canary.labelled.numbers import UnreadableAnswer


def is_tensors(document: Any) -> bool:
    """Return whether the answer is one of the protocol: named outputs with shape and data."""
    outputs = document.get("outputs") if isinstance(document, dict) else None
    return (
        isinstance(outputs, list)
        and bool(outputs)
        and all(isinstance(one, dict) and {"shape", "data"} <= one.keys() for one in outputs)
    )


def read_tensors(document: dict[str, Any]) -> list[Any]:
    """Return one value a record: of a single output its row, of several an object of rows by
    name.
    """
    outputs = {str(one.get("name", i)): _rows(one) for i, one in enumerate(document["outputs"])}
    if len(outputs) == 1:
        return next(iter(outputs.values()))
    if len({len(rows) for rows in outputs.values()}) != 1:
        raise UnreadableAnswer("the outputs have different numbers of records")
    records = zip(*outputs.values(), strict=True)
    return [dict(zip(outputs, rows, strict=True)) for rows in records]


def _rows(output: dict[str, Any]) -> list[Any]:
    try:
        shape = tuple(int(size) for size in output["shape"])
        rows = nested(list(_flat(output["data"])), shape)
    except (TypeError, ValueError):
        raise UnreadableAnswer("an output's data do not have its shape") from None
    return rows if isinstance(rows, list) else [rows]


def _flat(data: Any) -> Any:
    if not isinstance(data, list):
        yield data
        return
    for item in data:
        yield from _flat(item)
