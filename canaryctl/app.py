"""The command line `canaryctl`: the commands of canaryctl/shell/commands.py, put together here."""

from importlib.metadata import version
from typing import Annotated

import typer

from canaryctl.shell.lazy import Shell

app = typer.Typer(
    name="canaryctl",
    cls=Shell,
    help="Promote a canary model on a SageMaker endpoint on evidence, and look at how it goes.\n\n"
    "A rollout gives a new model, the canary, a growing part of an endpoint's traffic, its share. "
    "While a share bakes the canary is compared with what serves, the baseline, by guards such as "
    "errors; it goes on when each has shown it to be as good, and back as soon as one shows it to "
    "be worse.\n\n"
    "A rollout starts from a spec (start), runs by itself (status --watch), can be steered "
    "(pause, promote, rollback), says why it waits (explain) and what became of it (history, "
    "report). forecast, replay and evaluate need no stack.\n\n"
    "Exit codes: 0 done, 1 AWS did not answer, 2 refused or wrong input, 3 not promoted, or not "
    "good enough; every command's --help tells its own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001 -- a callback is called so
    if asked:
        typer.echo(f"canaryctl {version('sagemaker-canary')}")
        raise typer.Exit


@app.callback()
def canaryctl(
    *,
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Tell the version.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """Hold what belongs to no command."""


if __name__ == "__main__":
    app()
