"""The base of every stored or received model: frozen, and closed to unknown fields.

A model's validator is built when it is first used: as a part of another it needs none of its own,
and half of what a function imports it never uses by itself.
"""

import threading
from collections.abc import Iterator
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

_building = threading.RLock()


class Frozen(BaseModel):
    """An immutable value; unknown fields are an error, never ignored."""

    # A stored value that does not fit ends in a log, and it may hold labels: pydantic then tells
    # the field alone.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_inf_nan="strings",
        hide_input_in_errors=True,
        defer_build=True,
    )

    @classmethod
    def model_rebuild(cls, **how: Any) -> bool | None:
        """Return None where the model was built before, else whether it could be built.

        One thread builds at a time: of two that use a model first, pydantic 2.13 takes away what
        the sooner has built (pydantic/pydantic#13438 locks likewise).
        """
        with _building:
            return super().model_rebuild(**how)

    def but(self, **changes: Any) -> Self:
        """Return the value with some fields changed, validated as strictly as a new one.

        Fields that were never set stay unset. Raises pydantic's ValidationError naming a field
        that does not exist or a value of the wrong type; nothing is converted.
        """
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        return self.model_validate({**kept, **changes}, strict=True)


def flags_for_numbers(
    given: Any, read: Any, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of what was given as true or false and read as the number 1 or 0."""
    if isinstance(given, bool):
        if isinstance(read, int | float) and not isinstance(read, bool):
            yield at
    elif isinstance(given, dict) and isinstance(read, BaseModel | dict):
        values = _by_key(read) if isinstance(read, BaseModel) else read
        for name, value in given.items():
            yield from flags_for_numbers(value, values.get(name), (*at, name))
    elif isinstance(given, list | tuple) and isinstance(read, list | tuple):
        for index, (value, made) in enumerate(zip(given, read, strict=False)):
            yield from flags_for_numbers(value, made, (*at, index))


def _by_key(read: BaseModel) -> dict[str, Any]:
    """Return a model's values by the keys a document gives them."""
    fields = type(read).model_fields
    return {fields[name].alias or name: value for name, value in read}
