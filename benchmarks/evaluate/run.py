"""`make bench`, labelled-set part, into out/bench/evaluate.json.

python -m benchmarks.evaluate.run            2,000 records at 20 ms and 100,000 at once, three
                                             times over; memory to 1,000,000 records
python -m benchmarks.evaluate.run --memory   peak memory alone, of 2 and of 10 variants
python -m benchmarks.evaluate.run --short    200 and 2,000 records once; memory to 100,000
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.evaluate.endpoint import endpoint, trivial_endpoint
from benchmarks.evaluate.loops import LOOPS, NOTEBOOK_PAUSE_SECONDS, written_set

SERVICE_SECONDS, PLACES = 0.02, 8
TARGET = 0.95
OVERHEAD_BATCH = 10
SHORT_SIZES = [(1_000, 2), (100_000, 2)]
SIZES = [(n, v) for v in (2, 10) for n in (1_000, 10_000, 100_000)] + [(1_000_000, 2)]
OUT = Path("out/bench/evaluate.json")


def throughput(records: int, repeats: int, console: Console) -> dict[str, Any]:
    """Return records a second of each loop: the median of repeats taken in turns, so that drift
    hits all alike.
    """
    seen: dict[str, list[float]] = {name: [] for name in LOOPS}
    with tempfile.TemporaryDirectory() as folder, endpoint(SERVICE_SECONDS, PLACES) as url:
        whole = written_set(Path(folder) / "set.csv", records)
        part = written_set(Path(folder) / "part.csv", max(records // 10, 50))
        for name in track(list(LOOPS) * repeats, "asking", console=console):
            path = part if name == "one_by_one" else whole
            started = time.monotonic()
            LOOPS[name](url, path, PLACES, 1)
            seen[name].append(len(path.read_text().splitlines()) / (time.monotonic() - started))
    found = {name: round(statistics.median(rates), 1) for name, rates in seen.items()}
    paused = 1 / (1 / found["one_by_one"] + NOTEBOOK_PAUSE_SECONDS)
    ceiling = PLACES / SERVICE_SECONDS / 2
    return {
        "records": records,
        "service_seconds": SERVICE_SECONDS,
        "places": PLACES,
        "ceiling_records_per_second": ceiling,
        "records_per_second": found,
        "one_by_one_with_the_notebook_pause": round(paused, 2),
        "product_of_bare_pool": round(found["product"] / found["bare_pool"], 3),
        "repeats": seen,
    }


def overhead(records: int, repeats: int, console: Console) -> dict[str, Any]:
    """Return what the evaluation costs beside a bare pool where the endpoint answers at once, ten
    records a request: records a second, and this process's own time.

    The two run in turns, and the ratio is that of each turn: other work on the machine hits both.
    """
    seen: dict[str, list[float]] = {"bare_pool": [], "product": []}
    spent: dict[str, list[float]] = {"bare_pool": [], "product": []}
    with tempfile.TemporaryDirectory() as folder, trivial_endpoint() as url:
        path = written_set(Path(folder) / "set.csv", records)
        for name in track(list(seen) * repeats, "asking at once", console=console):
            started, used = time.monotonic(), time.process_time()
            LOOPS[name](url, path, PLACES, OVERHEAD_BATCH)
            seen[name].append(records / (time.monotonic() - started))
            spent[name].append((time.process_time() - used) / records * 1e6)
    return {
        "records": records,
        "records_per_request": OVERHEAD_BATCH,
        "records_per_second": {name: round(statistics.median(seen[name]), 1) for name in seen},
        "microseconds_a_record": {name: round(statistics.median(spent[name]), 1) for name in seen},
        "product_of_bare_pool": round(
            statistics.median(p / b for p, b in zip(*reversed(seen.values()), strict=True)), 3
        ),
        "repeats": seen,
    }


def memory(sizes: list[tuple[int, int]], console: Console) -> dict[str, Any]:
    """Return peak megabytes by "records x variants", each in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.evaluate.memory"]

    def measured(size: tuple[int, int]) -> Any:
        run = subprocess.run([*command, *map(str, size)], check=True, capture_output=True)  # noqa: S603
        return json.loads(run.stdout)

    each = track(sizes, "measuring memory", console=console)
    return {f"{records} x {variants}": measured((records, variants)) for records, variants in each}


def main() -> int:
    """Measure, print, write; return 1 when the product falls below its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate.run")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--memory", action="store_true", help="peak memory alone")
    given, console = parser.parse_args(), Console(stderr=True)
    short, sizes = given.short, SHORT_SIZES if given.short else SIZES
    if given.memory:
        _print_memory(memory(sizes, console), Console())
        return 0
    results = {
        "throughput": throughput(200 if short else 2_000, 1 if short else 3, console),
        "overhead": overhead(2_000 if short else 100_000, 1 if short else 3, console),
        "memory": memory(sizes, console),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    _print(results)
    ratios = [results[part]["product_of_bare_pool"] for part in ("throughput", "overhead")]
    return int(min(ratios) < TARGET and not short)


def _print(results: dict[str, Any]) -> None:
    speed, console = results["throughput"], Console()
    table = Table(
        title=(
            f"{speed['records']} records, {speed['service_seconds'] * 1000:.0f} ms, "
            f"{speed['places']} at once"
        )
    )
    for name in ("loop", "records a second"):
        table.add_column(name)
    for name, rate in speed["records_per_second"].items():
        table.add_row(name, f"{rate:.1f}")
    table.add_row(
        "one by one with the notebook's pause", f"{speed['one_by_one_with_the_notebook_pause']:.2f}"
    )
    console.print(table)
    console.print(f"product / bare pool: {speed['product_of_bare_pool']}")
    busy = results["overhead"]
    console.print(
        f"an endpoint that answers at once, {busy['records_per_request']} records a request: "
        f"{busy['records_per_second']} records a second, {busy['microseconds_a_record']} "
        f"microseconds of this process a record; product / bare pool {busy['product_of_bare_pool']}"
    )
    _print_memory(results["memory"], console)


def _print_memory(found: dict[str, Any], console: Console) -> None:
    for size, one in found.items():
        console.print(
            f"{size:>14} (records x variants): peak {one['peak_mb']} MB, {one['before_mb']} MB of "
            f"it before the first record ({one['seconds']} s without an endpoint)"
        )


if __name__ == "__main__":
    sys.exit(main())
