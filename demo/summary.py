"""What is left when it is over: summary.json, the pages, and a few lines a newcomer understands."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from canary.domain.rollout.phase import Phase
from canaryctl.report import card_of, write_indexes, write_report
from demo.collect import Result

Doubts = Mapping[str, Sequence[str]]


def write_summary(results: Sequence[Result], folder: Path) -> Path:
    """Write summary.json, one entry a scenario, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "summary.json"
    path.write_text(
        json.dumps([result.summary() for result in results], indent=2) + "\n", encoding="utf-8"
    )
    return path


def write_pages(results: Sequence[Result], folder: Path) -> Path:
    """Write a page a rollout and the index, and return the index's path."""
    cards = []
    for result in results:
        if result.history is not None:
            page = write_report(result.history, folder / f"{result.scenario.name}.html")
            card = card_of(result.history, page.name, result.scenario.name, result.scenario.shows)
            cards.append(card)
    return write_indexes(cards, folder)


def print_summary(console: Console, results: Sequence[Result], found: Doubts, index: Path) -> None:
    """Print how every scenario ended, what it shows, and what is not as it should be."""
    over = all(result.over for result in results)
    console.print(f"\n[bold]{'How it ended' if over else 'Stopped: how it stood'}[/bold]")
    grid = Table.grid(padding=(0, 2, 0, 1))
    for result in results:
        grid.add_row(*_line(result, good=not found[result.scenario.name]))
        lesson = f" {result.scenario.lesson}" if result.over else ""
        grid.add_row("", "", Text(f"{result.scenario.shows}{lesson}", style="dim"))
    console.print(grid)
    for name, doubts in found.items():
        for doubt in doubts:
            console.print(Text(f" ✗ {name}: {doubt}", style="red"), soft_wrap=True)
    console.print(
        (
            " Requests and failures are live ones of the canary, counted by the router.\n Pages: "
            f"{index}"
        ),
        highlight=False,
        soft_wrap=True,
    )


def _line(result: Result, *, good: bool) -> tuple[Text, Text, Text]:
    mark = Text("✓", style="bold green") if good else Text("✗", style="bold red")
    mark = mark if result.over else Text("…", style="cyan")
    text = Text(
        result.phase.replace("_", " ").lower(),
        style="green" if result.phase == Phase.PROMOTED else "red" if result.over else "cyan",
    )
    when = f"after {result.emulated_minutes:.0f} minutes" if result.over else "when it was stopped"
    text.append(
        f" {when}; highest share "
        f"{100 * result.highest_share:g}%, "
        f"{result.canary_requests_live:,} requests, {result.bad_responses_served:,} failed",
        style="default",
    )
    return mark, Text(result.scenario.name, style="bold"), text
