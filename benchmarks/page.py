"""Write what was measured into docs/benchmarks.md, each figure beside its peer or floor.

    python -m benchmarks.page            the page from the results kept in the tree
    python -m benchmarks.page --take     first takes over what `make bench` left in out/bench

A part whose results are not kept is left out, and --take says which those are. The page is what the
kept results give: a test compares.
"""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.incidents import table
from benchmarks.soak.told import told_of
from benchmarks.verdicts import render

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/benchmarks.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->"


class Part(NamedTuple):
    """One benchmark: its results as they are kept and as they are made, its command, its text."""

    title: str
    kept: str
    made: str
    command: str
    told: str
    table: Callable[[Any], str]


def _reaction(found: Any) -> str:
    return table.reaction(found["runs"])


def _verdicts(found: Any) -> str:
    return render.peers(found["tables"])


def _cold(found: Any) -> str:
    header = ("function", "floor, ms", "start, ms", "times")
    keys = ("function", "floor_ms", "start_ms", "times")
    return _rows(header, keys, found["rows"])


def _startup(found: Any) -> str:
    header = ("command", "modules", "floor's", "s", "floor, s", "times")
    keys = ("command", "modules", "floor_modules", "seconds", "floor_seconds", "times")
    return _rows(header, keys, found)


def _rows(header: tuple[str, ...], keys: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> str:
    return render.grid(header, ([str(row.get(key, "")) for key in keys] for row in rows))


PARTS = (
    Part(
        "Reaction to a bad canary",
        "benchmarks/incidents/results.json",
        "out/bench/reaction.json",
        "python -m benchmarks.incidents.run",
        "Seconds from the first bad request, beside an alarm of CloudWatch's and loops of checks "
        "on the same incidents; where the seconds go is in [statistics](statistics.md).",
        _reaction,
    ),
    Part(
        "Verdicts beside other ways to judge",
        "benchmarks/verdicts/results.json",
        "out/bench/verdicts.json",
        "python -m benchmarks.verdicts.run",
        "One hour at a fixed share: false roll-back % where the canary is equal (x1), otherwise "
        "missed % / mean bad answers served. The request bet alone, with no margin and no cap, so "
        "that every rule answers the same question; every other table is in "
        "[statistics](statistics.md#peers-fixed-share-one-hour).",
        _verdicts,
    ),
    Part(
        "Cold starts",
        "benchmarks/cold/results.json",
        "out/bench/cold.json",
        "python -m benchmarks.cold.run",
        "Processor time from nothing to a function that waits for its event, clients made; its "
        "floor is the packages it cannot do without and the same clients. The evaluator starts as "
        "for a look that finds no new labels ([ADR 0035]"
        "(adr/0035-a-start-loads-what-every-call-needs.md)).",
        _cold,
    ),
    Part(
        "Starts of commands",
        "benchmarks/startup/results.json",
        "out/bench/startup.json",
        "python -m benchmarks.startup.run",
        "Processor time up to a command's help; its floor is typer and what it reads with.",
        _startup,
    ),
    Part(
        "A soak",
        "benchmarks/soak/results.json",
        "out/bench/soak.json",
        "python -m benchmarks.soak.run",
        "Many rollouts side by side in the emulated account for hours, one of ten with a canary "
        "that fails, while events are lost, doubled and late, metrics are up to 200 seconds late "
        "or half published, calls are refused, answers are lost after the deed, functions die in "
        "the middle, and CloudWatch throttles for two minutes of 47. The usual soak is 60 rollouts "
        "for four hours; `--day` is 200 for a day, `--rollouts` and `--minutes` any other. An item "
        "is a verdict or the windows of some minutes, kept for 90 days, but for four or five of a "
        "rollout; the account itself keeps its items, histories and metrics in the same memory. It "
        "fails where memory, items or running executions grow, once it is warm, by more than "
        "`benchmarks/soak/growth.py` allows.",
        told_of,
    ),
)


def take() -> list[str]:
    """Keep what was made, and return the commands of the parts that nothing is kept of."""
    for part in PARTS:
        made = ROOT / part.made
        if made.exists():
            (ROOT / part.kept).write_text(made.read_text(encoding="utf-8"), encoding="utf-8")
    return [part.command for part in PARTS if not (ROOT / part.kept).exists()]


def measured() -> str:
    """Return every part that results are kept of, as Markdown."""
    told = []
    for part in PARTS:
        kept = ROOT / part.kept
        if kept.exists():
            found = json.loads(kept.read_text(encoding="utf-8"))
            head = f"## {part.title}\n\n{part.told} Made by `{part.command}`"
            told.append(f"{head}{_where(found)}:\n\n{part.table(found)}\n")
    return "\n".join(told)


def _where(found: Any) -> str:
    """Return with which Python, where the results say so, and on what kind of machine."""
    if not isinstance(found, dict) or "python" not in found:
        return ""
    return (
        f" (Python {found['python']}, boto3 {found['boto3']}, least of {found['repeat']} runs; "
        f"{found['machine']})"
    )


def page(text: str) -> str:
    """Return the page with its measured part as the kept results give it."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{measured()}\n{END}{tail}"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--take", action="store_true", help="take what was made in out/bench")
    if parser.parse_args().take:
        for command in take():
            print(f"nothing is kept of `{command}`")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
