"""What a campaign says while it runs and at its end."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from tests.faults.campaign import Campaign
from tests.faults.cases import Result

TIMELINES = Path("out/faults")
SURVIVORS = TIMELINES / "survived.txt"
"""A line for each case that survived, so that a campaign which was stopped can go on."""
LINES_EVERY = 100


class Shown:
    """Progress of a campaign: a bar where somebody looks, a line now and then where nobody does;
    failures always.
    """

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._lines = not console.is_terminal
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]} failed"))
        # It refreshes by hand: a run is a fork, which would lose the bar's thread.
        self.bar = Progress(
            *columns,
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=self._lines,
            auto_refresh=False,
        )
        self._task = self.bar.add_task("runs", total=None, failed=0)
        self._failed = 0

    def __call__(self, done: int, of: int, result: Result) -> None:
        """Show one more result; the timeline of a failure goes into a file."""
        if result.survived:
            _keep(result)
        else:
            self._failed += 1
            TIMELINES.mkdir(parents=True, exist_ok=True)
            file = TIMELINES / f"{done:04d}.txt"
            file.write_text("\n".join(_failure(result)), encoding="utf-8")
            print(f"{_first(result)} (timeline in {file})", flush=True)
        if self._lines and done % LINES_EVERY == 0:
            print(f"[{done}/{of}]", file=sys.stderr, flush=True)
        self.bar.update(self._task, completed=done, total=of, failed=self._failed, refresh=True)


def _keep(result: Result) -> None:
    TIMELINES.mkdir(parents=True, exist_ok=True)
    with SURVIVORS.open("a", encoding="utf-8") as file:
        file.write(f"{result.key}\n")


def kept() -> frozenset[str]:
    """Return the keys of the cases that survived so far."""
    lines = SURVIVORS.read_text(encoding="utf-8").splitlines() if SURVIVORS.exists() else ()
    return frozenset(lines)


def report(campaign: Campaign, show: int = 3) -> str:
    """Return what the campaign found: a line a category, the first failures with their timelines,
    the verdict.
    """
    lines = []
    for category, count in sorted(campaign.counts.items()):
        failed = sum(result.category == category for result in campaign.failed)
        lines.append(f"{category:<12} {count:>5} runs {count - failed:>5} survived")
    pairs = [result for result in campaign.results if result.category == "pair"]
    lines.append(
        f"{sum(len(set(pair.fired)) > 1 for pair in pairs)} of the {len(pairs)} pairs with "
        "both faults in effect"
    )
    safe = sorted(r.seconds_to_safe for r in campaign.results if r.seconds_to_safe is not None)
    if safe:
        at = [safe[int(q * (len(safe) - 1))] for q in (0.5, 0.9, 1.0)]
        lines.append(
            f"seconds from a recorded roll-back to verified safe weights: median {at[0]:.0f}, "
            f"90% {at[1]:.0f}, longest {at[2]:.0f}"
        )
    lines.append(
        f"{campaign.recorded} sites recorded, {campaign.recorded - len(campaign.unbroken)} broken"
    )
    lines.append(f"ends: {dict(Counter(result.end for result in campaign.results))}")
    for result in campaign.failed[:show]:
        lines += _failure(result)
    lines += [_first(result) for result in campaign.failed[show:]]
    lines += [f"NEVER BROKEN {site}" for site in campaign.unbroken]
    survived = len(campaign.results) - len(campaign.failed)
    lines.append(f"seed {campaign.seed}, {campaign.wall_seconds:.0f} s")
    lines.append(f"{survived}/{len(campaign.results)} survived")
    return "\n".join(lines)


def _first(result: Result) -> str:
    return (
        f"FAILED {result.case}: {result.violations[0].invariant}: {result.violations[0].what[:200]}"
    )


def _failure(result: Result) -> list[str]:
    broken = [f"  {violation.invariant}: {violation.what}" for violation in result.violations]
    return [
        f"FAILED {result.case} (seed {result.seed})",
        *broken,
        *(f"    {line}" for line in result.timeline),
    ]
