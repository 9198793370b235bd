"""How the set's file is written, as options."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canary.domain.errors import Refused

PANEL = "How the file is written"


@dataclass(frozen=True)
class FileOptions:
    """What a reader of the file has to know."""

    delimiter: Annotated[
        str | None,
        typer.Option(help="Character between columns, or tab (default ,).", rich_help_panel=PANEL),
    ] = None
    encoding: Annotated[
        str | None, typer.Option(help="As latin-1 or utf-16.", rich_help_panel=PANEL)
    ] = None
    quote: Annotated[
        str, typer.Option(help='" or none, where quotes are text.', rich_help_panel=PANEL)
    ] = '"'
    escape: Annotated[
        str | None,
        typer.Option(help="Character before a quote inside quotes.", rich_help_panel=PANEL),
    ] = None
    empty: Annotated[
        str, typer.Option(help="What an empty cell is sent as: text, null.", rich_help_panel=PANEL)
    ] = "text"
    column_type: Annotated[
        list[str] | None,
        typer.Option(
            help="Type of a CSV column in JSON, zip=text or age=number; may be repeated.",
            rich_help_panel=PANEL,
        ),
    ] = None

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys; raise Refused for a column without a type."""
        return {
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "quote": self.quote,
            "escape": self.escape,
            "empty": self.empty,
            "column_types": self._types(),
        }

    def _types(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, kind in map(_type, self.column_type or ()):
            if found.setdefault(name, kind) != kind:
                problem = f"{name} is given twice, as {found[name]} and as {kind}"
                raise Refused("--column-type", problem, "Give it once")
        return found


def _type(text: str) -> tuple[str, str]:
    name, found, kind = text.rpartition("=")
    if not found:
        raise Refused("--column-type", f"{text!r} has no type", "Write it as zip=text")
    return name, kind
