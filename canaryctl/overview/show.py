"""Lines for a person: a table on a terminal, whole lines with tabs between the cells anywhere
else.
"""

from collections.abc import Iterable, Sequence

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE_FROM = 100
NOTHING = "-"


def show_lines(
    console: Console, columns: Sequence[str], lines: Iterable[Sequence[str]], *, last: str
) -> None:
    """Print lines under their columns, nothing cut. The last column, a sentence, is called `last`;
    below 100 columns the sentences stand under the table, by the first cell of their line.
    """
    told = [tuple(line) for line in lines]
    if not console.is_terminal:
        for line in ((*columns, last), *told):
            typer.echo("\t".join(line))
        return
    wide = console.width >= WIDE_FROM
    table = Table(box=SIMPLE_HEAD, expand=wide, pad_edge=False)
    table.padding = (0, 1, 0, 0)
    for name in columns:
        table.add_column(name, overflow="fold")
    if wide:
        table.add_column(last, ratio=1, overflow="fold")
    for line in told:
        table.add_row(*map(Text, line if wide else line[:-1]))
    console.print(table)
    if not wide:
        for line in told:
            if line[-1] != NOTHING:
                console.print(Text.assemble((line[0], "bold"), f"  {line[-1]}"))
