"""Two rollouts as their pages show them, made once."""

import pytest

from canaryctl.history import RolloutHistory
from tests.unit.canaryctl.histories import BAD, simulate


def slow_from_half(step: int) -> tuple[float, float]:
    """Return the rates of a canary that is slow from the third live step on."""
    return BAD["errors"], 0.2 if step >= 3 else BAD["slow"]


@pytest.fixture(scope="session")
def promoted() -> RolloutHistory:
    """A canary as good as the baseline, to its end."""
    return simulate()


@pytest.fixture(scope="session")
def rolled_back() -> RolloutHistory:
    """A canary that is slow from 50% on."""
    return simulate(slow_from_half)
