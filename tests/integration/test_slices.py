"""More rollouts than one visit takes, on the deployed stack: slices come as events, lost, late and
twice. A slice here holds one rollout and a visit none, so that few rollouts do what thousands do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from canary.flow.collecting import hand_out
from emulator.events.bus import Passage
from tests.integration.stage import Stage

DUE = "Rollouts Due"


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """One rollout is more than a visit takes."""
    monkeypatch.setattr(hand_out, "is_one_visit", lambda rollouts: not rollouts)
    monkeypatch.setattr("canary.flow.collect.is_one_visit", lambda rollouts: not rollouts)
    monkeypatch.setattr(hand_out, "SLICE", 1)


def slices_come(when: Callable[[], Sequence[float]]) -> Callable[[Passage], Sequence[float]]:
    """Return a plan of deliveries: slices after these seconds, all else at once."""
    return lambda passage: when() if passage.event["detail-type"] == DUE else (0.0,)


def visits_of(stage: Stage) -> list[Any]:
    """Return the invocations that visited a slice."""
    return [
        call
        for call in stage.emulator.invocations
        if isinstance(call.event, dict) and call.event.get("detail-type") == DUE
    ]


def told(stage: Stage, alarm: str, since: int = 0) -> bool:
    """Return whether an alarm has rung, after the first so many messages."""
    subjects = [message.subject or "" for message in stage.emulator.messages[since:]]
    return any(alarm in subject for subject in subjects)


def test_slices_that_come_twice_and_late_promote_as_one_visit_does(stage: Stage) -> None:
    """Every slice is visited at once and again half a minute later; nobody is refused anything, and
    no alarm rings.
    """
    stage.emulator.bus.plan = slices_come(lambda: (0.0, 30.0))
    stage.finish(stage.start())
    assert stage.record.phase == "PROMOTED"
    visits = visits_of(stage)
    assert visits
    assert {call.error for call in visits} == {""}
    assert not told(stage, "unvisited")
    assert not stage.emulator.permissions.refused


def test_lost_slices_ring_long_before_heartbeats_end(stage: Stage) -> None:
    """Five minutes without a visit: the alarm has rung, nothing was taken back, and the rollout
    goes on with the next slice that arrives.
    """
    stage.start()
    stage.reach("BAKING", 1)
    stage.emulator.run_minutes(1)
    lost, before = True, len(stage.emulator.messages)
    stage.emulator.bus.plan = slices_come(lambda: () if lost else (0.0,))
    stage.emulator.run_minutes(6)
    assert told(stage, "unvisited", before)
    assert not told(stage, "missed-tick", before)
    assert stage.record.phase == "BAKING"
    lost = False
    stage.reach("PROMOTED", at_most_minutes=240)
