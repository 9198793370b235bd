"""The base of every stored or received model: frozen, and closed to unknown fields."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value; unknown fields are an error, never ignored."""

    # A stored value that does not fit ends in a log, and it may hold labels: pydantic then tells
    # the field alone.
    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="strings", hide_input_in_errors=True
    )

    def but(self, **changes: Any) -> Self:
        """Return the value with some fields changed, validated as strictly as a new one.

        Fields that were never set stay unset. Raises pydantic's ValidationError naming a field
        that does not exist or a value of the wrong type; nothing is converted.
        """
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        return self.model_validate({**kept, **changes}, strict=True)
