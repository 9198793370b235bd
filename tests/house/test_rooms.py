"""The rooms of the house: small enough to see at once, and each knowing only what it may. What
import-linter can say stands in pyproject.toml; the rest is here.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from benchmarks import house

ROOT = house.ROOT
MOST_MODULES = 12
WIDE = {
    "layers/core/canary/stats": "one theorem, or one term of a bet, a module; all of one kind",
}
"""Folders over MOST_MODULES, with what holds them together."""
CEILINGS = {
    "planner": 105,
    "shifter": 88,
    "stager": 82,
    "collector": 88,
    "evaluator": 86,
    "decider": 185,
}
"""Modules of ours that a function may import before its first call; each costs a cold start about
a millisecond. Whoever reads a record reads every kind of message: six modules; and every key of a
spec, with what it means: one more than one file holds. The evaluator loads what asks and judges,
another hundred, where there is something to ask. The collector's five last hand slices out, hear
of them, and read apart what is refused of one. Places among the canaries that serve are five of
the decider's: values, use case and adapter, the two in rooms of their own. How the canary is
hosted otherwise than a baseline is one of the planner's. What an end says of a package is one more.
"""
CEILINGS |= {"starter": 87}  # two of them look for what no event told of
LONGEST_HANDLER = 60
SERVICES = (
    "application-autoscaling",
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "events",
    "iam",
    "s3",
    "sagemaker",
    "service-quotas",
    "sns",
    "sqs",
    "stepfunctions",
)


def test_no_folder_holds_more_modules_than_one_sees_at_once() -> None:
    """A folder with more is two rooms, unless it says here why it is one."""
    counted = {
        folder: count
        for package in house.PACKAGES
        for folder, count in house.modules_a_folder(ROOT, package).items()
    }
    assert {
        folder: count
        for folder, count in counted.items()
        if count > MOST_MODULES and folder not in WIDE
    } == {}


@pytest.mark.parametrize("function", house.FUNCTIONS)
def test_a_function_imports_no_more_than_it_uses(function: str) -> None:
    """In a fresh interpreter, where no other test has imported anything."""
    imported = house.modules_imported(ROOT, f"canary.wiring.{function}")
    assert imported <= CEILINGS[function], f"{function} imports {imported} modules"


def test_a_handler_is_read_at_a_glance() -> None:
    """Parse, call one function, answer."""
    long = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in house.sources(ROOT, "functions")
    }
    assert len(long) == len(house.FUNCTIONS)
    assert {name: lines for name, lines in long.items() if lines > LONGEST_HANDLER} == {}


def imports_of(path: Path) -> Iterator[str]:
    """Yield the top-level packages a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_stats_need_the_standard_library_alone() -> None:
    """import-linter forbids the packages it is told of; this forbids every other one too."""
    paths = house.sources(ROOT, "layers/core/canary/stats")
    found = {name for path in paths for name in imports_of(path)}
    assert found - sys.stdlib_module_names == {"canary"}


def aws_operations() -> set[str]:
    """Return the method names of every operation of the services the command line asks."""
    session: Any = boto3.session.Session(region_name="eu-west-1")
    known = {
        name for service in SERVICES for name in session.client(service).meta.method_to_api_mapping
    }
    ours = {"get_template", "publish"}  # the page's own templates, and the adapter's own word
    return known - ours | {"get_paginator", "get_waiter"}


def test_the_command_line_asks_aws_through_adapters_alone() -> None:
    """It makes clients and hands them over; it calls none of their methods."""
    operations = aws_operations()
    assert {"query", "describe_stacks", "start_execution"} <= operations
    called = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.func.attr}"
        for path in house.sources(ROOT, "canaryctl")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in operations
    ]
    assert called == []


def test_the_command_line_knows_no_item_of_the_table() -> None:
    """Keys and shapes of items are the adapters' own."""
    shape = re.compile(
        r"""\bpk\b|\bsk\b|["'](?:S|N|B|M|L)["']\s*[:\]]|(?:ROLLOUT|LEASE|VERDICT)#"""
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in house.sources(ROOT, "canaryctl")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if shape.search(line)
    ]
    assert found == []


def test_the_table_in_the_documents_has_every_figure() -> None:
    """Run `python -m benchmarks.house --before CHECKOUT`, and paste, when this fails."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    begin, end = "<!-- figures: begin -->\n", "<!-- figures: end -->"
    written = text[text.index(begin) + len(begin) : text.index(end)].splitlines()[2:]
    found = house.figures(ROOT)
    assert {line.split(" | ")[0].removeprefix("| ") for line in written} == found.keys()
    planner = next(line for line in written if "modules imported, planner" in line)
    assert int(planner.split(" | ")[2].removesuffix(" |")) <= CEILINGS["planner"]


def test_the_files_a_change_goes_to_are_there() -> None:
    """Every path in "Where do I put ..." exists."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = text.split("## Where do I put ...")[1].split("\n## ")[0]
    paths = set(re.findall(r"`([\w/.]+(?:/|\.\w+))`", table))
    assert len(paths) > 20
    assert {path for path in paths if not (ROOT / path).exists()} == set()
