"""The rules of the house that no linter knows: portable, speaking of itself alone, small files,
commands that exist.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK_FILES = {
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
}
MAX_LINES = 300
LONG: dict[str, str] = {}
"""Files over MAX_LINES that still hold one idea, with that idea."""


def tracked() -> list[Path]:
    """Return every file that git tracks and that is still there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines_of(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield (place, line) for every line of the text files among `paths`."""
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def test_no_lock_file_that_names_hosts() -> None:
    """The locks are hashed requirements files; a lock file that names download hosts is not
    committed.
    """
    assert [path.name for path in tracked() if path.name in LOCK_FILES] == []


def test_no_path_of_one_machine() -> None:
    """No file names a home folder or another absolute place of the machine it was written on."""
    homes = re.compile(r"(?<![\w.$])/(?:home|Users|root|work)/\w")
    assert [
        place for place, line in lines_of(tracked()) if homes.search(line) and "house/" not in place
    ] == []


def test_no_registry_is_named() -> None:
    """No file names a package registry or mirror, so that everybody's own settings are used."""
    hosts = re.compile(
        r"pypi\.org|pythonhosted|registry\.npmjs|--(?:extra-)?index-url|--find-links"
    )
    assert [
        place for place, line in lines_of(tracked()) if hosts.search(line) and "house/" not in place
    ] == []


def test_source_files_stay_small() -> None:
    """No Python file is over 300 lines, unless it says here which one idea it holds."""
    sources = [path for path in tracked() if path.suffix == ".py"]
    counted = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources}
    assert {
        name: count for name, count in counted.items() if count > MAX_LINES and name not in LONG
    } == {}


def test_documented_commands_exist() -> None:
    """Every `make` target that the documents name is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [path for path in tracked() if path.suffix == ".md"]
    named = {
        (place, target)
        for place, line in lines_of(documents)
        for target in re.findall(r"(?:`|^\s*|^\$ )make ([a-z-]+)", line)
    }
    assert {(place, target) for place, target in named if target not in targets} == set()


def test_every_skip_gives_its_reason() -> None:
    """A test, lint, type or policy rule is only set aside with a reason beside it."""
    silent = re.compile(
        r"mark\.skip(?!if)(?!\(reason=)|mark\.xfail(?!\(.*reason=)|# noqa(?!: [A-Z]+\d)|type: "
        r"ignore(?!\[)"
    )
    sources = [path for path in tracked() if path.suffix == ".py"]
    assert [
        place for place, line in lines_of(sources) if silent.search(line) and "house/" not in place
    ] == []


def test_no_copy_of_a_value_goes_unvalidated() -> None:
    """`Frozen.but` makes every changed copy; pydantic's own copy checks neither name nor type."""
    found = [
        f"{path}:{node.lineno}"
        for path in tracked()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "model_copy"
    ]
    assert not found


def test_commit_subjects_are_short() -> None:
    """A subject fits one line of 72 characters, since the commit that wrote the rule down."""
    begun = "5d17009"
    log = subprocess.run(
        ["git", "log", "--format=%s", f"{begun}..HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if log.returncode:
        pytest.skip(reason=f"this clone has no history back to {begun}")
    assert [subject for subject in log.stdout.splitlines() if len(subject) > 72] == []
