"""The live table for a terminal: one line a rollout, evidence as a bar towards its threshold."""

from collections.abc import Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from canary.domain.words import percent
from canaryctl.history import ToldMessage
from canaryctl.live.row import Gauge, LiveRow

BAR_WIDTH = 8
WIDE_FROM = 100
COLOURS = {
    "PROMOTED": "bold green",
    "ROLLED_BACK": "bold red",
    "UNPROVEN": "bold magenta",
    "HANDED_OVER": "bold magenta",
    "REFUSED": "bold magenta",
    "ROLLING_BACK": "red",
    "WATCHING": "green",
    "SHIFTING": "yellow",
}


NEARNESS = {"rising": "bold yellow", "close": "bold red"}
"""Over the phase's own colour while evidence against the canary rises; the words say it too."""


def live_table(rows: Sequence[LiveRow], title: str = "", width: int = WIDE_FROM) -> Table:
    """Return the table of rollouts as they stand; below 100 columns bars are short and reasons are
    left out.
    """
    wide = width >= WIDE_FROM
    table = Table(
        title=Text(title) if title else None,
        title_justify="left",
        expand=True,
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.padding = (0, 1, 0, 0)
    for name, justify in COLUMNS:
        table.add_column(name, justify=justify, no_wrap=True)
    if wide:
        table.add_column("last verdict", ratio=1, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(
            *_cells(row, BAR_WIDTH if wide else BAR_WIDTH // 2),
            *([_last_word(row)] if wide else []),
        )
    return table


COLUMNS: tuple[tuple[str, Literal["left", "right"]], ...] = (
    ("rollout", "left"),
    ("phase", "left"),
    ("step", "right"),
    ("share", "right"),
    ("worse", "left"),
    ("good enough", "left"),
    ("min", "right"),
)


def _cells(row: LiveRow, bar_width: int) -> tuple[RenderableType, ...]:
    return (
        Text(row.name, style="bold"),
        Text(row.state, style=NEARNESS.get(row.nearness) or COLOURS.get(row.phase, "cyan")),
        f"{row.step}/{row.steps}",
        percent(row.share),
        gauge_bar(row.worse, NEARNESS.get(row.nearness, "red"), bar_width),
        gauge_bar(row.better, "green", bar_width),
        str(row.minute),
    )


def gauge_bar(gauge: Gauge | None, colour: str, width: int = BAR_WIDTH) -> Text:
    """Return evidence as a bar with numbers, such as '####.... 12/40'; a dash before there is
    any.
    """
    if gauge is None:
        return Text("-", style="dim")
    full = round(gauge.filled * width)
    text = Text("█" * full, style=colour)
    text.append("░" * (width - full), style="dim")
    text.append(f" {gauge.words}")
    return text


def _last_word(row: LiveRow) -> Text:
    text = Text()
    if row.verdict:
        calm = {"ADVANCE": "green", "ROLL_BACK": "red"}.get(row.verdict, "dim")
        style = NEARNESS.get(row.nearness, calm)
        text.append(row.verdict.replace("_", " "), style=style)
        text.append(" ")
    text.append(row.reason)
    return text


def message_panel(messages: Sequence[ToldMessage], at_most: int) -> RenderableType:
    """Return the newest messages to the person on call, the last one below."""
    lines = [f"[dim]{m.at:%H:%M}[/dim] {escape(m.subject)}" for m in messages[-at_most:]]
    return Panel(
        "\n".join(lines) or "[dim]none yet[/dim]",
        title="messages to the person on call",
        title_align="left",
        border_style="dim",
    )


def live_view(
    rows: Sequence[LiveRow], messages: Sequence[ToldMessage], title: str, size: tuple[int, int]
) -> RenderableType:
    """Return table and messages as one thing to draw into a terminal of `size` (columns, lines)."""
    columns, lines = size
    room = max(LEAST_MESSAGES, lines - len(rows) - LINES_BESIDE)
    return Group(live_table(rows, title, columns), message_panel(messages, room))


LEAST_MESSAGES, LINES_BESIDE = 3, 9
