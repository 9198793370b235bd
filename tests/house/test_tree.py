"""The rules of the house that no linter knows: portable, speaking of itself alone, small files, commands that exist."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK_FILES = {"uv.lock", "poetry.lock", "Pipfile.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"}
LOCKS = [ROOT / "requirements" / "dev.txt", *ROOT.glob("requirements/*.txt"), *ROOT.glob("layers/*/requirements.txt")]
MAX_LINES = 300


def tracked() -> list[Path]:
    """Return every file that git tracks and that is still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
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
    """The locks are hashed requirements files; a lock file that names download hosts is not committed."""
    assert [path.name for path in tracked() if path.name in LOCK_FILES] == []


@pytest.mark.parametrize("lock", sorted(set(LOCKS)), ids=lambda path: str(path.relative_to(ROOT)))
def test_locks_name_no_host(lock: Path) -> None:
    """A lock installs from any registry: it holds names, versions and hashes, no address and no option."""
    options = re.compile(r"://|^\s*--(?!hash=sha256:)|\b[\w-]+\.(?:org|com|io|net|dev)\b")
    assert [line for _, line in lines_of([lock]) if options.search(line)] == []


@pytest.mark.parametrize("lock", sorted(set(LOCKS)), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_pin_has_a_hash(lock: Path) -> None:
    """Every package of a lock is pinned to one version and at least one hash."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text().strip())
    assert entries
    assert [entry for entry in entries if "==" not in entry.partition("\n")[0] or "--hash=sha256:" not in entry] == []


def test_layers_ship_what_the_tests_run() -> None:
    """A package in a layer's lock has the version that dev.txt has."""
    pin = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)
    tested = dict(pin.findall((ROOT / "requirements" / "dev.txt").read_text()))
    for lock in ROOT.glob("layers/*/requirements.txt"):
        shipped = dict(pin.findall(lock.read_text()))
        assert shipped == {name: tested[name] for name in shipped}


def test_no_path_of_one_machine() -> None:
    """No file names a home folder or another absolute place of the machine it was written on."""
    homes = re.compile(r"(?<![\w.$])/(?:home|Users|root|work)/\w")
    assert [place for place, line in lines_of(tracked()) if homes.search(line) and "house/" not in place] == []


def test_no_registry_is_named() -> None:
    """No file names a package registry or mirror, so that everybody's own settings are used."""
    hosts = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|--(?:extra-)?index-url|--find-links")
    assert [place for place, line in lines_of(tracked()) if hosts.search(line) and "house/" not in place] == []


def test_source_files_stay_small() -> None:
    """No Python file is over 300 lines: past that it holds more than one idea."""
    sources = [path for path in tracked() if path.suffix == ".py"]
    counted = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources}
    assert {name: count for name, count in counted.items() if count > MAX_LINES} == {}


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
        r"mark\.skip(?!if)(?!\(reason=)|mark\.xfail(?!\(.*reason=)|# noqa(?!: [A-Z]+\d)|type: ignore(?!\[)"
    )
    assert [place for place, line in lines_of(tracked()) if silent.search(line) and "house/" not in place] == []
