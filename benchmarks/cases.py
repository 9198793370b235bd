"""Processor time of whole emulated rollouts: cases of the fault campaign with nothing broken.

    python -m benchmarks.cases [CASE ...] [--beside TREE] [--rounds N]

Each case is played in a fork of one deployed account, its CPU seconds counted there.
With --beside, another checkout of the project plays the same cases in turns with this one, each in
a process of its own; the medians of N rounds stand side by side. Only what ran in turns compares.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
CASES = ("promoted", "failing", "built")
PLAYED = """
import json, sys, time
from tests.faults.base import deployed
from tests.faults.cases import Case
from tests.faults.forks import in_forks
from tests.faults.play import play

def played(stage, name):
    began = time.process_time()
    result = play(stage, Case("clean", name))
    seconds = time.process_time() - began
    assert result.survived, result.violations
    return seconds, result.end

with deployed() as stage:
    for name, answer in in_forks(sys.argv[1:], lambda name: played(stage, name), 1):
        if isinstance(answer, Exception):
            raise answer
        print(json.dumps([name, *answer]), flush=True)
"""
"""What either tree runs: nothing but what both have."""

Played = dict[str, tuple[float, str]]


def played(tree: Path, cases: list[str]) -> Played:
    """Return the CPU seconds and the end of each case in a tree. Raises CalledProcessError."""
    path = os.pathsep.join(map(str, (tree, tree / "layers/core", tree / "layers/scoring")))
    answer = subprocess.run(  # noqa: S603 -- this interpreter and the text above
        [sys.executable, "-c", PLAYED, *cases],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("[")]
    return {name: (seconds, end) for name, seconds, end in lines}


def table(rounds: list[list[Played]], cases: list[str]) -> str:
    """Return a line a case: its end, and the median of each tree with its ratio to the first."""
    lines = ["| case | ends | CPU s |" + " beside | ratio |" * (len(rounds[0]) - 1)]
    lines.append("|---|---|" + "---|" * (1 + 2 * (len(rounds[0]) - 1)))
    for case in cases:
        each = [median(one[tree][case][0] for one in rounds) for tree in range(len(rounds[0]))]
        cells = [case, rounds[0][0][case][1], f"{each[0]:.2f}"]
        for other in each[1:]:
            cells += [f"{other:.2f}", f"{each[0] / other:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=CASES, help=f"of {', '.join(CASES)} and others")
    parser.add_argument("--beside", type=Path, action="append", default=[], help="another checkout")
    parser.add_argument("--rounds", type=int, default=4)
    asked = parser.parse_args()
    trees, cases = [ROOT, *(tree.resolve() for tree in asked.beside)], list(asked.cases)
    rounds = [[played(tree, cases) for tree in trees] for _ in range(asked.rounds)]
    print(table(rounds, cases))


if __name__ == "__main__":
    main()
