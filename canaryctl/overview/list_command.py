"""`canaryctl list`: every rollout of a stack in a line."""

import json
from typing import Annotated

import typer
from rich.console import Console

from canary.domain.rollout.record import Record
from canaryctl.operate.lookup import told_of_unread, under_way
from canaryctl.operate.options import Time, time_of, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.operate.where import TableWhere
from canaryctl.overview.rows import COLUMNS, LAST, RolloutRow, row_of
from canaryctl.overview.show import show_lines
from canaryctl.shell.groups import with_options


@with_options(where=TableWhere)
def list_command(
    context: typer.Context,
    where: TableWhere,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Ended rollouts too (reads the whole table).")
    ] = False,
) -> None:
    """List the rollouts of a stack: where each is, since when, how fresh its evidence is, and what
    it waits for.
    """
    with told_plainly():
        stack, when = where.found(), time_of(context)
        unread: dict[str, Exception] = {}
        records = stack.rollouts.every(unread=unread) if everything else under_way(stack, unread)
        rows = [_row(stack, record, when) for record in records]
    if where.as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows]))
    elif rows:
        show_lines(Console(), COLUMNS, (row.cells for row in rows), last=LAST)
    elif not unread:
        typer.echo("No rollout is under way; --all lists ended ones.")
    for told in told_of_unread(stack, unread):
        typer.echo(told, err=True)


def _row(stack: Stack, record: Record, when: Time) -> RolloutRow:
    if record.ended:
        return row_of(record, None, None, when.now())
    verdict = stack.evidence.newest_verdict(record.rollout)
    return row_of(record, verdict, stack.evidence.tick(record.rollout), when.now())
