"""The house in figures: modules a folder, lines a file and a function, modules a function imports,
files that know what one change is about.

    python -m benchmarks.house [--tree FOLDER] [--before FOLDER]

prints the table of docs/architecture.md; `--before` puts the figures of another checkout beside
this one's. A module is a .py file other than __init__.py; a function's lines are all of it, its
docstring included.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
CORE = "layers/core/canary"
PACKAGES = (CORE, "layers/scoring", "functions", "canaryctl", "emulator", "local", "demo")
FUNCTIONS = ("planner", "shifter", "stager", "collector", "evaluator", "decider", "starter")
NAMED = {
    "one count guard by name": r"slow_requests|SLOW_REQUESTS",
    "one brake by name": r"paused_until",
    "a move as weights alone": r"\bWeights\b|_weights\b",
    "one channel by name": r"(?i)\bsns|\btopic_arn",
}
"""What files of the product may know, by the words that show it."""
OURS = "canary canary_scoring"
COUNT = (
    "import sys; __import__(sys.argv[1]); "
    "print(sum(name.split('.')[0] in sys.argv[2].split() for name in sys.modules))"
)


def sources(tree: Path, package: str) -> list[Path]:
    """Return the Python files of a package, its own tests left out."""
    return [
        path
        for path in sorted((tree / package).rglob("*.py"))
        if not {"tests", "build"} & set(path.relative_to(tree / package).parts)
    ]


def modules_a_folder(tree: Path, package: str) -> Counter[str]:
    """Return how many modules lie beside each other in each folder of a package."""
    return Counter(
        str(path.parent.relative_to(tree))
        for path in sources(tree, package)
        if path.name != "__init__.py"
    )


def function_lines(path: Path) -> Iterator[int]:
    """Yield the lines of every function and method in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.end_lineno - node.lineno + 1


def modules_imported(tree: Path, module: str) -> int:
    """Return how many modules of ours a fresh interpreter holds once it has imported one."""
    path = os.pathsep.join(str(tree / part) for part in (".", "layers/core", "layers/scoring"))
    done = subprocess.run(  # noqa: S603 -- this interpreter, on a module of this tree
        [sys.executable, "-c", COUNT, module, OURS],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def naming(tree: Path, words: str) -> int:
    """Return how many files of the product name what a change is about."""
    found = [
        path
        for package in (CORE, "functions", "canaryctl")
        for path in sources(tree, package)
        if re.search(words, path.read_text(encoding="utf-8"))
    ]
    return len(found)


def spread(values: Sequence[int]) -> str:
    """Return median / 90th percentile / largest."""
    ordered = sorted(values)
    return f"{median(ordered):g} / {ordered[int(0.9 * len(ordered))]} / {ordered[-1]}"


def figures(tree: Path) -> dict[str, str]:
    """Return every figure of a tree by what it measures."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        paths = sources(tree, package)
        if paths:
            folders = modules_a_folder(tree, package)
            found[f"most modules in one folder, {package}"] = str(max(folders.values()))
            lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in paths]
            found[f"lines a file, {package}"] = spread(lines)
            found[f"lines a function, {package}"] = spread(
                [count for path in paths for count in function_lines(path)]
            )
    for function in [one for one in FUNCTIONS if (tree / "functions" / one).is_dir()]:
        wiring = f"canary.wiring.{function}"
        found[f"modules imported, {function}"] = str(modules_imported(tree, wiring))
    for change, words in NAMED.items():
        found[f"files that know {change}"] = str(naming(tree, words))
    return found


def table(*columns: tuple[str, dict[str, str]]) -> str:
    """Return the figures of some trees side by side, as a Markdown table."""
    rows = sorted({name for _, found in columns for name in found}, key=_place)
    cells = [("measured", *(title for title, _ in columns)), ("---",) * (1 + len(columns))]
    cells += [(row, *(found.get(row, "") for _, found in columns)) for row in rows]
    return "\n".join(f"| {' | '.join(each)} |" for each in cells)


def _place(row: str) -> tuple[int, int]:
    kind, _, of = row.partition(", ")
    kinds = ("most modules in one folder", "lines a file", "lines a function", "modules imported")
    order = (*PACKAGES, *FUNCTIONS)
    if kind not in kinds:
        return len(kinds), list(NAMED).index(row.removeprefix("files that know "))
    return kinds.index(kind), order.index(of)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout to measure")
    parser.add_argument("--before", type=Path, help="another checkout, measured beside it")
    given = parser.parse_args()
    columns = [("now", figures(given.tree.resolve()))]
    if given.before:
        columns.insert(0, ("before", figures(given.before.resolve())))
    print(table(*columns))


if __name__ == "__main__":
    main()
