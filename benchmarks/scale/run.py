"""`make bench`, scale part: a minute of 1 to 5,000 rollouts, into out/bench/scale.json.

python -m benchmarks.scale.run            1, 10, 50, 100, 1,000 and 5,000 rollouts
python -m benchmarks.scale.run --short    1 and 60: the machinery, not the figures
python -m benchmarks.scale.run --page     writes the table into docs/benchmarks.md too
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.scale.figures import CUSTOM_METRIC_MINUTE, MINUTES_A_DAY, PRICES
from benchmarks.scale.minute import BY_DEFAULT, Minute, Stack
from benchmarks.scale.population import Kind

OUT = Path("out/bench/scale.json")
SIZES, SHORT_SIZES = (1, 10, 50, 100, 1000, 5000), (1, 60)
FLAT_FROM = 50
COLUMNS: dict[str, Callable[[dict[str, Any]], object]] = {
    "rollouts": lambda row: f"{row['rollouts']:,}",
    "looked at": lambda row: f"{row['visited']:,}",
    "judged": lambda row: f"{row['judged']:,}",
    "calls of one": lambda row: row["per_rollout"]["calls"],
    "all over after, s": lambda row: row["wall_s"],
    "CPU of a look, ms": lambda row: row["per_rollout"]["collector_cpu_ms"],
    "CPU of a verdict, ms": lambda row: row["per_rollout"]["decider_cpu_ms"],
    "a verdict takes, ms": lambda row: row["per_rollout"]["decider_ms"],
    "collectors, deciders at once": lambda row: (
        f"{row['at_once'].get('collector', 0)}, {row['at_once'].get('decider', 0)}"
    ),
    "throttled": lambda row: sum(row["throttled"].values()),
    "memory, MB": lambda row: row["memory_mb"],
    "$ a day of one": lambda row: f"{row['per_rollout']['dollars_a_day_without_measures']:.4f}",
    "with the stack's metrics": lambda row: f"{row['per_rollout']['dollars_a_day']:.4f}",
}
BEGIN, END = "<!-- scale: begin -->\n", "<!-- scale: end -->"
PAGE = Path("docs/benchmarks.md")


def measured(
    rollouts: int,
    *,
    deciding: bool = True,
    step: int = 2,
    variants: int = 2,
    measures: str = BY_DEFAULT,
) -> dict[str, Any]:
    """Return one minute of so many rollouts as a row."""
    kind = Kind(step, variants)
    return row_of(Stack(rollouts, deciding=deciding, kind=kind, measures=measures).run())


def dollars_of(minute: Minute) -> dict[str, float]:
    """Return what a day of such minutes costs, by what is paid for."""
    paid = {name: minute.used[name] * price.dollars for name, price in PRICES.items()}
    paid["custom metrics"] = minute.custom_metrics * CUSTOM_METRIC_MINUTE.dollars
    return {name: MINUTES_A_DAY * dollars for name, dollars in paid.items()}


def row_of(minute: Minute) -> dict[str, Any]:
    """Return a minute as a row of scale.json; `per_rollout` are the figures that should be flat."""
    n, dollars = max(1, minute.rollouts), dollars_of(minute)
    measures = dollars["custom metrics"]
    cpu = sum(minute.cpu.values())
    return {
        "rollouts": minute.rollouts,
        "visited": minute.looked_in_full,
        "ticks_kept": minute.visited,
        "judged": minute.judged,
        "calls": sum(minute.calls.values()),
        "calls_by_kind": dict(sorted(minute.calls.items())),
        "throttled": dict(minute.throttled),
        "bytes": minute.used["bytes"],
        "wall_s": round(minute.wall_s, 2),
        "cpu_s": round(cpu, 3),
        "cpu_s_by_function": {name: round(spent, 3) for name, spent in minute.cpu.items()},
        "memory_mb": round(minute.memory_mb, 1),
        "invocations": dict(minute.invocations),
        "at_once": {name: minute.at_once(name) for name in minute.invocations},
        "over_at_s": {name: round(minute.over_at(name), 2) for name in minute.invocations},
        "failed": dict(minute.failed),
        "used": {name: round(used, 3) for name, used in sorted(minute.used.items())},
        "custom_metrics": minute.custom_metrics,
        "dollars_a_day": round(sum(dollars.values()), 4),
        "dollars_a_day_by_kind": {name: round(one, 5) for name, one in dollars.items()},
        "per_rollout": {
            "calls": round(sum(minute.calls.values()) / n, 2),
            "bytes": round(minute.used["bytes"] / n),
            "cpu_ms": round(1000 * cpu / n, 2),
            "collector_cpu_ms": round(1000 * minute.cpu["collector"] / n, 2),
            "decider_cpu_ms": round(1000 * minute.cpu["decider"] / n, 2),
            "decider_ms": round(1000 * _lasted(minute, "decider") / n),
            "dollars_a_day": round(sum(dollars.values()) / n, 5),
            "dollars_a_day_without_measures": round((sum(dollars.values()) - measures) / n, 5),
        },
    }


def _lasted(minute: Minute, function: str) -> float:
    return sum(end - begin for begin, end in minute.ran.get(function, []))


def flatness_of(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the largest of each figure of one rollout over the smallest, from FLAT_FROM rollouts
    on.
    """
    many = [row["per_rollout"] for row in rows if row["rollouts"] >= FLAT_FROM]
    found = {}
    for name in many[0] if many else ():
        each = [one[name] for one in many]
        if min(each) > 0:
            found[name] = round(max(each) / min(each), 3)
    return found


def table_of(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"| {' | '.join('---' for _ in COLUMNS)} |"]
    lines += [f"| {' | '.join(str(read(row)) for read in COLUMNS.values())} |" for row in rows]
    flat = ", ".join(f"{name} {ratio}" for name, ratio in flatness_of(rows).items())
    told = f"From {FLAT_FROM} rollouts on, the largest of one rollout over the smallest: {flat}."
    return "\n".join([*lines, "", told]) if flat else "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure, write, print; exit code 1 where a rollout went without its visit."""
    parser = argparse.ArgumentParser(description="A minute of many rollouts.")
    parser.add_argument("--short", action="store_true", help="few rollouts: the machinery")
    parser.add_argument("--no-verdicts", action="store_true", help="the collector's side alone")
    parser.add_argument("--page", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    sizes = SHORT_SIZES if options.short else SIZES
    # A fresh process a size: memory is that of its own.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        one = partial(measured, deciding=not options.no_verdicts)
        rows = list(pool.imap(one, sizes))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    found = {"version": 1, "rows": rows, "flatness": flatness_of(rows)}
    options.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    if options.page:
        before, rest = PAGE.read_text("utf-8").split(BEGIN)
        after = rest.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}{table_of(rows)}\n{END}{after}", "utf-8")
    sys.stdout.write(table_of(rows) + "\n")
    return 0 if all(row["visited"] == row["judged"] == row["rollouts"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
