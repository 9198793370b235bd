"""Manual executions: a rollout is started and steered through Step Functions with the inputs in events/."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.calls import Call, Proceed
from tests.integration.stage import ENDPOINT, Stage


def event(name: str) -> dict[str, Any]:
    """Return one of the sample inputs."""
    document: dict[str, Any] = json.loads(Path(f"events/{name}.json").read_text())
    return document


def baking(stage: Stage, step: int = 1) -> str:
    """Start the sample rollout and run it until a step bakes."""
    execution = stage.execute(event("execution-start"), "first")
    stage.reach("BAKING", step)
    return execution


def answer(description: dict[str, Any]) -> str:
    """Return the sentence a command answered with."""
    assert description["status"] == "SUCCEEDED", description
    return str(json.loads(description["output"])["answer"]["answer"])


def test_pause_keeps_a_good_canary_where_it_is_and_resume_lets_it_go(stage: Stage) -> None:
    """Paused, it gathers evidence and does not advance; resumed, it goes on to the end."""
    execution = baking(stage)
    assert "paused until" in answer(stage.finish(stage.execute(event("execution-pause"), "pause"), 5))
    stage.emulator.run_minutes(40)
    assert stage.record.step == 1
    assert "may advance" in answer(stage.finish(stage.execute(event("execution-resume"), "resume"), 5))
    assert stage.finish(execution)["status"] == "SUCCEEDED"


def test_a_pause_ends_by_itself_and_says_so(stage: Stage) -> None:
    """An approval that never expires is a trap: after its minutes the rollout goes on."""
    execution = baking(stage)
    stage.command("pause", minutes=20)
    assert stage.finish(execution)["status"] == "SUCCEEDED"
    assert "pause over" in stage.subjects


def test_promote_goes_to_the_next_step_at_once(stage: Stage) -> None:
    """A person need not wait for the evidence."""
    baking(stage)
    assert "25%" in answer(stage.finish(stage.execute(event("execution-promote"), "promote"), 5))
    stage.reach("BAKING", 2, 5)


def test_promote_in_full_goes_to_share_one(stage: Stage) -> None:
    """`full` skips the steps between; the watch still follows."""
    baking(stage)
    stage.command("promote", full=True)
    stage.reach("WATCHING", 4, 5)
    assert stage.weights == {"v1": 0.0, "v2": 1.0}


def test_rollback_takes_it_back(stage: Stage) -> None:
    """A person's word is enough."""
    execution = baking(stage)
    stage.finish(stage.execute(event("execution-rollback"), "rollback"), 5)
    assert stage.finish(execution, 10)["error"] == "RolledBack"
    assert stage.weights == {"v1": 1.0, "v2": 0.0}


def test_an_unproven_end_keeps_the_lease_until_retry_brings_it_home(stage: Stage) -> None:
    """A restore that is refused for good pages a person; after the cause is gone, retry finishes it."""
    execution = baking(stage)
    denied = deny_moves(stage)
    stage.command("rollback")
    assert stage.finish(execution, 120)["error"] == "Unproven"
    assert stage.rollouts.holding(ENDPOINT) == stage.record.rollout
    assert stage.subjects[-1].startswith("UNPROVEN")
    stage.emulator.calls.hooks.remove(denied)
    assert "restoring" in answer(stage.finish(stage.execute(event("execution-retry"), "retry"), 5))
    stage.reach_end()
    assert (stage.record.phase, stage.weights) == ("ROLLED_BACK", {"v1": 1.0, "v2": 0.0})
    assert stage.rollouts.holding(ENDPOINT) is None


def test_release_frees_the_lease_and_leaves_the_weights(stage: Stage) -> None:
    """The endpoint is the person's again, as it is."""
    execution = baking(stage)
    before = stage.weights
    stage.finish(stage.execute(event("execution-release"), "release"), 5)
    assert stage.finish(execution, 3)["error"] == "HandedOver"
    assert (stage.record.phase, stage.weights) == ("HANDED_OVER", before)
    assert stage.rollouts.holding(ENDPOINT) is None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"command": "pause", "endpoint": "nobody"}, "no rollout holds nobody"),
        ({"command": "dance", "endpoint": ENDPOINT}, "command"),
        ({"command": "retry", "endpoint": ENDPOINT}, "retry is for UNPROVEN"),
        ({"command": "pause", "endpoint": ENDPOINT, "minutes": -1}, "minutes"),
        ({"command": "promote", "endpoint": ENDPOINT, "all": True}, "all"),
    ],
)
def test_a_command_that_cannot_be_obeyed_says_why(stage: Stage, document: dict[str, Any], words: str) -> None:
    """The execution fails as Refused with field and remedy, and changes nothing."""
    baking(stage)
    before = stage.record.step
    description = stage.finish(stage.execute(document, "refused"), 5)
    assert (description["status"], description["error"]) == ("FAILED", "Refused")
    assert words in description["cause"]
    assert stage.record.step == before


def deny_moves(stage: Stage) -> Any:
    """Let SageMaker refuse every weight change from now on; return the hook for removal."""

    def denied(call: Call, proceed: Proceed) -> Any:
        if call.name == "sagemaker:UpdateEndpointWeightsAndCapacities":
            raise call.error("AccessDeniedException", "not authorized")
        return proceed()

    stage.emulator.calls.hooks.append(denied)
    return denied
