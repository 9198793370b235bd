"""Markdown from what was observed: medians over seeds beside those of 5d17009, and the targets."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.incidents.observe import INCIDENTS
from benchmarks.verdicts.render import grid

BEFORE = Path(__file__).parent / "before.json"
"""What 5d17009 measured on the same seeds: stated there with commit and command, never renewed."""
ALARM = "alarm_notBreaching_s"
ROWS = {
    "our decision": "decision_s",
    "safe weights": "safe_s",
    "CloudWatch alarm, 3 of 5": ALARM,
    "the same alarm, missing data left missing": "alarm_missing_s",
    "a loop of checks, 1 failed": "checks_1_s",
    "a loop of checks, 5 failed": "checks_5_s",
}
OF_ALARM, OF_BEFORE = 0.9, 0.6
Runs = Sequence[dict[str, Any]]


def before(seeds: Sequence[int]) -> Runs:
    """Return the kept runs of 5d17009 on some seeds."""
    kept: Runs = json.loads(BEFORE.read_text(encoding="utf-8"))["runs"]
    return [run for run in kept if run["seed"] in seeds]


def middle(runs: Runs, scenario: str, figure: str) -> float:
    """Return the median over seeds; what never happened counts as infinitely late."""
    values = [run.get(figure) for run in runs if run["scenario"] == scenario]
    return median(float("inf") if value is None else float(value) for value in values)


def reaction(runs: Runs) -> str:
    """Return the table: medians over seeds, a column a scenario."""
    old = before([run["seed"] for run in runs])
    rows = [_row(name, runs, figure) for name, figure in ROWS.items()]
    rows += [
        _row("5d17009: decision", old, "decision_s"),
        _row("5d17009: safe weights", old, "safe_s"),
        _row("bad answers served", runs, "bad_served"),
        _row("5d17009: bad answers served", old, "bad_served"),
        ["**decision over the alarm's time**", *_ratios(OF_ALARM, lambda s: of_alarm(runs, s))],
        ["sooner than the alarm, runs", *(sooner(runs, s) for s in INCIDENTS)],
        ["**bad answers over 5d17009's**", *_ratios(OF_BEFORE, lambda s: of_before(runs, s))],
    ]
    seeds = len({run["seed"] for run in runs})
    return grid([f"medians of {seeds} seeds, s", *INCIDENTS], rows)


def of_alarm(runs: Runs, scenario: str) -> float:
    """Return the median decision over the alarm's median."""
    return middle(runs, scenario, "decision_s") / middle(runs, scenario, ALARM)


def of_before(runs: Runs, scenario: str) -> float:
    """Return the median of bad answers over that of 5d17009 on the same seeds."""
    old = before([run["seed"] for run in runs])
    return middle(runs, scenario, "bad_served") / middle(old, scenario, "bad_served")


def sooner(runs: Runs, scenario: str) -> str:
    """Return in how many runs the decision came before the alarm."""
    here = [run for run in runs if run["scenario"] == scenario]
    never = float("inf")
    first = sum((run.get("decision_s") or never) < (run.get(ALARM) or never) for run in here)
    return f"{first} of {len(here)}"


def _row(name: str, runs: Runs, figure: str) -> list[str]:
    return [name, *(f"{middle(runs, scenario, figure):,.0f}" for scenario in INCIDENTS)]


def _ratios(limit: float, value: Callable[[str], float]) -> list[str]:
    found = [value(scenario) for scenario in INCIDENTS]
    return [f"{v:.2f}x, {'reached' if v <= limit else f'**over {limit:g}x**'}" for v in found]
