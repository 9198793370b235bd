"""A newcomer with README alone: models of one's own, one promoted and one taken back."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.integration.local.laptop import BIN, ROOT, Laptop

TRY = (ROOT / "README.md").read_text(encoding="utf-8").split("## Try it")[1].split("\n## ")[0]


def block(language: str) -> str:
    """Return the one block of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", TRY, re.DOTALL)
    return str(found)


def prepared(folder: Path) -> list[str]:
    """Do what README says before the account runs; return the words that open it."""
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(BIN)
    (folder / "churn.py").write_text(block("python"), encoding="utf-8")
    *before, opens = block("bash").strip().splitlines()
    Laptop.alone(folder, "\n".join(before))
    return shlex.split(opens)[2:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "end", "exit_code"), [("", "PROMOTED", 0), ("--canary", "ROLLED_BACK", 3)]
)
def test_readme_leads_to_a_promotion_and_to_a_way_back(
    tmp_path: Path, said: str, end: str, exit_code: int
) -> None:
    """Word for word but for the port, and for time, which passes faster."""
    words = prepared(tmp_path)
    if said:
        (other,) = re.findall(rf"`{said} (\S+)`", TRY)
        words[words.index(said) + 1] = other
    (start,) = re.findall(r"`(\S+/canaryctl start [^`]*)`", TRY)
    with Laptop(tmp_path, *words, "--minute-seconds", "0.05") as laptop:
        watched = laptop.shell(start)
    assert end in watched.stdout, f"{watched.stdout}{watched.stderr}\n{laptop.text}"
    assert watched.returncode == exit_code
    assert f"It ends {end}" in TRY or f"it ends {end}" in TRY
