"""The figures this judge is held to, each with what was measured and whether it is reached."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Tables = dict[str, dict[str, dict[str, dict[str, float | None]]]]
"""table -> row -> column -> figure -> value."""


@dataclass(frozen=True)
class Target:
    """One target: what is asked, what was measured, whether that is enough."""

    what: str
    wanted: str
    measured: str
    reached: bool


def figures(
    tables: Tables,
    table: str,
    figure: str,
    rows: Callable[[str], bool] = lambda _row: True,
    columns: Callable[[str], bool] = lambda _column: True,
) -> list[float]:
    """Return one figure over the chosen cells; a missing value counts as infinite."""
    found = []
    for row, cells in tables.get(table, {}).items():
        for column, values in cells.items():
            if rows(row) and columns(column):
                value = values.get(figure)
                found.append(float("inf") if value is None else float(value))
    return found


def at_most(what: str, values: Iterable[float], limit: float, unit: str = "%") -> Target:
    """Return the target that the worst of some values stays within a limit."""
    worst = max(values, default=float("inf"))
    return Target(what, f"<= {limit:g}{unit}", f"{worst:.3g}{unit}", worst <= limit)


def at_least(what: str, values: Iterable[float], limit: float, unit: str = "%") -> Target:
    """Return the target that the worst of some values reaches a limit."""
    worst = min(values, default=float("-inf"))
    return Target(what, f">= {limit:g}{unit}", f"{worst:.3g}{unit}", worst >= limit)


def judge(tables: Tables, speed: dict[str, float | bool]) -> list[Target]:
    """Return every target with its measurement."""
    return [*_error_rates(tables), *_power(tables), *_reaction(tables), *_machinery(tables, speed)]


def _error_rates(tables: Tables) -> list[Target]:
    def calm(row: str) -> bool:
        return row.startswith("none: both bets")

    def bursts(row: str) -> bool:
        return "both bets" in row and not row.startswith("none") and "ramp" not in row

    equal = figures(
        tables, "rollouts", "rolled_back", lambda r: r.startswith("equal"), lambda c: "at" not in c
    )
    return [
        at_most(
            "false roll-back without bursts, incidents and ramps included",
            figures(tables, "bursts", "false_rollback", calm),
            2.0,
        ),
        at_most(
            "false promotion at the margin without bursts, incidents and ramps included",
            figures(tables, "bursts", "false_promotion", calm),
            4.0,
        ),
        at_most(
            "false roll-back under every burst law, shared outage x10 included",
            figures(tables, "bursts", "false_rollback", bursts),
            5.5,
        ),
        at_most(
            "false promotion under every burst law, shared outage x10 included",
            figures(tables, "bursts", "false_promotion", bursts),
            5.5,
        ),
        at_most(
            "worlds nothing was tuned on: roll-back of canaries on the edge of the tolerance",
            figures(tables, "other worlds", "edge_rollback"),
            5.0,
        ),
        at_most(
            "worlds nothing was tuned on: false promotion at the margin",
            figures(tables, "other worlds", "false_promotion"),
            5.0,
        ),
        at_most("whole rollouts: equal canaries rolled back, outage included", equal, 2.0),
        at_most(
            "whole rollouts: a regression that appears only under load, promoted",
            figures(
                tables,
                "rollouts",
                "promoted",
                lambda r: r.startswith("3x"),
                lambda c: "at" not in c,
            ),
            1.0,
        ),
    ]


def _power(tables: Tables) -> list[Target]:
    def x30(row: str) -> bool:
        return row == "2% of minutes x30: both bets"

    dense = ("100/s 25%", "100/s 50%", "1000/s")
    minutes = figures(
        tables, "rollouts", "median_minutes", lambda r: r == "equal", lambda c: c == "100/s"
    )
    return [
        at_least(
            "x30: good canaries advancing in 60 min, four dense cells",
            figures(tables, "bursts", "good_advancing", x30, lambda c: c.startswith(dense)),
            95.0,
        ),
        at_most("five steps at 100/s: a good canary's median", minutes, 36.0, " min"),
    ]


def _reaction(tables: Tables) -> list[Target]:
    def cell(row: str, figure: str) -> list[float]:
        return figures(tables, "detection", figure, lambda r: r == row, lambda c: c == "base 0.1%")

    late = []
    for base in ("base 0.1%", "base 0.5%"):
        onset = {row: values[base]["mean_minutes"] for row, values in tables["late onset"].items()}
        late.append((onset["4 h"] or 0) / (onset["0"] or 1))
    outage = [
        after / before
        for before, after in zip(
            figures(tables, "shared outage", "mean_minutes", lambda r: r == "without"),
            figures(tables, "shared outage", "mean_minutes", lambda r: r != "without"),
            strict=True,
        )
    ]
    own = figures(tables, "bound", "times_bound", lambda row: row == "4-point grid")
    slow = figures(tables, "detection", "times_bound", lambda r: r == "2x")
    return [
        at_most("5x at .1%: mean minutes", cell("5x", "mean_minutes"), 7.0, " min"),
        at_most("5x at .1%: mean bad answers served", cell("5x", "bad_served"), 11.0, ""),
        at_most("20x at .1%: mean minutes", cell("20x", "mean_minutes"), 2.5, " min"),
        at_most("onset after 4 h over onset at 0", late, 2.5, "x"),
        at_most("after a 5-minute 20% outage both share, over without", outage, 1.2, "x"),
        at_most("mean detection over the bound, one guard, r0 = 1, d0 = 0", own, 1.3, "x"),
        at_most(
            "mean detection over the bound at the null's edge, whole composition, 2x",
            slow,
            1.5,
            "x",
        ),
    ]


def _machinery(tables: Tables, speed: dict[str, float | bool]) -> list[Target]:
    targets = []
    for table in ("forecast of advancing", "forecast of detection"):
        errors = [abs(value) for value in figures(tables, table, "relative_error")]
        close = sum(error <= 0.3 for error in errors)
        targets.append(
            Target(
                f"{table}: within 30% of the simulated median",
                "8 of 10",
                f"{close} of {len(errors)}",
                close >= 0.8 * len(errors),
            )
        )
    return [
        *targets,
        at_most("a tick's update from the checkpoint, CPU", [float(speed["tick_ms"])], 10, " ms"),
        at_most(
            "a full replay of 240 minutes x 2 guards x 2 directions, CPU",
            [float(speed["replay_ms"])],
            100,
            " ms",
        ),
        Target(
            "no third-party import in the statistics",
            "none",
            "none" if speed["stats_alone"] else "some",
            bool(speed["stats_alone"]),
        ),
    ]
