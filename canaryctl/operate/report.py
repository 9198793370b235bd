"""`canaryctl report`: one page about one rollout, or a folder of pages about all of them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from canary.domain.errors import Refused
from canaryctl.history import read_history
from canaryctl.operate.lookup import newest_of, told_of_unread
from canaryctl.operate.options import told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.operate.where import TableWhere
from canaryctl.report import write_report, write_site
from canaryctl.shell.endpoint import MaybeAbout
from canaryctl.shell.groups import with_options


@with_options(about=MaybeAbout, where=TableWhere)
def report_command(
    about: MaybeAbout,
    where: TableWhere,
    rollout: Annotated[str | None, typer.Option(help="This rollout, by its id.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the page goes; <rollout>.html unless given, with --all the folder rollouts."
        ),
    ] = None,
    *,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="A page of every rollout and of every endpoint, and an index (reads the table).",
        ),
    ] = False,
) -> None:
    """Write one self-contained HTML page about a rollout: what was seen, every verdict with its
    reason, the plan.

    The page loads nothing from any network, so it may be mailed or archived. Of the messages the
    newest hundred are kept.
    """
    with told_plainly():
        if everything and rollout is None:
            folder = out or Path("rollouts")
            _report_all(where.found(), about.endpoint, folder, as_json=where.as_json)
            return
        if everything or (about.endpoint is None) == (rollout is None):
            raise Refused(
                "ENDPOINT",
                "give either an endpoint or --rollout, or --all",
                "Name what the page is about",
            )
        found = where.found()
        wanted = rollout or newest_of(found, str(about.endpoint)).rollout
        history = read_history(found.client("dynamodb"), found.table_name, wanted)
        path = write_report(history, out or Path(f"{wanted}.html"))
        if where.as_json:
            typer.echo(
                json.dumps({"rollout": wanted, "phase": history.record.phase, "page": str(path)})
            )
        else:
            typer.echo(f"{wanted} ({history.record.phase}): {path}")


def _report_all(stack: Stack, endpoint: str | None, folder: Path, *, as_json: bool) -> None:
    """Write the pages of every rollout, or of an endpoint's, and say where the index is."""
    unread: dict[str, Exception] = {}
    wanted = [
        record.rollout
        for record in stack.rollouts.every(unread=unread)
        if endpoint in {None, record.endpoint}
    ]
    client, name = stack.client("dynamodb"), stack.table_name
    index = write_site((read_history(client, name, rollout) for rollout in wanted), folder)
    if as_json:
        typer.echo(json.dumps({"rollouts": wanted, "unread": list(unread), "page": str(index)}))
    else:
        typer.echo(f"{len(wanted)} rollouts: {index}")
    for told in told_of_unread(stack, unread):
        typer.echo(told, err=True)
