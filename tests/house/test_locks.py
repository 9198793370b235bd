"""The locks: portable, complete, and in agreement with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest

from requirements import lock

PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)
EVERY = pytest.mark.parametrize("each", lock.LOCKS, ids=lambda each: each.path)


@EVERY
def test_names_no_host(each: lock.Lock) -> None:
    """A lock installs from any registry: it holds names, versions and hashes, no address and no
    option.
    """
    foreign = re.compile(r"://|^\s*--(?!hash=sha256:)|\b[\w-]+\.(?:org|com|io|net|dev)\b")
    lines = (lock.ROOT / each.path).read_text().splitlines()
    assert [line for line in lines if foreign.search(line)] == []


@EVERY
def test_every_pin_has_a_hash(each: lock.Lock) -> None:
    """Every package of a lock is pinned to one version and at least one hash."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (lock.ROOT / each.path).read_text().strip())
    assert [
        entry for entry in entries if not PIN.match(entry) or "--hash=sha256:" not in entry
    ] == []


@EVERY
def test_meets_what_the_project_asks(each: lock.Lock) -> None:
    """Every requirement of the group has a pin that meets it."""
    assert lock.unmet(each) == []


def test_unmet_requirement_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A requirement that the lock's pins do not meet, in an included group too, is named with its
    range.
    """
    (tmp_path / "pyproject.toml").write_text(
        '[dependency-groups]\ninner = ["Ab_c>=2"]\nouter = [{include-group = "inner"}, "d"]\n'
    )
    (tmp_path / "some.txt").write_text(
        "ab-c==1.9 \\\n    --hash=sha256:00\nd==1 \\\n    --hash=sha256:00\n"
    )
    monkeypatch.setattr(lock, "ROOT", tmp_path)
    assert lock.unmet(lock.Lock("some.txt", "outer")) == ["Ab_c>=2"]


def test_every_group_is_locked() -> None:
    """No dependency group is left without a lock, unless another group includes it."""
    groups = tomllib.loads((lock.ROOT / "pyproject.toml").read_text())["dependency-groups"]
    included = {
        entry["include-group"]
        for group in groups.values()
        for entry in group
        if isinstance(entry, dict)
    }
    assert set(groups) - included == {each.group for each in lock.LOCKS}


def test_layers_ship_what_the_tests_run() -> None:
    """A package in a layer's lock has the version that dev.txt has."""
    tested = dict(PIN.findall((lock.ROOT / "requirements" / "dev.txt").read_text()))
    for each in lock.LOCKS:
        if each.held_to:
            shipped = dict(PIN.findall((lock.ROOT / each.path).read_text()))
            assert shipped == {name: tested[name] for name in shipped}
