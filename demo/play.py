"""One demonstration from the first line to the last: prepare, roll out, check, tell."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from threadpoolctl import threadpool_limits

from canaryctl.live.screen import Screen
from demo.account import ON_CALL, deploy, open_account
from demo.clerks import Clerks
from demo.collect import AFTER_MINUTES, Result, collect
from demo.expectations import doubts
from demo.run import MOST_MINUTES, drive, start
from demo.scenarios import Scenario
from demo.stage import PAST_MINUTES, set_up
from demo.summary import print_summary, write_pages, write_summary
from demo.worlds import DigitsWorld, digits_world
from emulator import Emulator
from emulator.place import Place

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Pace:
    """How long things take: wall seconds an emulated minute lasts at least, minutes of past,
    minutes at most.
    """

    minute_seconds: float = 0.0
    past_minutes: int = PAST_MINUTES
    most_minutes: int = MOST_MINUTES


def play(
    scenarios: Sequence[Scenario],
    seed: int,
    out: Path,
    console: Console,
    pace: Pace,
    region: str = Place.region,
) -> bool:
    """Return whether every scenario ended as it has to; pages and summary.json are in `out`
    then.
    """
    began = time.monotonic()
    results = run_scenarios(scenarios, seed, console, pace, region)
    found = {result.scenario.name: doubts(result) for result in results}
    write_summary(results, out)
    print_summary(console, results, found, write_pages(results, out))
    good = not any(found.values())
    verdict = (
        "[green]Every scenario ended as it has to[/green]"
        if good
        else "[red]Not as it has to be[/red]"
    )
    console.print(f" {verdict}; {time.monotonic() - began:.0f} s.", highlight=False)
    return good


def run_scenarios(
    scenarios: Sequence[Scenario],
    seed: int,
    console: Console,
    pace: Pace,
    region: str = Place.region,
) -> list[Result]:
    """Return how each scenario ended; one that has not ended in time is taken as it is."""
    # One thread a matrix product: these are small, and threads that wait for work take the cores
    # from the rollouts.
    account = open_account(BEGIN, seed=seed, region=region, enforce_iam=True)
    with threadpool_limits(1), account as emulator:
        with _step(console, "training models on 500 handwritten digits"):
            world = digits_world(seed)
        clerks = Clerks(emulator, scenarios)
        _prepare(emulator, world, scenarios, pace.past_minutes, console, clerks)
        with _step(console, "deploying template.yaml"):
            table, state_machine = _deploy(emulator)
        emulator.clock.set_pace(pace.minute_seconds)
        runs = start(emulator, scenarios, state_machine)
        with Screen(console, "emulated time") as screen:
            drive(emulator, runs, table, screen.show, clerks, pace.most_minutes)
        emulator.clock.set_pace(0.0)
        emulator.run_minutes(AFTER_MINUTES)
        return collect(emulator, runs, table, world)


def _deploy(emulator: Emulator) -> tuple[str, str]:
    outputs = deploy(emulator, NotificationEmail=ON_CALL)
    return outputs["TableName"], outputs["StateMachineArn"]


def _prepare(
    emulator: Emulator,
    world: DigitsWorld,
    scenarios: Sequence[Scenario],
    past_minutes: int,
    console: Console,
    clerks: Clerks,
) -> None:
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(
            f"{past_minutes / 60:.0f} hours of ordinary traffic, so that there is a past", total=1.0
        )
        set_up(
            emulator,
            world,
            scenarios,
            past_minutes,
            lambda done: progress.update(task, completed=done),
            clerks,
        )
    if not console.is_terminal:
        console.print()  # rich leaves the line open there


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    began = time.monotonic()
    console.print(f"  {what} ...", end="", highlight=False)
    yield
    console.print(f" {time.monotonic() - began:.1f} s", highlight=False)
