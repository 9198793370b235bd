"""Write the measured tables and plots into docs/statistics.md, or check that they are not stale.

    python -m benchmarks.verdicts.document            takes out/bench/verdicts.json over into the
    documentation python -m benchmarks.verdicts.document --check    fails when tables, plots or
    figures are stale

Stale means: the page or a plot differs from the kept results, or a sample of cells computed anew
does.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.verdicts import plot, render
from benchmarks.verdicts.cells import Figures
from benchmarks.verdicts.run import OUT, all_cells

RESULTS = Path("benchmarks/verdicts/results.json")
PAGE = Path("docs/statistics.md")
PLOTS = Path("docs/images")
BLOCK = re.compile(r"(<!-- measured: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
# Cheap cells that a change of the bets, the peers, the composition or the labelled set would move.
SAMPLE = (
    ("peers", "this, alpha .05", "100/s 5% base 0.1% x2"),
    ("peers", "Kayenta, each minute from 10", "100/s 5% base 0.1% x5"),
    ("bursts", "5-minute bursts x20: both bets", "100/s 5% base 0.2%"),
    ("rollouts", "errors 5x", "100/s"),
    ("labelled set", "discordance 3%", "stop at 2%"),
)


def blocks(report: dict[str, Any]) -> dict[str, str]:
    """Return every measured block of the page by name."""
    tables = report["tables"]
    show = render.listed
    return {
        "runs": f"{report['runs']:,} runs a cell, seed {report['seed']}.",
        "targets": render.targets(report["targets"]),
        "peers": render.peers(tables),
        "bursts": render.bursts(tables),
        "other-worlds": render.worlds(tables),
        "canary-bursts": render.cells(
            tables, "bursts in the canary alone", show("false_promotion", "rolled_back")
        ),
        "control": render.control(tables),
        "rollouts": render.cells(tables, "rollouts", render.rollout, "canary"),
        "longest-bake": render.cells(tables, "longest bake", render.rollout, "canary"),
        "detection": render.cells(
            tables, "detection", show("mean_minutes", "bad_served", "times_bound"), "errors"
        ),
        "late-onset": render.cells(tables, "late onset", show("mean_minutes"), "onset after"),
        "shared-outage": render.cells(tables, "shared outage", show("mean_minutes")),
        "diurnal": render.cells(
            tables, "diurnal", show("rolled_back", "advanced", "median_advance"), "canary"
        ),
        "bound": render.cells(
            tables, "bound", show("bound_minutes", "mean_minutes", "times_bound")
        ),
        "forecast-advance": render.cells(
            tables, "forecast of advancing", show("forecast_median", "simulated_median")
        ),
        "forecast-detection": render.cells(
            tables, "forecast of detection", show("forecast_median", "simulated_median")
        ),
        "labelled-set": render.cells(tables, "labelled set", show("median_records", "power")),
        "labelled-errors": render.cells(
            tables, "labelled set: errors", show("false_stop", "false_pass")
        ),
        "score-errors": render.cells(
            tables, "labelled set: scores", show("false_stop", "false_pass")
        ),
        "auc-errors": render.cells(tables, "AUC: errors", show("false_stop", "false_pass")),
    }


def plots(report: dict[str, Any]) -> dict[str, str]:
    """Return every plot by file name."""
    peers, rollouts = report["tables"]["peers"], report["tables"]["rollouts"]
    false = [(rule, cells["100/s 5% base 1.0% x1"]["rolled_back"]) for rule, cells in peers.items()]
    bad = [(rule, cells["100/s 5% base 0.1% x5"]["bad_served"]) for rule, cells in peers.items()]
    courses = [
        ("this" if column == "100/s" else column.removesuffix(" at 100/s"), values["excess_bad"])
        for column, values in rollouts["slow 5 -> 7.5%"].items()
        if column.startswith(("100/s", "F", "S"))
    ]
    return {
        "verdicts-false-rollbacks.svg": plot.bars(
            "Equal canaries taken back within an hour, 1% errors", "%", false
        ),
        "verdicts-bad-answers.svg": plot.bars(
            "Bad answers a five-fold canary serves, .1% errors", "", bad
        ),
        "verdicts-slow-canary.svg": plot.bars(
            "Slow answers beyond equality in a whole rollout, 5 to 7.5%", "", courses
        ),
    }


def rendered(page: str, report: dict[str, Any]) -> str:
    """Return the page with every measured block renewed; raises KeyError for a block nobody
    measures.
    """
    known = blocks(report)
    return BLOCK.sub(lambda found: f"{found[1]}\n{known[found['name']]}\n\n{found[3]}", page)


def stale(report: dict[str, Any]) -> list[str]:
    """Return what is stale, one line each."""
    found = (
        [] if rendered(_read(PAGE), report) == _read(PAGE) else [f"{PAGE} differs from {RESULTS}"]
    )
    drawn = plots(report).items()
    found += [
        f"{PLOTS / name} differs from {RESULTS}"
        for name, text in drawn
        if _read(PLOTS / name) != text
    ]
    for cell in all_cells():
        if cell.name in SAMPLE:
            kept = report["tables"].get(cell.table, {}).get(cell.row, {}).get(cell.column)
            now = cell.run(report["seed"], report["runs"])
            if not close(kept, now):
                found.append(f"{cell.table}, {cell.row}, {cell.column}: kept {kept}, now {now}")
    return found


def close(kept: Figures | None, now: Figures) -> bool:
    """Return whether figures are the same up to what another processor's rounding may move."""
    if kept is None or kept.keys() != now.keys():
        return False
    pairs = [(kept[name], now[name]) for name in now]
    return all(
        a == b or (a is not None and b is not None and abs(a - b) <= max(0.2, 0.01 * abs(a)))
        for a, b in pairs
    )


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str] | None = None) -> int:
    """Renew the documentation, or with --check return 1 and say what is stale."""
    parser = argparse.ArgumentParser(description="Measured tables and plots of docs/statistics.md.")
    parser.add_argument("--check", action="store_true", help="fail when stale, write nothing")
    parser.add_argument("--from", dest="source", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    if options.check:
        problems = stale(json.loads(_read(RESULTS)))
        sys.stdout.writelines(f"stale: {problem}\n" for problem in problems)
        return 1 if problems else 0
    report = json.loads(_read(options.source))
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(rendered(_read(PAGE), report), encoding="utf-8")
    PLOTS.mkdir(parents=True, exist_ok=True)
    for name, text in plots(report).items():
        (PLOTS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
