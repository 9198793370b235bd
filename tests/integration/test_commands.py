"""Manual executions: a rollout is started and steered through Step Functions with the inputs in
events/.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.calls import Call, Proceed
from emulator.endpoints.timing import UpdateEnd
from tests.integration.stage import ENDPOINT, OVER, Stage
from tests.integration.test_labelled_set import WrongSum, labelled, put_set, spec


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
    assert "paused until" in answer(
        stage.finish(stage.execute(event("execution-pause"), "pause"), 5)
    )
    stage.emulator.run_minutes(40)
    assert stage.record.step == 1
    assert "may advance" in answer(
        stage.finish(stage.execute(event("execution-resume"), "resume"), 5)
    )
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


def test_a_roll_back_by_hand_takes_it_back(stage: Stage) -> None:
    """A person's word is enough."""
    execution = baking(stage)
    stage.finish(stage.execute(event("execution-rollback"), "rollback"), 5)
    assert stage.finish(execution, 10)["error"] == "RolledBack"
    assert stage.weights == {"v1": 1.0, "v2": 0.0}


def test_an_unproven_end_keeps_the_lease_until_retry_brings_it_home(stage: Stage) -> None:
    """A restore that is refused for good pages a person; after the cause is gone, retry finishes
    it.
    """
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


@pytest.mark.parametrize("phase", ["SHIFTING", "ROLLING_BACK"])
def test_a_rollout_released_on_its_way_is_no_success(stage: Stage, phase: str) -> None:
    """Whoever waits for the execution must not read a half-way endpoint as a promotion."""
    execution = baking(stage)
    stage.emulator.endpoints.fleet.next_update(ENDPOINT, UpdateEnd.SETTLES, 300)
    stage.command("promote" if phase == "SHIFTING" else "rollback")
    stage.reach(phase)
    stage.command("release")
    description = stage.finish(execution, 10)
    assert (description["status"], description["error"]) == ("FAILED", "HandedOver")


def test_a_promote_over_somebody_elses_weights_is_handed_over(stage: Stage) -> None:
    """PROMOTED is told of weights that serve, whoever asked for it."""
    execution = baking(stage)
    stage.execute({"command": "promote", "endpoint": ENDPOINT, "full": True}, "to-the-last-step")
    stage.reach("WATCHING", 4, 10)
    stage.emulator.run_minutes(1.2)
    foreign = {"v1": 3.0, "v2": 1.0}
    stage.emulator.endpoints.mishaps.foreign_weights(ENDPOINT, foreign)
    stage.command("promote")
    assert stage.finish(execution, 10)["error"] == "HandedOver"
    assert not any("PROMOTED" in subject for subject in stage.subjects)
    assert stage.weights == foreign


@pytest.mark.slow
def test_a_promote_does_not_overtake_what_the_labelled_set_shows() -> None:
    """Sent while the set is evaluated, it waits for the answer; a canary shown worse meets no
    user.
    """
    with Stage(canary=WrongSum(0.3)) as stage:
        put_set(stage, labelled(3_000))
        execution = stage.start(spec(max_requests_per_second=0.5, records_per_request=1))
        stage.reach("EVALUATING")
        stage.command("promote", full=True)
        live: list[float] = []

        def over() -> bool:
            live.append(stage.weights["v2"])
            return stage.status(execution) in OVER

        assert stage.emulator.run_until(over, 60)
        assert (stage.record.phase, max(live)) == ("ROLLED_BACK", 0.0)


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
def test_a_command_that_cannot_be_obeyed_says_why(
    stage: Stage, document: dict[str, Any], words: str
) -> None:
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
