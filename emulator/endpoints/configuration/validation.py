"""The constraints of the API model, checked and told as the services do. Pure.

Patterns, lengths, ranges and lists of values stand in botocore's model of an operation; boto3
itself checks few of them. A pattern that Python's `re` cannot read (classes of Unicode) is not
checked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.utils import get_service_model

from emulator.endpoints.errors import EndpointRefusal


def refuse_invalid(operation: str, given: Mapping[str, Any]) -> None:
    """Raise EndpointRefusal with everything that a SageMaker operation's model forbids."""
    shape = get_service_model("sagemaker").operation_model(operation).input_shape
    if faults := list(_faults(shape, given, "")):
        count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
        raise EndpointRefusal(count + "; ".join(faults))


def _faults(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if isinstance(value, Mapping) and name in value:
                label = name[0].lower() + name[1:]
                yield from _faults(member, value[name], f"{path}.{label}" if path else label)
        return
    for constraint in _broken(shape, value):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
    if isinstance(shape, ListShape) and isinstance(value, Sequence):
        for number, item in enumerate(value, start=1):
            yield from _faults(shape.member, item, f"{path}.{number}.member")
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _faults(shape.value, item, f"{path}.{key}.member")


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    numeric = isinstance(value, int | float)
    size = value if numeric else len(value)
    what = "value" if numeric else "length"
    if least is not None and size < least:
        yield f"Member must have {what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"Member must have {what} less than or equal to {most}"
    pattern = shape.metadata.get("pattern")
    readable = _compiled(pattern) if pattern is not None else None
    if readable is not None and not readable.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    allowed = shape.metadata.get("enum")
    if allowed is not None and value not in allowed:
        yield f"Member must satisfy enum value set: [{', '.join(allowed)}]"


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None
