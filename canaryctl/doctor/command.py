"""`canaryctl doctor`: is a deployment as it should be, and would somebody hear of it?"""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from canary.domain.errors import Refused
from canaryctl.doctor.account import Account, Sample
from canaryctl.doctor.check import Answer, examined
from canaryctl.doctor.checks import CHECKS
from canaryctl.doctor.show import as_document, counted, show, show_sum
from canaryctl.operate.options import time_of, told_plainly
from canaryctl.operate.where import Where
from canaryctl.shell.endpoint import MaybeAbout
from canaryctl.shell.exits import Exit
from canaryctl.shell.groups import with_options


@with_options(about=MaybeAbout, where=Where)
def doctor_command(
    context: typer.Context,
    about: MaybeAbout,
    where: Where,
    sample: Annotated[
        Path | None,
        typer.Option(help="A file that is one request's body; sent once to a variant at weight 0."),
    ] = None,
    content_type: Annotated[str, typer.Option(help="Content type of the sample.")] = "text/csv",
    *,
    send: Annotated[
        bool, typer.Option("--send", help="Send a test message and ring a test alarm.")
    ] = False,
) -> None:
    """Ask a deployed stack whether all is well: one line a question, with what to do where it is
    not.

    It reads with your own credentials and changes nothing; --sample sends one request, --send a
    message and an alarm. What you may not read is told as unknown, never as fine.
    """
    endpoint = about.endpoint or ""
    with told_plainly():
        account = Account(
            where.found(), time_of(context), endpoint, _read(sample, content_type), send
        )
        if sample and not endpoint:
            raise Refused(
                "--sample", "there is no endpoint to send it to", "Name it, or give --endpoint"
            )
        answers = _answers(account, Console(), quiet=where.as_json)
        if where.as_json:
            typer.echo(json.dumps(as_document(account, answers), indent=2))
    raise typer.Exit(_code(answers))


def _answers(account: Account, console: Console, *, quiet: bool) -> list[Answer]:
    answers = []
    for answer in examined(CHECKS, account):
        answers.append(answer)
        if not quiet:
            show(console, answer)
    if not quiet:
        show_sum(console, answers)
    return answers


def _code(answers: list[Answer]) -> int:
    counts = counted(answers)
    if counts["broken"]:
        return Exit.TROUBLE
    return Exit.NOT_KNOWN if counts["unknown"] else Exit.DONE


def _read(path: Path | None, content_type: str) -> Sample | None:
    if path is None:
        return None
    try:
        body = path.read_bytes()
    except OSError as error:
        raise Refused("--sample", f"{path}: {error.strerror}", "Give a file of one body") from error
    if not body:
        raise Refused("--sample", f"{path} is empty", "Give a file of one body")
    return Sample(body, content_type)
