"""`canaryctl uninstall-check`: may this stack be deleted?"""

import json

import typer

from canaryctl.operate.options import DEFAULT_STACK, AsJson, Region, StackName, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.uninstall.found import look
from canaryctl.uninstall.show import as_document, said
from canaryctl.uninstall.verdict import verdict_of

EXIT_NOT_SAFE = 1
EPILOG = (
    "Exit codes: 0 safe to delete, 1 not safe, or not known because AWS did not answer, 2 wrong "
    "input."
)


def uninstall_check_command(
    *, as_json: AsJson = False, stack: StackName = DEFAULT_STACK, region: Region = None
) -> None:
    """Say whether a stack may be deleted: what still runs with the commands that end it safely, and
    what stays afterwards. Changes nothing.

    A stack that is deleted while a rollout is under way leaves its endpoint with whatever weights
    it has, and nobody is told.
    """
    with told_plainly():
        verdict = verdict_of(look(Stack(stack, region)), stack, region)
    if as_json:
        typer.echo(json.dumps(as_document(verdict)))
    else:
        typer.echo("\n".join(said(verdict)))
    if not verdict.safe:
        raise typer.Exit(EXIT_NOT_SAFE)
