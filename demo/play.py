"""One demonstration from the first line to the last: prepare, roll out, check, tell."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
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
from demo.stage import BUCKET, MODEL_ROLE, PAST_MINUTES, set_up
from demo.summary import print_summary, write_pages, write_summary
from demo.worlds import DigitsWorld, digits_world
from emulator import Emulator
from emulator.place import Place

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FIRST_TICKS_MINUTES = 3


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
    then. Raises KeyboardInterrupt where somebody stopped it, when they are.
    """
    began = time.monotonic()
    with until_interrupted() as stopped:
        results = run_scenarios(scenarios, seed, console, pace, region, stopped)
    found = {
        result.scenario.name: [] if stopped() and not result.over else doubts(result)
        for result in results
    }
    write_summary(results, out)
    print_summary(console, results, found, write_pages(results, out))
    if stopped():
        raise KeyboardInterrupt
    good = not any(found.values())
    verdict = (
        "[green]Every scenario ended as it has to[/green]"
        if good
        else "[red]Not as it has to be[/red]"
    )
    console.print(f" {verdict}; {time.monotonic() - began:.0f} s.", highlight=False)
    return good


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """Yield whether somebody pressed Ctrl-C, which stops at the next whole minute; a second time it
    ends everything at once.
    """
    pressed = threading.Event()

    def stop(*_: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def run_scenarios(
    scenarios: Sequence[Scenario],
    seed: int,
    console: Console,
    pace: Pace,
    region: str = Place.region,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Result]:
    """Return how each scenario ended; one that has not ended in time is taken as it is."""
    # One thread a matrix product: these are small, and threads that wait for work take the cores
    # from the rollouts.
    account = open_account(BEGIN, seed=seed, region=region, enforce_iam=True)
    with threadpool_limits(1), account as emulator:
        with _step(console, "training models on 500 handwritten digits"):
            world = digits_world(seed)
        clerks = Clerks(emulator, scenarios)
        _prepare(emulator, world, scenarios, pace.past_minutes, console, clerks, stopped)
        with _step(console, "deploying template.yaml, and its first ticks"):
            table, state_machine = _deploy(emulator)
            # Before its first ticks the stack has none, which is what its own alarm missed-tick
            # rings for: no rollout is started into that.
            emulator.run_minutes(FIRST_TICKS_MINUTES)
            clerks.publish()
        emulator.clock.set_pace(pace.minute_seconds)
        runs = start(emulator, scenarios, state_machine)
        with Screen(console, "emulated time") as screen:
            drive(emulator, runs, table, screen.show, clerks, pace.most_minutes, stopped)
        emulator.clock.set_pace(0.0)
        if not stopped():
            emulator.run_minutes(AFTER_MINUTES)
        return collect(emulator, runs, table, world)


def _deploy(emulator: Emulator) -> tuple[str, str]:
    outputs = deploy(
        emulator,
        NotificationEmail=ON_CALL,
        HandsOffSpecBucket=BUCKET,
        ModelRolePattern=MODEL_ROLE,
    )
    return outputs["TableName"], outputs["StateMachineArn"]


def _prepare(
    emulator: Emulator,
    world: DigitsWorld,
    scenarios: Sequence[Scenario],
    past_minutes: int,
    console: Console,
    clerks: Clerks,
    stopped: Callable[[], bool],
) -> None:
    past = f"{past_minutes / 60:.0f} hours of ordinary traffic, so that there is a past"
    with _progress(console, past) as told:

        def progress(done: float) -> None:
            if stopped():
                raise KeyboardInterrupt
            told(done)

        set_up(emulator, world, scenarios, past_minutes, progress, clerks)


@contextmanager
def _progress(console: Console, what: str) -> Iterator[Callable[[float], object]]:
    """Yield what shows the part done: a bar, or a line that grows where there is no terminal."""
    if not console.is_terminal:
        with _step(console, what):
            quarters: set[int] = {0}

            def tell(done: float) -> None:
                if (quarter := int(4 * done)) not in quarters:
                    quarters.add(quarter)
                    console.print(f" {25 * quarter}%", end="", highlight=False)

            yield tell
        return
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    began = time.monotonic()
    console.print(f"  {what} ...", end="", highlight=False)
    yield
    console.print(f" {time.monotonic() - began:.1f} s", highlight=False)
