"""`canaryctl uninstall-check`: may this stack be deleted?"""

import json

import typer

from canaryctl.operate.options import told_plainly
from canaryctl.operate.where import Where
from canaryctl.shell.exits import Exit
from canaryctl.shell.groups import with_options
from canaryctl.uninstall.found import look
from canaryctl.uninstall.show import as_document, said
from canaryctl.uninstall.verdict import verdict_of


@with_options(where=Where)
def uninstall_check_command(where: Where) -> None:
    """Say whether a stack may be deleted: what still runs with the commands that end it safely, and
    what stays afterwards. Changes nothing.

    A stack that is deleted while a rollout is under way leaves its endpoint with whatever weights
    it has, and nobody is told.
    """
    with told_plainly():
        verdict = verdict_of(look(where.found()), where.stack, where.region)
    if where.as_json:
        typer.echo(json.dumps(as_document(verdict)))
    else:
        typer.echo("\n".join(said(verdict)))
    if not verdict.safe:
        raise typer.Exit(Exit.TROUBLE)
