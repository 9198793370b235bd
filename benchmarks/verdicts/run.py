"""`make bench`, verdicts part: every table, seeded, in parallel, into out/bench/verdicts.json.

python -m benchmarks.verdicts.run            2,000 runs a cell
python -m benchmarks.verdicts.run --short    4 runs of some cells, for CI, the machinery
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from benchmarks.verdicts import (
    speed,
    table_bound,
    table_bursts,
    table_control,
    table_forecast,
    table_paired,
    table_peers,
    table_rollouts,
    table_scores,
    table_time,
    table_worlds,
    targets,
)
from benchmarks.verdicts.cells import Cell, Figures

TABLES = (
    table_peers,
    table_bursts,
    table_rollouts,
    table_time,
    table_bound,
    table_forecast,
    table_paired,
    table_scores,
    table_worlds,
    table_control,
)
OUT = Path("out/bench/verdicts.json")
FULL_RUNS, SHORT_RUNS = 2000, 4
LARGE, EVERY = 20, 6
"""Of a table of more than so many cells a short run takes every sixth."""
SEED = 20


def all_cells() -> list[Cell]:
    """Return every cell of every table; names are unique, so every cell has its own stream."""
    cells = [cell for table in TABLES for cell in table.cells()]
    if len({cell.name for cell in cells}) != len(cells):
        raise ValueError("two cells share a name")
    return cells


def run(cells: list[Cell], seed: int, runs: int, processes: int) -> Iterator[tuple[Cell, Figures]]:
    """Yield every cell with its figures, as they come."""
    tasks = [(cell, seed, runs) for cell in cells]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_one, tasks)


def _one(task: tuple[Cell, int, int]) -> tuple[Cell, Figures]:
    cell, seed, runs = task
    return cell, cell.run(seed, runs)


def tabulate(results: list[tuple[Cell, Figures]], order: list[Cell]) -> targets.Tables:
    """Return table -> row -> column -> figures in the order the tables name them."""
    known = {cell.name: figures for cell, figures in results}
    tables: targets.Tables = {}
    for cell in order:
        tables.setdefault(cell.table, {}).setdefault(cell.row, {})[cell.column] = known[cell.name]
    return tables


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; exit code 0 whether targets are reached or not (the document says
    which).
    """
    options = _options(arguments)
    runs = options.runs or (SHORT_RUNS if options.short else FULL_RUNS)
    cells = _chosen(all_cells(), options.only)
    cells = _thinned(cells) if options.short else cells
    started, results = monotonic(), []
    for done, result in enumerate(run(cells, options.seed, runs, options.processes), 1):
        results.append(result)
        _progress(done, len(cells), monotonic() - started)
    tables, measured = tabulate(results, cells), speed.measure(options.seed)
    if options.only:
        tables = {**_earlier(options.out, options.seed, runs), **tables}
    judged = targets.judge(tables, measured)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "version": 1,
        "seed": options.seed,
        "runs": runs,
        "speed": measured,
        "tables": tables,
        "targets": [vars(target) for target in judged],
    }
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for target in judged:
        sys.stdout.write(
            f"{'reached ' if target.reached else 'MISSED  '} {target.what}: {target.measured} "
            f"({target.wanted})\n"
        )
    return 0


def _chosen(cells: list[Cell], only: list[str] | None) -> list[Cell]:
    return [cell for cell in cells if not only or cell.table in only]


def _thinned(cells: list[Cell]) -> list[Cell]:
    counts, seen, kept = Counter(cell.table for cell in cells), Counter[str](), []
    for cell in cells:
        if counts[cell.table] <= LARGE or seen[cell.table] % EVERY == 0:
            kept.append(cell)
        seen[cell.table] += 1
    return kept


def _earlier(path: Path, seed: int, runs: int) -> targets.Tables:
    """Return the tables of an earlier run; raises ValueError unless it had the same seed and
    runs.
    """
    report = json.loads(path.read_text(encoding="utf-8"))
    if (report["seed"], report["runs"]) != (seed, runs):
        raise ValueError(
            f"{path} was made with seed {report['seed']} and {report['runs']} runs a cell"
        )
    tables: targets.Tables = report["tables"]
    return tables


def _progress(done: int, cells: int, seconds: float) -> None:
    """Show progress: in place on a terminal, a line every 50 cells elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(
            f"\r{done}/{cells} cells, {seconds:.0f} s  {'' if done < cells else chr(10)}"
        )
    elif done % 50 == 0 or done == cells:
        sys.stderr.write(f"{done}/{cells} cells, {seconds:.0f} s\n")
    sys.stderr.flush()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The judge beside the rules people use today.")
    parser.add_argument("--short", action="store_true", help=f"{SHORT_RUNS} runs of some cells")
    parser.add_argument("--runs", type=int, help="runs a cell")
    parser.add_argument(
        "--only", action="append", metavar="TABLE", help="renew one table of an earlier run"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
