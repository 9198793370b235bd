"""A start that must be refused, and the proof that it changed nothing."""

from collections.abc import Mapping
from typing import Any

from tests.integration.stage import ENDPOINT, Stage


def refused(stage: Stage, spec: Mapping[str, Any]) -> str:
    """Return why a start was refused, after checking that nothing at all was changed."""
    before = _state(stage)
    execution = stage.start(spec, f"refused-{len(stage.emulator.invocations)}")
    description = stage.finish(execution, 20)
    assert (description["status"], description["error"]) == ("FAILED", "Refused"), description
    assert _state(stage) == before
    assert stage.rollouts.holding(ENDPOINT) is None
    assert stage.messages == []
    return str(description["cause"])


def _state(stage: Stage) -> tuple[dict[str, float], int]:
    """Return the live weights and how often the shifter was called."""
    moves = [call for call in stage.emulator.invocations if "shifter" in call.function.lower()]
    return stage.weights, len(moves)
