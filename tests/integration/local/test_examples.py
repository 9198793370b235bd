"""The examples that `canaryctl local --help` shows, run as they stand, but for the port."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from canaryctl.shell.commands import COMMANDS
from tests.integration.local.laptop import Laptop
from tests.integration.local.test_own_models import bring

(LOCAL,) = (command for command in COMMANDS if command.name == "local")


@pytest.mark.slow
@pytest.mark.parametrize("example", LOCAL.examples)
def test_an_example_of_local_serves_an_account(example: str, tmp_path: Path) -> None:
    """`canaryctl` finds its stack and says that no rollout is under way; Ctrl-C ends it well."""
    bring(tmp_path)
    with Laptop(tmp_path, *shlex.split(example)[1:]) as laptop:
        assert "No rollout is under way" in laptop.said("canaryctl list")
        assert "nothing holds it" in laptop.said("canaryctl explain churn-prod")
    assert laptop.exit_code == 0
