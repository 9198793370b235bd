"""`make demo`: python -m demo [--scenario NAME] [--seed N]."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


class Name(StrEnum):
    """The scenarios, known before anything heavy is loaded."""

    HEALTHY = "healthy"
    WRONG = "wrong"
    FAILING = "failing"
    SLOW = "slow"
    LATE = "late"
    INCIDENT = "incident"
    MISREAD = "misread"
    CAPACITY = "capacity"
    HANDS_OFF = "hands-off"


class Partition(StrEnum):
    """The commercial regions, GovCloud and China."""

    AWS = "aws"
    GOVERNMENT = "aws-us-gov"
    CHINA = "aws-cn"


REGIONS = {
    Partition.AWS: "us-east-1",
    Partition.GOVERNMENT: "us-gov-west-1",
    Partition.CHINA: "cn-north-1",
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    scenario: Annotated[
        Name | None,
        typer.Option(help="Only this one; all of them unless given. What each shows stands below."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of models, traffic and timing.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder of the pages and summary.json.")] = Path(
        "out/demo"
    ),
    minute_seconds: Annotated[
        float,
        typer.Option(
            min=0, help="Wall seconds an emulated minute takes at least; 0 is as fast as possible."
        ),
    ] = 0.75,
    partition: Annotated[
        Partition, typer.Option(help="Where the emulated account is; its first region is taken.")
    ] = Partition.AWS,
) -> None:
    """Roll out nine canaries side by side on an emulated AWS account: the real template, handlers
    and models.

    healthy: a better model, promoted. wrong: worse on the labelled set, stopped at share 0.
    failing: refuses some requests, taken back at 5%. slow: slows down under load, taken back at
    50%. late: fails with all traffic alone, taken back in the watch. incident: a better model and
    an outage of both variants, promoted. misread: clerks correct its answers, taken back at 5% by
    that count. capacity: on too few instances, given them before each share, promoted. hands-off:
    a package is approved, nobody starts anything; promoted, and the loser retired.

    Exit code 0 when every scenario ends as it has to, 1 when one does not, 2 for a scenario that
    does not exist, 130 when Ctrl-C stopped it; pages and summary then tell how it stood.
    """
    # Bound now: inside the account sys.stdout is where the functions log.
    console = Console(file=sys.stdout)
    canaries = f"the canary {scenario}" if scenario else f"{len(Name)} canaries"
    console.print(
        f"[bold]sagemaker-canary[/bold]: {canaries} on one machine, no AWS account. Loading ..."
    )
    # Loading takes seconds (scikit-learn, moto): the first line is out before.
    from demo.play import Pace, play  # noqa: PLC0415
    from demo.scenarios import chosen  # noqa: PLC0415

    pace = Pace(minute_seconds)
    scenarios = chosen(scenario)
    try:
        good = play(scenarios, seed, out, console, pace, REGIONS[partition])
    except KeyboardInterrupt:
        console.print(" Stopped by Ctrl-C.")
        raise typer.Exit(130) from None
    raise typer.Exit(0 if good else 1)


if __name__ == "__main__":
    app()
