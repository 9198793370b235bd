"""The set and the request as options: which records, and what is sent of them."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canary.domain.errors import Refused

PANEL = "The set and the request"


@dataclass(frozen=True)
class SetOptions:
    """What is sent."""

    labelled_set: Annotated[
        str,
        typer.Option(
            help="s3://bucket/key or a local file: CSV, JSON Lines, JSON, Parquet.",
            rich_help_panel=PANEL,
        ),
    ]
    label_column: Annotated[
        str,
        typer.Option(
            help="Index or name of the column with the right answer.", rich_help_panel=PANEL
        ),
    ] = "0"
    id_column: Annotated[
        str | None,
        typer.Option(
            help="Index or name of a column that names the records.", rich_help_panel=PANEL
        ),
    ] = None
    slice_column: Annotated[
        str | None,
        typer.Option(help="Index or name of a column to compare by.", rich_help_panel=PANEL),
    ] = None
    drop_column: Annotated[
        list[str] | None,
        typer.Option(help="Column not to send; may be repeated.", rich_help_panel=PANEL),
    ] = None
    header: Annotated[
        bool | None,
        typer.Option(help="Whether a CSV's first line names its columns.", rich_help_panel=PANEL),
    ] = None
    set_format: Annotated[
        str | None,
        typer.Option("--format", help="csv, jsonl, json or parquet.", rich_help_panel=PANEL),
    ] = None
    content_type: Annotated[
        str,
        typer.Option(
            help="What is sent: text/csv, application/json(lines), any with --body.",
            rich_help_panel=PANEL,
        ),
    ] = "text/csv"
    accept: Annotated[
        str | None, typer.Option(help="What is asked for.", rich_help_panel=PANEL)
    ] = None
    request: Annotated[
        str | None,
        typer.Option(
            help='JSON body with placeholders, as {"inputs": "${text}"}.', rich_help_panel=PANEL
        ),
    ] = None
    records_per_request: Annotated[
        int, typer.Option(help="Records in one request.", rich_help_panel=PANEL)
    ] = 1

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys; raise Refused for a request that is no JSON."""
        return {
            "labelled_set": self.labelled_set,
            "label_column": column_of(self.label_column),
            "id_column": column_of(self.id_column),
            "slice_column": column_of(self.slice_column),
            "drop_columns": [column_of(name) for name in self.drop_column or ()],
            "header": self.header,
            "format": self.set_format,
            "content_type": self.content_type,
            "accept": self.accept,
            "request": _template(self.request),
            "records_per_request": self.records_per_request,
        }


def column_of(text: str | None) -> int | str | None:
    """Return a column's index where the text is one, else its name."""
    if text is None:
        return None
    return int(text) if text.removeprefix("-").isdigit() else text


def _template(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(
            "--request", f"not JSON ({error})", """Write it as '{"inputs": "${text}"}'"""
        ) from error
