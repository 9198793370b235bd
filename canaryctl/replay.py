"""`canaryctl replay`: what the controller would have decided on recorded windows, offline."""

import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from canary.domain.errors import Refused
from canary.domain.judge.windows import Window
from canary.domain.plan.custom.reach import told_of_reach
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec
from canary.domain.plan.standard_guards import STANDARD
from canaryctl.offline_plan import (
    guards_in,
    plan_offline,
    sketches_offline,
    told_of_two_sides,
    without_control,
)
from canaryctl.recorded import (
    FORMAT,
    Lines,
    RecordedError,
    Run,
    by_run,
    check_names,
    left_out,
    shown,
    told_twice,
    windows_of,
)
from canaryctl.replay_run import RunEnd, replay_run
from canaryctl.shell.endpoint import MaybeAbout
from canaryctl.shell.exits import Exit
from canaryctl.shell.failures import failed, refused
from canaryctl.shell.groups import with_options
from canaryctl.spec.reading import SpecFile, read_spec_file

EPILOG = FORMAT

CHUNK = 20
# Below this many runs starting processes costs more than it saves.
PARALLEL_FROM = 100


@dataclass(frozen=True)
class Task:
    """One run as text, with the history that belongs to it; parsed where it is judged."""

    spec: Spec
    run: Run
    windows: Lines
    history: Lines
    names: tuple[str, str]
    warm_up_minutes: int | None


def replay(
    spec: Spec,
    windows: Path,
    history: Path | None = None,
    *,
    warm_up_minutes: int | None = None,
    processes: int | None = None,
) -> Iterator[tuple[Run, RunEnd]]:
    """Yield (run, outcome) for every run of a recording, in order of first appearance.

    History lines without a run belong to every run. `warm_up_minutes` stands in for the spec's.
    Raises RecordedError naming file, line and field.
    """
    tasks = list(_tasks(spec, windows, history, warm_up_minutes))
    workers = processes or min(os.cpu_count() or 1, len(tasks) // PARALLEL_FROM + 1)
    if workers <= 1:
        yield from map(_judge, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(_judge, tasks, CHUNK)


def _tasks(
    spec: Spec, windows: Path, history: Path | None, warm_up_minutes: int | None
) -> Iterator[Task]:
    runs = _read(windows)
    check_names(runs, windows.name)
    known = _read(history) if history else {}
    shared = known.get(None, [])
    names = (windows.name, history.name if history else "")
    for run, lines in runs.items():
        yield Task(
            spec,
            run,
            lines,
            known.get(run, []) if run is not None and run in known else shared,
            names,
            warm_up_minutes,
        )


def _read(path: Path) -> dict[Run, Lines]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            return by_run(lines, path.name)
    except UnicodeDecodeError as error:
        raise RecordedError(f"{path.name}: not UTF-8 ({error})") from error


def _judge(task: Task) -> tuple[Run, RunEnd]:
    windows = windows_of(task.windows, task.names[0])
    history = windows_of(task.history, task.names[1])
    plan = plan_offline(
        without_control(task.spec),
        history,
        measured=guards_in(windows),
        warm_up_minutes=task.warm_up_minutes,
    )
    end = replay_run(plan, windows, sketches_offline(plan, history))
    out_of_reach = "".join(f" {told}" for guard in plan.guards for told in told_of_reach(guard))
    told = left_out([*history, *windows], {guard.name for guard in plan.guards} | STANDARD)
    told += told_twice(windows) + told_twice(history) + _told_of_good(task.spec, plan, windows)
    told += told_of_two_sides(task.spec)
    return task.run, replace(end, reason=end.reason + told + out_of_reach)


def _told_of_good(spec: Spec, plan: Plan, windows: Sequence[Window]) -> str:
    """Return what the first count of each recorded guard with `good` events is taken for: the other
    one would turn the verdict round.
    """
    sides = [side for one in windows for side in (one.baseline, one.canary) if side]
    recorded = {name for side in sides for name in side.guards}
    marked = {keys.name for keys in spec.guards.counts if keys.good} & recorded
    first = {"lower": "events without it", "higher": "its good events"}
    return "".join(
        f" ({guard.name} is read as [{first[guard.better]}, all events])"
        for guard in plan.guards
        if guard.name in marked
    )


@with_options(about=MaybeAbout)
def replay_command(
    about: MaybeAbout,
    spec: SpecFile,
    windows: Annotated[
        Path | None,
        typer.Option(
            help="Recorded windows (JSON Lines, see below).",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(
            help="The baseline's minutes before, in the same format; lines without a run are "
            "every run's.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", help="Start of the past, UTC.")
    ] = None,
    end: Annotated[datetime | None, typer.Option("--to", help="End of the past, UTC.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a run.")] = False,
    warm_up_minutes: Annotated[
        int | None,
        typer.Option(min=0, help="Minutes not to judge after the first window, not the spec's."),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="AWS region of the endpoint; else that of your profile.")
    ] = None,
) -> None:
    """Judge recorded windows, or an endpoint's own past, as one bake at the spec's first step.

    Instead of --windows an endpoint may be named: its past is read from CloudWatch.
    """
    try:
        parsed, _ = read_spec_file(spec)
        if windows is not None:
            outcomes = replay(parsed, windows, history, warm_up_minutes=warm_up_minutes)
            _show(outcomes, _count_runs(windows), as_json=as_json)
        elif about.endpoint and start and end:
            _backtest(parsed.but(endpoint=about.endpoint), start, end, region, as_json=as_json)
        else:
            raise _wrong_input("give --windows, or an endpoint with --from and --to")
    except RecordedError as error:
        raise _wrong_input(str(error)) from error
    except Refused as error:
        raise refused(error) from error
    except ValueError as error:
        raise _wrong_input(f"{spec.name}: {error}") from error


def _backtest(
    spec: Spec, start: datetime, end: datetime, region: str | None, *, as_json: bool
) -> None:
    # They load numpy and boto3, which a replay of files does not need.
    from canaryctl.backtest_show import show_backtest  # noqa: PLC0415
    from canaryctl.operate.options import told_plainly  # noqa: PLC0415

    with told_plainly():
        show_backtest(spec, start, end, region, as_json=as_json)


def _wrong_input(message: str) -> typer.Exit:
    return failed(message, Exit.REFUSED, "refused")


def _count_runs(windows: Path) -> int:
    return len(_read(windows))


def _show(outcomes: Iterator[tuple[Run, RunEnd]], runs: int, *, as_json: bool) -> None:
    table = Table("run", "verdict", "windows", "guard", "reason")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("replaying", total=runs)
        for run, outcome in outcomes:
            if as_json:
                typer.echo(
                    json.dumps(
                        {
                            "run": shown(run),
                            "verdict": outcome.verdict,
                            "windows": outcome.windows,
                            "guard": outcome.guard,
                            "reason": outcome.reason,
                        }
                    )
                )
            else:
                table.add_row(
                    *map(
                        Text,
                        (
                            str(shown(run)),
                            outcome.verdict,
                            str(outcome.windows),
                            outcome.guard or "",
                            outcome.reason,
                        ),
                    )
                )
            progress.advance(bar)
    if not as_json:
        Console().print(table)
