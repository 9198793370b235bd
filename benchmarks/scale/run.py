"""`make bench`, scale part: a minute of 1 to 5,000 rollouts, into out/bench/scale.json.

python -m benchmarks.scale.run            1, 10, 50, 100, 1,000 and 5,000 rollouts
python -m benchmarks.scale.run --short    1, 10, 60: the machinery, not the figures
"""

import argparse
import json
import multiprocessing
import sys
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.scale.figures import CUSTOM_METRIC_MINUTE, MINUTES_A_DAY, PRICES
from benchmarks.scale.minute import Minute, Stack
from benchmarks.scale.population import Kind

OUT = Path("out/bench/scale.json")
SIZES, SHORT_SIZES = (1, 10, 50, 100, 1000, 5000), (1, 10, 60)
COLUMNS = ("rollouts", "visited", "judged", "calls", "wall_s", "cpu_s", "memory_mb")


def measured(rollouts: int, *, deciding: bool, step: int = 2, variants: int = 2) -> dict[str, Any]:
    """Return one minute of so many rollouts as a row."""
    return row_of(Stack(rollouts, deciding=deciding, kind=Kind(step, variants)).run())


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
            "dollars_a_day": round(sum(dollars.values()) / n, 5),
            "dollars_a_day_without_measures": round((sum(dollars.values()) - measures) / n, 5),
        },
    }


def table_of(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [f"| {' | '.join(COLUMNS)} | calls, CPU ms, $ a day of one |"]
    lines.append("| " + " | ".join("---" for _ in range(len(COLUMNS) + 1)) + " |")
    for row in rows:
        each = row["per_rollout"]
        one = f"{each['calls']}, {each['cpu_ms']}, {each['dollars_a_day']:.3f}"
        lines.append(f"| {' | '.join(str(row[name]) for name in COLUMNS)} | {one} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure, write, print; exit code 1 where a rollout went without its visit."""
    parser = argparse.ArgumentParser(description="A minute of many rollouts.")
    parser.add_argument("--short", action="store_true", help="few rollouts: the machinery")
    parser.add_argument("--no-verdicts", action="store_true", help="the collector's side alone")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    sizes = SHORT_SIZES if options.short else SIZES
    # A fresh process a size: memory is that of its own.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        one = partial(measured, deciding=not options.no_verdicts)
        rows = list(pool.imap(one, sizes))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"version": 1, "rows": rows}, indent=1) + "\n", "utf-8")
    sys.stdout.write(table_of(rows) + "\n")
    return 0 if all(row["visited"] == row["rollouts"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
