"""A third variant that hardly anybody calls blinds nothing: what speaks is judged."""

import pytest

from tests.integration.stage import Stage, SumModel

IDLE = {"v1": 1.0, "v2": 0.0, "v3": 1e-6}


def test_a_failing_canary_is_taken_back_within_minutes_beside_an_idle_variant() -> None:
    """The first message names the variant, and the last one how often it was silent."""
    with Stage(canary=SumModel(failing=1.0), requests_per_minute=600, weights=IDLE) as stage:
        execution = stage.start()
        stage.reach("BAKING", 1)
        began = stage.emulator.clock.now()
        stage.finish(execution)
        assert stage.record.phase == "ROLLED_BACK"
        assert stage.record.decision
        assert (stage.record.decision.at - began).total_seconds() <= 5 * 60
        assert "v3 was silent in" in stage.messages[0].message
        assert "left out of the baseline: v3 in" in stage.messages[-1].message


@pytest.mark.parametrize("emit_zeros", [False, True])
def test_an_equal_canary_is_promoted_beside_an_idle_variant(*, emit_zeros: bool) -> None:
    """Whether its idle minutes are missing or zero."""
    with Stage(weights=IDLE, endpoints={"emit_zeros": emit_zeros}) as stage:
        stage.finish(stage.start(), 400)
        assert stage.record.phase == "PROMOTED"
        assert stage.weights["v3"] == pytest.approx(0, abs=1e-6)
