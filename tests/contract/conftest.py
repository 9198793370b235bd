"""The emulated account that contract tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Emulator
from tests.contract.small_account import START, SmallAccount


@pytest.fixture
def account(tmp_path: Path) -> Iterator[SmallAccount]:
    """A fresh account at 2026-01-05 08:00 UTC."""
    with Emulator(START, patience_seconds=10) as emulator:
        yield SmallAccount(emulator, tmp_path)
