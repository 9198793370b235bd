"""The base of every stored or received model: frozen, and closed to unknown fields."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value; unknown fields are an error, never ignored."""

    # A stored value that does not fit ends in a log, and it may hold labels: pydantic then tells
    # the field alone.
    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="strings", hide_input_in_errors=True
    )
