"""Start-up of every command: modules and processor time up to its help, beside its floor.

    python -m benchmarks.startup.run [--repeat N]     --short is once, for CI: the machinery

The floor is a fresh interpreter that imports what the command cannot do without: typer with its
help drawn, and what it reads with (clients and the record's store for a stack, the spec and the
forecast, the judge, the scorers). Both are measured side by side, N times by turns, and the least
of each counts: whatever else the machine does only adds. The table goes to standard output, the
numbers to out/bench/startup.json. Nothing is asserted of time; tests/unit/canaryctl/shell asserts
which packages are loaded.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from canaryctl.shell.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out/bench/startup.json"
TYPER = (
    "import typer\napp = typer.Typer(rich_markup_mode='rich')\n"
    "@app.callback()\ndef group(*, v: bool = False): 'All.'\n"
    "@app.command()\ndef one(x: int = 1): 'One.'\n"
    "@app.command()\ndef two(x: int = 1): 'Two.'\n"
)
"""Options of the group are read before a command's help is drawn, with pydantic."""
HELP = "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
COUNT = "import sys\nprint(len(sys.modules), file=sys.stderr)"
A_STACK = ("boto3.session", "canary.adapters.table", "canary.adapters.evidence")
NEEDS: dict[str, tuple[str, ...]] = {
    "--help": (),
    "local": (),
    "forecast": ("canary.domain.plan.forecast", "canary.domain.plan.make_plan"),
    "replay": ("canary.domain.judge.verdict", "canary.domain.plan.make_plan"),
    "evaluate": ("boto3", "numpy", "jinja2", "canary.flow.labelled.evaluate"),
    "report": (*A_STACK, "jinja2"),
    "explain": (*A_STACK, "canary.flow.judge"),
    "list": (*A_STACK, "canary.flow.judge"),
}
"""What a command cannot do without, besides typer; the others need A_STACK."""
OURS = "from canaryctl.app import app\n"


def measured(script: str, words: list[str]) -> tuple[int, float]:
    """Return how many modules a fresh interpreter has loaded after a script, and the processor
    seconds it took.
    """
    text = f"import sys\nsys.argv = {['canaryctl', *words]!r}\n{script}\n{COUNT}"
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter, our own words
        [sys.executable, "-c", text],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    with process:
        said = process.stderr.read() if process.stderr else ""
    return int(said.splitlines()[-1]), used.ru_utime + used.ru_stime


def rows(repeat: int) -> Iterator[dict[str, float | str]]:
    """Yield the figures of the overview and of every command."""
    for name in ("--help", *(command.name for command in COMMANDS)):
        words = [name] if name == "--help" else [name, "--help"]
        ours = OURS + HELP.replace("['--help']", repr(words))
        floor_help = HELP.replace(
            "['--help']", repr(["--help"] if name == "--help" else ["one", "--help"])
        )
        needs = "".join(f"import {module}\n" for module in NEEDS.get(name, A_STACK))
        floors, takes = zip(
            *(
                (measured(TYPER + needs + floor_help, []), measured(ours, words))
                for _ in range(repeat)
            ),
            strict=True,
        )
        floor, took = min(seconds for _, seconds in floors), min(seconds for _, seconds in takes)
        yield {
            "command": name,
            "modules": takes[0][0],
            "floor_modules": floors[0][0],
            "seconds": round(took, 3),
            "floor_seconds": round(floor, 3),
            "times": round(took / floor, 2),
        }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--short", dest="repeat", action="store_const", const=1, help="once")
    found = []
    print(f"{'command':<16} {'modules':>8} {'floor':>6} {'CPU s':>6} {'floor':>6} {'times':>6}")
    for row in rows(parser.parse_args().repeat):
        found.append(row)
        print(
            f"{row['command']:<16} {row['modules']:>8} {row['floor_modules']:>6} "
            f"{row['seconds']:>6} {row['floor_seconds']:>6} {row['times']:>6}"
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
