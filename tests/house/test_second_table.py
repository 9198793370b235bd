"""The second stand-in for the table is optional, never silently, and never another one."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The command, with nothing fetched yet."""
    spec = importlib.util.spec_from_file_location("second_table", Path(".ci/second_table.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "KEPT", tmp_path / "kept")
    return module


@pytest.mark.parametrize(
    ("there", "said"),
    [(set(), "no npm and no java here"), ({"npm"}, "no java here"), ({"java"}, "no npm here")],
)
def test_what_is_missing_is_said(
    second: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    there: set[str],
    said: str,
) -> None:
    """And nothing fails: the project needs neither."""
    monkeypatch.setattr(second.shutil, "which", lambda name: name if name in there else None)
    assert second.main() == 0
    assert capsys.readouterr().out == f"DynamoDB Local skipped: {said}\n"


def npm(second: ModuleType, packed: bytes | None) -> Any:
    """Return what stands for npm: it packs these bytes, or fails."""

    def run(_command: list[str], *, cwd: str, **_rest: Any) -> subprocess.CompletedProcess[bytes]:
        if packed is not None:
            (Path(cwd) / f"{second.PACKAGE}-{second.VERSION}.tgz").write_bytes(packed)
        return subprocess.CompletedProcess([], packed is None)

    return run


def test_a_registry_that_does_not_answer_is_said(
    second: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tests on moto are run by `make test` all the same."""
    monkeypatch.setattr(second.shutil, "which", lambda name: name)
    monkeypatch.setattr(second.subprocess, "run", npm(second, None))
    assert second.main() == 0
    assert "the npm registry did not answer" in capsys.readouterr().out


def test_another_package_of_this_version_is_not_run(
    second: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is fetched is what was looked at."""
    monkeypatch.setattr(second.shutil, "which", lambda name: name)
    monkeypatch.setattr(second.subprocess, "run", npm(second, b"something else"))
    with pytest.raises(SystemExit, match="another hash"):
        second.main()
    assert not second.KEPT.exists()
