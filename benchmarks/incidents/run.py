"""`make bench`, reaction part: the demonstration's failing, slow and late, seed by seed, into
out/bench/reaction.json.

python -m benchmarks.incidents.run            20 seeds, some minutes
python -m benchmarks.incidents.run --short    one seed, for CI: the machinery, not the figures
"""

import argparse
import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.incidents import table
from benchmarks.incidents.observe import observe

OUT = Path("out/bench/reaction.json")
SEEDS, SHORT_SEEDS = 20, 1


def measured(seeds: list[int], processes: int) -> list[dict[str, Any]]:
    """Return every scenario of every seed, in order."""
    found = []
    # A fresh process a seed: an account leaves modules and clients behind.
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=1) as pool:
        for done, lines in enumerate(pool.imap(observe, seeds), 1):
            found += lines
            sys.stderr.write(f"{done}/{len(seeds)} seeds\n")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure, write, print; exit code 0 whether targets are reached or not (the table says
    which).
    """
    parser = argparse.ArgumentParser(description="Reaction beside an alarm and a loop of checks.")
    parser.add_argument("--short", action="store_true", help=f"{SHORT_SEEDS} seed")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    seeds = list(range(SHORT_SEEDS if options.short else SEEDS))
    runs = measured(seeds, options.processes)
    report = {"version": 1, "seeds": seeds, "runs": runs}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table.reaction(runs) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
