"""The live table for a terminal: one line a rollout, evidence as a bar towards its threshold."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from canaryctl.history import ToldMessage
from canaryctl.live.row import Gauge, LiveRow

BAR_WIDTH = 8
WIDE_FROM, BARS_FROM = 100, 66
WITHOUT_BARS = 4
"""Columns of the table that a narrow terminal still has: who, phase, step and share."""
COLOURS = {
    "PROMOTED": "bold green",
    "ROLLED_BACK": "bold red",
    "UNPROVEN": "bold magenta",
    "HANDED_OVER": "bold magenta",
    "REFUSED": "bold magenta",
    "ROLLING_BACK": "red",
    "SHIFTING": "yellow",
}
"""Green is what is over and well: a canary that still serves is never green, however calm."""


NEARNESS = {"rising": "bold yellow", "close": "bold red"}
"""Over the phase's own colour while evidence against the canary rises; the words say it too."""


def live_table(
    rows: Sequence[LiveRow], title: str = "", width: int = WIDE_FROM, reason_lines: int = 2
) -> Table:
    """Return the table of rollouts as they stand; below 100 columns bars are short and the reasons
    stand below the table, else beside it, on `reason_lines` lines each; below 66 there are no bars.
    """
    wide = width >= WIDE_FROM
    kept = len(COLUMNS) if width >= BARS_FROM else WITHOUT_BARS
    room = _room(max(width - BESIDE_A_REASON, LEAST_REASON), reason_lines)
    table = Table(
        title=Text(title) if title else None,
        title_justify="left",
        expand=True,
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.padding = (0, 1, 0, 0)
    for name, justify in COLUMNS[:kept]:
        table.add_column(name, justify=justify, no_wrap=True)
    if wide:
        table.add_column("last verdict", ratio=1)
    for row in rows:
        table.add_row(
            *_cells(row, BAR_WIDTH if wide else BAR_WIDTH // 2)[:kept],
            *([_cut(_last_word(row), room)] if wide else []),
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
        Text(row.state, style=_style(row)),
        f"{row.step}/{row.steps}",
        row.served,
        gauge_bar(row.worse, NEARNESS.get(row.nearness, "red"), bar_width),
        gauge_bar(row.better, "green", bar_width),
        str(row.minute),
    )


def _style(row: LiveRow) -> str:
    worrying = NEARNESS.get(row.nearness) or ("yellow" if row.late else "")
    return worrying or COLOURS.get(row.phase, "cyan")


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
    if row.word:
        calm = {"ADVANCE": "green", "ROLL_BACK": "red"}.get(row.verdict, "dim")
        style = NEARNESS.get(row.nearness, calm)
        text.append(row.word, style=style)
        text.append(" ")
    text.append(row.reason)
    return text


def _room(columns: int, lines: int) -> int:
    """Return how many characters surely fit on so many lines, which break between words."""
    return lines * columns - (lines - 1) * LOST_TO_WRAPPING


def _cut(text: Text, room: int) -> Text:
    """Return a text that fits; what does not is told by an ellipsis."""
    text.truncate(room, overflow="ellipsis")
    return text


def reasons(rows: Sequence[LiveRow], width: int, at_most: int, lines: int) -> Table:
    """Return the reasons on `lines` lines each, the worrying ones alone where there is no room for
    all.
    """
    told = sorted((row for row in rows if row.reason), key=_calm)[:at_most]
    names = max((len(row.name) for row in told), default=0)
    room = max(width - names - BESIDE_A_NAME, LEAST_REASON)
    grid = Table.grid(padding=(0, 1, 0, 1), expand=True)
    grid.add_column(no_wrap=True, min_width=names)
    grid.add_column(ratio=1)
    for row in (row for row in rows if row in told):
        grid.add_row(Text(row.name, style="bold"), _cut(_last_word(row), _room(room, lines)))
    return grid


def _calm(row: LiveRow) -> int:
    """Return how calm a row is: what worries comes first."""
    if row.phase == "UNPROVEN" or row.nearness == "close":
        return 0
    return 1 if row.nearness == "rising" or row.late or row.phase == "ROLLING_BACK" else 2


GRAVE = {"page": "bold red", "warning": "yellow"}


def message_panel(messages: Sequence[ToldMessage], at_most: int, columns: int) -> RenderableType:
    """Return the newest messages to the person on call, the last one below, on `at_most` lines."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    for message in _newest(messages, at_most, columns - BESIDE_A_SUBJECT):
        style = GRAVE.get(message.severity, "")
        grid.add_row(
            Text(f"{message.at:%H:%M}", style="dim"),
            Text(message.severity, style=style),
            Text(message.subject, style=style),
        )
    return Panel(
        grid if messages else Text("none yet", style="dim"),
        title="messages to the person on call",
        title_align="left",
        border_style="dim",
    )


def _newest(messages: Sequence[ToldMessage], at_most: int, columns: int) -> Sequence[ToldMessage]:
    """Return the newest messages whose subjects fit on so many lines, one at least."""
    first, taken = len(messages), 0
    while first:
        taken += len(wrap(messages[first - 1].subject, max(columns, LEAST_REASON)))
        if taken > at_most and first < len(messages):
            break
        first -= 1
    return messages[first:]


def live_view(
    rows: Sequence[LiveRow], messages: Sequence[ToldMessage], title: str, size: tuple[int, int]
) -> RenderableType:
    """Return table and messages as one thing to draw into a terminal of `size` (columns, lines)."""
    columns, lines = size
    wide = columns >= WIDE_FROM
    left = lines - LINES_BESIDE - LEAST_MESSAGES - (0 if wide else len(rows))
    shown = len(rows) if wide else min(len(rows), max(LEAST_REASONS, left))
    each = min(MOST_LINES, max(2 if wide else 1, left // max(shown, 1)))
    room = max(LEAST_MESSAGES, left + LEAST_MESSAGES - each * shown)
    table = live_table(rows, title, columns, each)
    below = () if wide else (reasons(rows, columns, shown, each),)
    return Group(table, *below, message_panel(messages, room, columns))


LEAST_MESSAGES, LEAST_REASONS, LINES_BESIDE, MOST_LINES = 3, 3, 9, 6
BESIDE_A_REASON, LEAST_REASON, LOST_TO_WRAPPING = 84, 24, 14
BESIDE_A_NAME, BESIDE_A_SUBJECT = 4, 18
"""Columns of a wide table beside a reason, columns a reason has at least, what the end of a line
leaves empty; columns beside a name below a narrow table, and beside a message's subject.
"""
