"""`canaryctl report`: one page about one rollout."""

import json
from pathlib import Path
from typing import Annotated

import typer

from canary.domain.errors import Refused
from canaryctl.history import read_history
from canaryctl.operate.lookup import newest_of
from canaryctl.operate.options import DEFAULT_STACK, AsJson, Region, StackName, Table, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.report import write_report


def report_command(
    endpoint: Annotated[str | None, typer.Option(help="Its newest rollout, ended or not.")] = None,
    rollout: Annotated[str | None, typer.Option(help="This rollout, by its id.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the page goes; <rollout>.html unless given.")
    ] = None,
    *,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    table: Table = None,
) -> None:
    """Write one self-contained HTML page about a rollout: what was seen, every verdict with its
    reason, the plan.

    The page loads nothing from any network, so it may be mailed or archived. Messages already sent
    are not in it: AWS does not keep them; the topic's subscribers do.
    """
    with told_plainly():
        if (endpoint is None) == (rollout is None):
            raise Refused(
                "--endpoint", "give either --endpoint or --rollout", "Name what the page is about"
            )
        found = Stack(stack, region, table)
        wanted = rollout or newest_of(found, str(endpoint)).rollout
        history = read_history(found.client("dynamodb"), found.table_name, wanted)
        path = write_report(history, out or Path(f"{wanted}.html"))
        if as_json:
            typer.echo(
                json.dumps({"rollout": wanted, "phase": history.record.phase, "page": str(path)})
            )
        else:
            typer.echo(f"{wanted} ({history.record.phase}): {path}")
