"""Rollouts of two endpoints where one canary may serve at once: the second waits for its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from canary.domain.rollout.phase import Phase
from tests.faults.base import REQUESTS_PER_MINUTE, SECOND
from tests.faults.scenario import Scenario, by_hand, order
from tests.faults.world import World
from tests.integration.stage import ENDPOINT

AHEAD = "ahead"
# The one in line needs time of its own besides that of the one ahead.
PATIENT = {"hold_at_most_minutes": 90}


def behind_another(world: World, spec: Mapping[str, Any]) -> None:
    """Start a rollout of the second endpoint, and this one while the other's canary serves."""
    rows = np.random.default_rng(8).random((500, 4))
    world.emulator.endpoints.attach_traffic(SECOND, rows, REQUESTS_PER_MINUTE)
    alarmless = {**spec["guards"], "alarms": []}
    world.execute({**spec, "endpoint": SECOND, "guards": alarmless}, AHEAD)
    world.once(lambda: _serves(world, SECOND), lambda: by_hand(world, spec), 5)


def _serves(world: World, endpoint: str) -> bool:
    record = world.observer.newest(endpoint)
    return record is not None and (record.phase, record.step) == (Phase.BAKING, 1)


def _waits(world: World) -> bool:
    record = world.observer.newest(ENDPOINT)
    wait = record.waits_at(world.emulator.clock.now()) if record is not None else None
    return wait is not None and wait.kind == "place"


def _ordered(command: str) -> Any:
    """Return the play in which a person ends the rollout ahead while the other one waits."""

    def play(world: World) -> None:
        world.once(
            lambda: _waits(world), lambda: order(world, command, endpoint=SECOND), seconds=20
        )

    return play


IN_LINE = (
    Scenario("in-line", Phase.PROMOTED, spec=PATIENT, start=behind_another),
    Scenario(
        "in-line-behind-a-roll-back",
        Phase.PROMOTED,
        spec=PATIENT,
        start=behind_another,
        play=_ordered("rollback"),
        besides=frozenset({Phase.ROLLED_BACK}),
    ),
    Scenario(
        "in-line-behind-a-release",
        Phase.PROMOTED,
        spec=PATIENT,
        start=behind_another,
        play=_ordered("release"),
        besides=frozenset({Phase.HANDED_OVER}),
    ),
)
