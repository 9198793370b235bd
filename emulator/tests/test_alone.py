"""The package by itself: its README runs, its lists are true, and it names nothing that lives in
it.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
README = (HERE / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)
AWS = README[README.index("## What it restores") : README.index("## What it is by itself")]
PRODUCT = ("can" + "ary", "wir" + "ing")  # in two parts, so that this file passes too


def written() -> list[str]:
    """Return the name of every test of the package."""
    return [
        node.name
        for path in sorted((HERE / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


@pytest.mark.parametrize(("source", "expected"), SNIPPETS, ids=["endpoint", "template"])
def test_what_the_readme_shows_runs(source: str, expected: str) -> None:
    """Each program of the README prints what stands below it."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue() == expected


def test_every_behaviour_has_its_tests_and_every_test_its_behaviour() -> None:
    """The README's tables name each test once, and no test that is not there."""
    named = Counter(re.findall(r"`(test_\w+)`", README))
    assert named == Counter(written())


def test_every_behaviour_of_aws_names_what_it_rests_on() -> None:
    """Each row of what is restored ends with links that the README gives an address."""
    rows = [line for line in AWS.splitlines() if "`test_" in line]
    links = [re.search(r"\| ((?:\[[^]]+\] )+)\|$", row) for row in rows]
    assert all(links), [row for row, link in zip(rows, links, strict=True) if link is None]
    given = set(re.findall(r"^\[([^]]+)\]: https://", README, re.MULTILINE))
    assert {name for link in links if link for name in re.findall(r"\[([^]]+)\]", link[1])} == given


def test_nothing_here_names_what_is_deployed() -> None:
    """No file of the package names a product that runs in it."""
    files = [path for path in HERE.rglob("*") if path.suffix in {".py", ".md", ".yaml", ".json"}]
    assert [
        f"{path.relative_to(HERE)}: {word}"
        for path in files
        for word in PRODUCT
        if re.search(rf"\b{word}\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ] == []
