"""Every sample event is taken by the function it is named for, while a rollout bakes on the
deployed stack.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.stage import Stage

SAMPLES = sorted(path.stem for path in Path("events").glob("*.json"))
# These take the rollout out of its bake, so they come last.
MOVING = ("decider-bake", "decider-close", "shifter-restore", "shifter-look-restored")
FUNCTIONS = {"planner", "shifter", "stager", "collector", "evaluator", "decider", "starter"}
HOLDER = "arn:aws:states:us-east-1:123456789012:execution:canary-rollout:first"
# What each sample must answer: a part of the payload that shows the right path was taken.
ANSWERS: dict[str, dict[str, Any]] = {
    "planner-plan": {"rollout": "churn-prod-59bf73e6f88a", "generation": 1},
    "shifter-look": {"next": "BAKE", "arrival": "REACHED"},
    "shifter-confirm": {"next": "CLOSE", "arrival": "REACHED"},
    "evaluator-evaluate": {"concluded": True, "sharded": False, "distributed": False},
    "evaluator-shard": {"shard": 3, "shards": 1, "records": 0},
    "evaluator-batch": {"shard": 3, "shards": 2, "records": 0},
    "evaluator-schedule": {"rollouts": []},
    "collector-schedule": {"rollouts": 1},
    "collector-rollouts-due": {"rollouts": 1},
    "decider-evidence-collected": {"phase": "BAKING"},
    "decider-quality-evaluated": {"phase": "BAKING"},
    "decider-command": {"answer": {}},
    "decider-execution-status-change": {"execution": HOLDER},
    "decider-alarm-state-change": {"guarded": []},
    "starter-endpoint-state-change": {"done": "no tag"},
    "starter-package-state-change": {"done": "no tag"},
    "starter-execution-end": {"done": "no tag"},
    "starter-schedule": {"done": {}},
}
# These come without a recorded advance, and of a canary that stood there: the refusal shows that
# they were understood.
REFUSALS = {
    "shifter-move": "Superseded",
    "stager-arrange": "Superseded",
    "stager-look-arranged": "Superseded",
}


@pytest.fixture(scope="module")
def baking() -> Iterator[Stage]:
    """The sample rollout at its first live step."""
    with Stage() as stage:
        stage.client("sagemaker").create_model_package_group(ModelPackageGroupName="churn")
        stage.start()
        stage.reach("BAKING", 1)
        yield stage


def test_there_is_a_sample_for_every_function_and_command() -> None:
    """One real-shaped event per function and path."""
    assert {name.split("-")[0] for name in SAMPLES} == FUNCTIONS | {"execution"}
    assert {
        name for name in SAMPLES if not name.startswith("execution")
    } == ANSWERS.keys() | REFUSALS.keys() | set(MOVING)


@pytest.mark.parametrize(
    "name", [n for n in SAMPLES if not n.startswith("execution") and n not in MOVING]
)
def test_a_sample_event_is_understood(baking: Stage, name: str) -> None:
    """The function answers it, or refuses it for the position it is in."""
    body = sent(baking, name)
    refusal = REFUSALS.get(name)
    if refusal:
        assert body["errorType"] == refusal
        return
    assert "errorType" not in body, body
    for key, value in ANSWERS.get(name, {}).items():
        assert body[key] == value or (value == {} and isinstance(body[key], dict))


def test_the_samples_that_end_a_bake_take_it_home(baking: Stage) -> None:
    """A new token, a close that is not due, a restore, and the look that verifies it."""
    answers = [sent(baking, name) for name in MOVING]
    assert answers[0] == {"phase": "BAKING"}
    assert [answer["next"] for answer in answers[1:]] == ["RESTORE", "LOOK", "WAIT"]
    assert baking.record.phase == "ROLLING_BACK"


def sent(stage: Stage, name: str) -> dict[str, Any]:
    """Return what the function answers to a sample."""
    payload = Path(f"events/{name}.json").read_bytes()
    function = next(f for f in functions(stage) if name.split("-", maxsplit=1)[0] in f.lower())
    answer = stage.client("lambda").invoke(FunctionName=function, Payload=payload)
    body: dict[str, Any] = json.loads(answer["Payload"].read())
    return body


def functions(stage: Stage) -> list[str]:
    """Return the names of the deployed functions."""
    return [
        function["FunctionName"]
        for function in stage.client("lambda").list_functions()["Functions"]
    ]
