"""What the SDK would read of an answer that moto would write, in one step.

Moto writes what it found by the operation's shapes as JSON, the SDK reads that JSON by the same
shapes. Each reader here does both for one type of shape, as `moto.core.serialize.JSONSerializer`
and `botocore.parsers.JSONParser` do it one after the other. Anything they would treat in a way not
written here raises Indirect, and the answer goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from botocore.utils import parse_timestamp
from moto.core.serialize import (
    AttributePickerContext,
    JSONSerializer,
    TimestampSerializer,
    XFormedAttributePicker,
)
from moto.core.utils import MISSING, get_value

ABSENT = object()
"""What a structure without a value leaves: nothing."""
EMPTY: tuple[Any, ...] = (None, {}, [])
NULLABLE = frozenset({"boolean", "string"})
"""Written as null among others; a structure leaves nothing, the rest cannot be written."""

Reader = Callable[[Any, Any], Any]
Member = tuple[str, tuple[str, ...], Reader, Any]


class Indirect(Exception):
    """This answer is written the long way."""


def read(found: Any, shape: Any) -> dict[str, Any]:
    """Return what the SDK reads of what moto found for an operation with this output shape. Raises
    Indirect.
    """
    answer = _structure(found, shape) if shape is not None else {}
    return {} if answer is ABSENT else answer


def _structure(value: Any, shape: Any) -> Any:
    if value is None:
        return ABSENT
    answer = {}
    for name, keys, reader, member in _members(shape, value):
        found = _picked(value, keys)
        if found is not None:
            part = reader(found, member)
            if part is not None and part is not ABSENT:
                answer[name] = part
    return answer


def _picked(value: Any, keys: tuple[str, ...]) -> Any:
    if type(value) is dict:
        for key in keys:
            if key in value:
                return value[key]
        return None
    for key in keys:
        found = get_value(value, key, MISSING)
        if found is not MISSING:
            return found
    return None


def _members(shape: Any, value: Any) -> tuple[Member, ...]:
    """Return of every member its name, the keys that moto looks for in an object of this class, and
    how it is read.
    """
    known = _KNOWN.get((shape, type(value)))
    if known is None:
        if shape.is_document_type or shape.is_tagged_union:
            raise Indirect(shape.name)
        known = tuple(_member(shape, name, value) for name in shape.members)
        _KNOWN[shape, type(value)] = known
    return known


_KNOWN: dict[tuple[Any, type], tuple[Member, ...]] = {}


def _member(shape: Any, name: str, value: Any) -> Member:
    member = shape.members[name]
    member.parent = shape  # as the serializer says it to the providers of aliases
    context = AttributePickerContext(value, name, member)
    keys = dict.fromkeys(XFormedAttributePicker().get_possible_keys(context))
    return name, tuple(keys), reader_of(member), member


def reader_of(shape: Any) -> Reader:
    """Return the reader of a shape's type; one that raises Indirect for a type without."""
    return READERS.get(shape.type_name, _refused)


def _refused(_value: Any, shape: Any) -> Any:
    raise Indirect(shape.type_name)


def _list(value: Any, shape: Any) -> list[Any]:
    reader, member = _element(shape, "member")
    parts = [_part(part, reader, member) for part in value]
    return [None if part is ABSENT else part for part in parts]


def _map(value: Any, shape: Any) -> dict[str, Any]:
    reader, member = _element(shape, "value")
    answer = {}
    for key, part in value.items():
        if type(key) is not str or not key:
            raise Indirect(f"a key that JSON has not: {key!r}")
        found = _part(part, reader, member)
        if found is not ABSENT:
            answer[key] = found
    return answer


def _part(value: Any, reader: Reader, shape: Any) -> Any:
    return None if value is None and shape.type_name in NULLABLE else reader(value, shape)


@cache
def _element(shape: Any, name: str) -> tuple[Reader, Any]:
    element = getattr(shape, name)
    if "name" in element.serialization:
        raise Indirect(f"{shape.name}: elements with a name of their own")
    return reader_of(element), element


def _string(value: Any, _shape: Any) -> Any:
    if type(value) is str:
        return value
    if isinstance(value, Enum):
        value = value.value
    return str(value) if value not in EMPTY else value


def _integer(value: Any, _shape: Any) -> int:
    return int(value)


def _float(value: Any, _shape: Any) -> float:
    return float(value)


def _boolean(value: Any, shape: Any) -> Any:
    if type(value) in {bool, str, int}:
        return value
    raise Indirect(shape.name)


def _blob(value: Any, _shape: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _timestamp(value: Any, shape: Any) -> datetime:
    form = shape.serialization.get("timestampFormat", JSONSerializer.DEFAULT_TIMESTAMP_FORMAT)
    return _moment(value, getattr(value, "tzinfo", None), form)


@lru_cache(maxsize=4096)
def _moment(value: Any, _zone: tzinfo | None, form: str) -> datetime:
    """Return the time as it is read; by zone too, because equal times of two zones are not written
    alike.
    """
    written = TimestampSerializer(form)._convert_timestamp_to_str(value, form)
    return parse_timestamp(written)


READERS: dict[str, Reader] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}
