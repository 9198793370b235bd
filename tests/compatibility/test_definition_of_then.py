"""Executions of the definition of version 5d17009 with today's functions: an execution goes on by
the definition it was started with, whatever is deployed meanwhile.
"""

from collections.abc import Iterator

import pytest

from canary.domain.rollout.record import Decision
from demo.account import deploy
from tests.compatibility.then import go_back
from tests.integration.stage import Stage, SumModel
from tests.integration.test_labelled_set import labelled, put_set, spec


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A good canary, on the state machine of then."""
    with Stage(enforce_iam=True) as ready:
        go_back(ready.emulator, ready.outputs["StateMachineArn"])
        yield ready


def test_a_whole_rollout_is_promoted(stage: Stage) -> None:
    """With a labelled set; today's definition is deployed while its first bake waits."""
    put_set(stage, labelled(400))
    execution = stage.start(spec())
    stage.reach("BAKING", 1)
    deploy(stage.emulator)
    assert stage.finish(execution)["status"] == "SUCCEEDED"
    assert stage.weights == {"v1": 0.0, "v2": 1.0}
    assert (stage.record.generation, stage.subjects[-1]) == (1, "PROMOTED")


def test_a_failing_canary_is_rolled_back() -> None:
    """With its reason in the execution's cause, as it was told then."""
    with Stage(SumModel(failing=0.15)) as stage:
        go_back(stage.emulator, stage.outputs["StateMachineArn"])
        execution = stage.start()
        stage.reach("BAKING", 1)
        deploy(stage.emulator)
        description = stage.finish(execution)
        assert description["error"] == "RolledBack"
        assert "errors" in description["cause"]
        assert stage.weights == {"v1": 1.0, "v2": 0.0}


def test_commands_are_answered_by_the_definition_of_then(stage: Stage) -> None:
    """And a rollout that is taken back by hand says why."""
    execution = stage.start()
    stage.reach("BAKING", 1)
    assert "paused until" in stage.command("pause", minutes=5)["output"]
    stage.command("rollback", reason="to see")
    assert "Rolled back by hand: to see" in stage.finish(execution)["cause"]


def test_a_bake_that_was_answered_in_vain_then_is_restored(stage: Stage) -> None:
    """Its token was forgotten with the answer, so nobody can answer again; its heartbeat brings it
    home.
    """
    execution = stage.start()
    stage.reach("BAKING", 1)
    record = stage.record
    advance = Decision(
        verdict="ADVANCE", step=1, to_step=2, reason="good", at=stage.emulator.clock.now()
    )
    stage.rollouts.change(record.rollout, lambda r: r.but(decision=advance, token=None))
    assert stage.finish(execution, 15)["error"] == "RolledBack"
    assert (stage.record.generation, stage.weights) == (1, {"v1": 1.0, "v2": 0.0})


@pytest.mark.parametrize("deployed", ["then", "today"])
def test_a_dead_execution_is_taken_over_by_whichever_definition_is_deployed(
    stage: Stage, deployed: str
) -> None:
    """Between the update of the functions and that of the machine it is the one of then."""
    execution = stage.start()
    stage.reach("BAKING", 1)
    if deployed == "today":
        deploy(stage.emulator)
    stage.client("stepfunctions").stop_execution(executionArn=execution)
    stage.reach_end()
    assert (stage.record.phase, stage.record.generation) == ("ROLLED_BACK", 2)
    assert stage.weights == {"v1": 1.0, "v2": 0.0}
