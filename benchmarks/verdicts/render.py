"""Markdown tables from the benchmark's figures."""

from collections.abc import Callable, Iterable, Sequence

from benchmarks.verdicts.targets import Tables

Values = dict[str, float | None]
Show = Callable[[Values], str]


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float | None) -> str:
    """Return a figure with up to three significant digits; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cells(tables: Tables, table: str, show: Show, corner: str = "") -> str:
    """Return a table as it was measured: one Markdown row a row, one column a column."""
    rows = tables[table]
    columns = list(dict.fromkeys(column for values in rows.values() for column in values))
    body = [
        [row, *(show(values[c]) if c in values else "" for c in columns)]
        for row, values in rows.items()
    ]
    return grid([corner, *columns], body)


def peers(tables: Tables) -> str:
    """Return the peers: false roll-backs of equal canaries, missed % / bad answers served
    otherwise.
    """

    def one(column: str, values: Values) -> str:
        back, bad = values["rolled_back"] or 0.0, values["bad_served"]
        return (
            number(back)
            if column.endswith("x1")
            else f"{number(round(100 - back, 2))}/{number(bad)}"
        )

    rows = tables["peers"]
    columns = list(next(iter(rows.values())))
    return grid(
        ["rule", *columns],
        [[rule, *(one(c, values[c]) for c in columns)] for rule, values in rows.items()],
    )


def bursts(tables: Tables) -> str:
    """Return ranges over the six cells of each law; good canaries over the four dense ones."""
    header = [
        "bursts and bets",
        "false roll-back %",
        "false promotion at the margin %",
        "good advancing in 60 min, dense %",
    ]
    dense = ("100/s 25%", "100/s 50%", "1000/s")
    rows = []
    for row, by_place in tables["bursts"].items():
        good = [v["good_advancing"] for place, v in by_place.items() if place.startswith(dense)]
        rows.append(
            [
                row,
                _span([v["false_rollback"] for v in by_place.values()]),
                _span([v["false_promotion"] for v in by_place.values()]),
                _span(good),
            ]
        )
    return grid(header, rows)


def control(tables: Tables) -> str:
    """Return errors and minutes beside a control and beside the whole baseline, a place a row."""
    header = [
        "bursts, and what is beside the canary",
        "traffic",
        "false roll-back %",
        "false promotion at the margin %",
        "good advancing in 60 min %, median min",
        "3x taken back in 60 min %, median min",
    ]
    rows = [
        [
            row,
            place,
            *(number(v[name]) for name in ("false_rollback", "false_promotion")),
            f"{number(v['good_advancing'])}, {number(v['advance_minutes'])}",
            f"{number(v['taken_back'])}, {number(v['taken_back_minutes'])}",
        ]
        for row, by_place in tables["control"].items()
        for place, v in by_place.items()
    ]
    return grid(header, rows)


def worlds(tables: Tables) -> str:
    """Return the worlds nothing was tuned on, one a row."""
    names = (
        "false_rollback",
        "edge_rollback",
        "false_promotion",
        "good_advancing",
        "median_advance",
    )
    header = [
        "world",
        "equal rolled back %",
        "edge of the tolerance %",
        "passes at the margin %",
        "good advancing %",
        "median minutes",
    ]
    rows = [
        [
            row if column == "history known" else f"{row}, {column}",
            *(number(values[name]) for name in names),
        ]
        for row, by_history in tables["other worlds"].items()
        for column, values in by_history.items()
    ]
    return grid(header, rows)


def _span(values: Sequence[float | None]) -> str:
    present = [value for value in values if value is not None]
    low, high = number(min(present)), number(max(present))
    return low if low == high else f"{low} - {high}"


def rollout(values: Values) -> str:
    """Return roll-backs/promotions; median minutes; mean excess bad answers."""
    ends = f"{number(values['rolled_back'])}/{number(values['promoted'])}"
    return f"{ends}; {number(values['median_minutes'])}; {number(values['excess_bad'])}"


def listed(*names: str) -> Show:
    """Return a cell that lists some figures."""
    return lambda values: " / ".join(number(values.get(name)) for name in names)


def targets(found: Sequence[dict[str, str | bool]]) -> str:
    """Return every target with what was measured."""
    rows = [
        [
            str(t["what"]),
            str(t["wanted"]),
            str(t["measured"]),
            "reached" if t["reached"] else "**not reached**",
        ]
        for t in found
    ]
    return grid(["target", "wanted", "measured", ""], rows)
