"""Bodies that are no lines and no JSON, and what goes with a call, as options."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canaryctl.evaluate.options.labelled_set import column_of

PANEL = "Other bodies and what goes with a call"


@dataclass(frozen=True)
class BodyOptions:
    """What is sent besides."""

    body: Annotated[
        str | None,
        typer.Option(
            help="raw or base64 (of one column), npy (of all features).", rich_help_panel=PANEL
        ),
    ] = None
    body_column: Annotated[
        str | None, typer.Option(help="The column that is the body.", rich_help_panel=PANEL)
    ] = None
    body_from: Annotated[
        str,
        typer.Option(help="column, or s3: it holds the address of one.", rich_help_panel=PANEL),
    ] = "column"
    target_model: Annotated[
        str | None, typer.Option(help="Of a multi-model endpoint.", rich_help_panel=PANEL)
    ] = None
    target_container_hostname: Annotated[
        str | None, typer.Option(help="Of a multi-container endpoint.", rich_help_panel=PANEL)
    ] = None
    custom_attributes: Annotated[
        str | None, typer.Option(help="Sent with each call.", rich_help_panel=PANEL)
    ] = None

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys."""
        return {
            "body": self.body,
            "body_column": column_of(self.body_column),
            "body_from": self.body_from,
            "target_model": self.target_model,
            "target_container_hostname": self.target_container_hostname,
            "custom_attributes": self.custom_attributes,
        }
