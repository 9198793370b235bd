"""The refusal for a document that does not fit the spec's models: the field as it was written."""

from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from canary.domain.errors import Refused
from canary.domain.plan.capacity.values import CapacityKeys
from canary.domain.plan.release.asked import TAGS


def refusal_of(errors: list[ErrorDetails]) -> Refused:
    """Return the refusal for the first error; unknown keys come last, a missing field may explain
    them.
    """
    first = min(errors, key=lambda e: e["type"] == "extra_forbidden")
    loc = [part for part in first["loc"] if part not in {*TAGS, CapacityKeys.__name__}]
    field = _short_text(".".join(str(part) for part in loc) or "spec", 160)
    if first["type"] == "extra_forbidden":
        return Refused(field, "unknown key", "Remove it or check its spelling (docs: the spec)")
    if first["type"] == "missing":
        return Refused(field, "required and missing", "Add it")
    message = first["msg"].removeprefix("Value error, ")
    return Refused(field, f"{message}, got {_short(first['input'])}", "Correct this field")


def check_aliases(document: dict[Any, Any], model: type[BaseModel]) -> None:
    """Raise Refused for a key by which only the program knows a field that is written otherwise."""
    inner = {name for name, field in model.model_fields.items() if field.alias}
    for name in sorted(inner & document.keys()):
        raise Refused(name, "unknown key", "Remove it or check its spelling (docs: the spec)")


def _short(value: object) -> str:
    return _short_text(repr(value), 60)


def _short_text(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
