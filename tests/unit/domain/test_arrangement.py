"""How an endpoint stands against the configuration that was asked for."""

from typing import Any

import pytest

from canary.domain.plan.release.staging import Release, Staging, with_canary
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.release.arrangement import standing
from canary.domain.rollout.release.arranging import Tidied, arrived, claim
from tests.rollouts import HOLDER, NOON, a_plan, a_record, a_view, after

BEFORE = a_view({"v1": 3.0})
STAGING = Staging(variant="v2", like="v1", model="m2", count=1, config="built")
BUILT = with_canary(BEFORE, STAGING)


def building() -> Record:
    """Return a rollout that asked for its canary at noon."""
    release = Release(found_config="config-1", after="settle", end_config="end", staging=STAGING)
    plan = a_plan().but(config_name="built", release=release)
    return claim(a_record(plan=plan, phase=Phase.PLANNED), HOLDER, 1, NOON)


@pytest.mark.parametrize(
    ("view", "seconds", "stands"),
    [
        (BUILT, 300, "THERE"),
        (BEFORE, 30, "BEFORE"),
        (BEFORE, 61, "BACK"),
        (BEFORE.but(status="Updating"), 300, "BUSY"),
        (BUILT.but(status="Updating"), 300, "BUSY"),
        (BEFORE.but(status="Updating"), 90 * 60 + 1, "LATE"),
        (BEFORE.but(status="Failed"), 300, "LATE"),
        (BUILT.but(config_name="theirs"), 300, "FOREIGN"),
        (BUILT.but(exists=False), 300, "GONE"),
    ],
)
def test_an_endpoint_stands_in_one_way(view: Any, seconds: float, stands: str) -> None:
    """In use, moving, not begun, given up by SageMaker, too late, somebody else's, or gone."""
    assert standing(building(), view, after(seconds)) == stands


def test_a_configuration_in_use_is_told_once_though_the_close_was_lost() -> None:
    """Another generation claims what is due, finds it there and arrives without another message."""
    there = arrived(building(), HOLDER, 1, Tidied(), after(300))
    assert len(there.outbox) == len(building().outbox) + 1
    again = claim(there.but(generation=2), HOLDER, 2, after(600))
    assert again.arranged == there.arranged
    assert arrived(again, HOLDER, 2, Tidied(), after(660)).outbox == there.outbox
