"""`canaryctl local`: the application in an emulated account on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from local.asked import BACKGROUND_ERRORS, ENDPOINT, FAST_MINUTE_SECONDS, PORT, Asked, Pace
from local.mistake import Mistake

EXIT_REFUSED = 2
MODEL = (
    "a Python file (its function predict(rows)), file.py:function, or the http:// address of a "
    "container"
)


def local_command(
    baseline: Annotated[
        str | None, typer.Option(help=f"What serves: {MODEL}; a made-up one unless given.")
    ] = None,
    canary: Annotated[str | None, typer.Option(help="What is tried beside it: the same.")] = None,
    rows: Annotated[
        Path | None,
        typer.Option(help="Records of the traffic: CSV without names, or JSON Lines."),
    ] = None,
    label_column: Annotated[
        int | None,
        typer.Option(help="Column of the label, from 0: the file is the labelled set too."),
    ] = None,
    endpoint: Annotated[str, typer.Option(help="Name of the endpoint.")] = ENDPOINT,
    requests_per_minute: Annotated[
        float | None,
        typer.Option(min=0, help="Traffic; 6000 unless given, 300 where a container is asked."),
    ] = None,
    background_errors: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of the requests that fail with 503 whatever the model says; 0: none.",
        ),
    ] = BACKGROUND_ERRORS,
    clock: Annotated[
        Pace,
        typer.Option(help="live: a minute is one; fast: a second; stepped: when you say so."),
    ] = Pace.FAST,
    minute_seconds: Annotated[
        float,
        typer.Option(min=0, help="Seconds a minute takes under --clock fast; 0: the least."),
    ] = FAST_MINUTE_SECONDS,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0: any that is free.")
    ] = PORT,
    region: Annotated[str, typer.Option(help="Region of the account.")] = "us-east-1",
    state: Annotated[
        Path | None,
        typer.Option(help="File that keeps objects, table and weights from run to run."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of traffic and timing.")] = 0,
) -> None:
    """Run the stack in an emulated AWS account on this machine, for `aws`, any SDK and canaryctl.

    An endpoint of two variants is under traffic there. Set AWS_ENDPOINT_URL as it tells you, and
    every command of this page works as on AWS: start a rollout, steer it, look at it. Nothing
    leaves this machine, no AWS account is needed. Who asks is the administrator; Ctrl-C ends it.
    """
    asked = Asked(
        baseline=baseline,
        canary=canary,
        rows=rows,
        label_column=label_column,
        endpoint=endpoint,
        requests_per_minute=requests_per_minute,
        background_errors=background_errors,
        port=port,
        pace=clock,
        fast_minute_seconds=minute_seconds,
        region=region,
        seed=seed,
        state=state,
    )
    typer.echo("Building an emulated AWS account; it takes ten seconds or so ...", err=True)
    try:
        try:
            from local.run import run  # noqa: PLC0415 -- seconds of loading, for this command alone
        except ModuleNotFoundError as error:
            raise Mistake(
                "canaryctl local",
                f"{error.name} is not installed",
                "Install sagemaker-canary[emulator]",
            ) from error
        run(asked, typer.echo)
    except Mistake as mistake:
        typer.echo(str(mistake), err=True)
        raise typer.Exit(EXIT_REFUSED) from mistake
