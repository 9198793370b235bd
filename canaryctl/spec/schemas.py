"""`canaryctl schema`: the JSON Schema of what goes in and of what comes out."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from canary.domain.plan.reading.keys import DIALECT, published


class What(StrEnum):
    """What has a schema."""

    SPEC = "spec"
    MESSAGE = "message"


def message() -> dict[str, Any]:
    """Return the schema of a message's event, its detail on the bus."""
    # Messages are what a spec's schema does not need.
    from canary.domain.rollout.forms.event import StateChange  # noqa: PLC0415

    described = StateChange.model_json_schema(mode="serialization")
    described["$schema"] = DIALECT
    described["title"] = "Rollout State Change, detail, version 1"
    return described


SCHEMAS: Mapping[What, Callable[[], Mapping[str, Any]]] = {
    What.SPEC: published,
    What.MESSAGE: message,
}


def schema_command(
    what: Annotated[
        What, typer.Argument(help="spec: what start takes; message: what the bus carries.")
    ] = What.SPEC,
) -> None:
    """Print a JSON Schema: of the spec, for editors and checks, or of the messages on the bus.

    An editor reads it of a YAML file that begins with
    "# yaml-language-server: $schema=spec.schema.json", and of a JSON file by its key "$schema".
    """
    typer.echo(json.dumps(SCHEMAS[what](), indent=2, ensure_ascii=False))
