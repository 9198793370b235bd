"""How far one run goes, and what it leaves, as options."""

import os
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
        """Return when the options fit together and what is left can be written; raise Refused
        naming what does not.
        """
        for option, path in (("--html", self.html), ("--state", self.state)):
            if path is not None:
                _refuse_unwritable(option, path)
        beside = {"--html": self.html, "--state": self.state, "--all": self.whole_set or None}
        for option, value in beside.items():
            if self.probe is not None and value is not None:
                problem = f"given beside {option}, and a probe judges nothing"
                raise Refused("--probe", problem, "Leave one of them out")


def _refuse_unwritable(option: str, path: Path) -> None:
    """Make the folder of a file; raise Refused where it cannot be written, before anything is
    asked.
    """
    why = "is a folder" if path.is_dir() else ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or repr(error)
    if why or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Refused(option, f"{path}: {why or 'cannot be written'}", "Name another file")
