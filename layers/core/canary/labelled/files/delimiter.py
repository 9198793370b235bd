"""Which character stands between the columns of a CSV: the spec's, else a comma; refused where the
file reads otherwise.

Rules: nothing is sniffed and then used. A file whose first records fall into even columns by
another character, and not by commas alone, is refused with what it seems to be.
"""

import csv
from collections.abc import Callable, Sequence

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec

_FIELD = "guards.quality.delimiter"
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_KEYS = {",": '","', ";": '";"', "\t": '"tab"', "|": '"|"'}
HEAD_RECORDS = 100


def delimiter_of(
    spec: QualityGuardSpec, lines: Sequence[str], fits: Callable[[Sequence[Sequence[str]]], bool]
) -> str:
    """Return the delimiter for a file that begins with these lines.

    `fits` tells whether the rows of a reading have the columns the spec names. Raises Refused
    naming both readings where a comma is not the only one, or not one at all.
    """
    if spec.delimiter is not None:
        return "\t" if spec.delimiter == "tab" else spec.delimiter
    if spec.labelled_set.lower().removesuffix(".gz").endswith(".tsv"):
        return "\t"
    read = {delimiter: _rows(lines, delimiter) for delimiter in _NAMES}
    others = [d for d in _NAMES if d != "," and _even(read[d])]
    if not others:
        return ","
    by_comma = read[","]
    if _even(by_comma) and fits(by_comma) and not any(fits(read[d]) for d in others):
        return ","
    raise _refused(read, others)


def _refused(read: dict[str, list[list[str]]], others: list[str]) -> Refused:
    shown = ", ".join(f"{len(read[d][0])} with {_NAMES[d]}" for d in others)
    problem = (
        f"the first {len(read[others[0]])} records have {_width(read[','])} with a comma and "
        f"{shown} between the columns, the same in each"
    )
    keys = " or ".join(f"delimiter {_KEYS[d]}" for d in others)
    return Refused(_FIELD, problem, f'Set {keys}, or delimiter "," where that is right')


def _width(rows: list[list[str]]) -> str:
    widths = {len(row) for row in rows}
    if widths == {1}:
        return "one column"
    return f"{min(widths)} to {max(widths)}" if len(widths) > 1 else f"{min(widths)} columns"


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return []
    return rows[:HEAD_RECORDS]


def _even(rows: list[list[str]]) -> bool:
    return bool(rows) and len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows)
