"""How far one run goes, and what it leaves, as options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from canary.domain.errors import Refused

PANEL = "How far, and what is shown"


@dataclass(frozen=True)
class RunOptions:
    """How far a run goes and what it leaves."""

    whole_set: Annotated[
        bool,
        typer.Option(
            "--all", help="Use the whole set even when it has decided.", rich_help_panel=PANEL
        ),
    ] = False
    probe: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Ask so many records, tell how answers are read, and judge nothing.",
            rich_help_panel=PANEL,
        ),
    ] = None
    seed: Annotated[str, typer.Option(help="Orders the records.", rich_help_panel=PANEL)] = (
        "evaluate"
    )
    state: Annotated[
        Path | None,
        typer.Option(help="File to keep evidence in, and to go on from.", rich_help_panel=PANEL),
    ] = None
    html: Annotated[
        Path | None,
        typer.Option(help="Write a self-contained page here.", rich_help_panel=PANEL),
    ] = None
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.", rich_help_panel=PANEL)
    ] = False

    def checked(self) -> None:
        """Return when the options fit together; raise Refused naming both that do not."""
        beside = {"--html": self.html, "--state": self.state, "--all": self.whole_set or None}
        for option, value in beside.items():
            if self.probe is not None and value is not None:
                problem = f"given beside {option}, and a probe judges nothing"
                raise Refused("--probe", problem, "Leave one of them out")
