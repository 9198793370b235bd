"""The state machine as written: what every Choice, Catch, Retry and way home must have."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canary.domain.plan.spec import LATEST_PAUSE_MINUTES, LONGEST_ROLLOUT_MINUTES

MACHINE = json.loads(Path("statemachine/rollout.asl.json").read_text())
STATES: dict[str, Any] = MACHINE["States"]
MAPS = {name: state for name, state in STATES.items() if state["Type"] == "Map"}
INNER = {
    name: state for each in MAPS.values() for name, state in each["ItemProcessor"]["States"].items()
}
DISTRIBUTED = {
    name: state
    for name, state in MAPS.items()
    if state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
}
INLINE = {name: state for name, state in MAPS.items() if name not in DISTRIBUTED}
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
"""The machine's own tasks: what fails inside a Map fails the Map, whose Catch leads home."""
INNER_TASKS = {name: state for name, state in INNER.items() if state["Type"] == "Task"}
CAUGHT = TASKS | MAPS
NAMING = TASKS | INLINE
"""Those whose errors keep their names: a child execution's are told as a number of failures."""
CHOICES = {name: state for name, state in STATES.items() if state["Type"] == "Choice"}
BEFORE_THE_LEASE = {"Plan rollout", "Command"}
RESTORE = "Restore weights"


def edges() -> Iterator[tuple[str, str, str | None]]:
    """Yield (source, target, ResultPath of the Catch or of the source)."""
    for name, state in STATES.items():
        for catch in state.get("Catch", []):
            yield name, catch["Next"], catch["ResultPath"]
        for rule in state.get("Choices", []):
            yield name, rule["Next"], None
        for key in ("Next", "Default"):
            if key in state:
                yield name, state[key], state.get("ResultPath")


def writes_the_result(name: str) -> bool:
    """Return whether whatever leads through a state has set $.result by the time it is left."""
    state = STATES[name]
    if state["Type"] == "Task":
        return state.get("ResultPath") == "$.result" or "result" in state.get("ResultSelector", {})
    if state["Type"] == "Pass":
        return any(key.startswith("result") for key in state["Parameters"])
    return all(writes_the_result(source) for source, target, _ in edges() if target == name)


def test_every_edge_into_restore_carries_its_cause() -> None:
    """On-call is told why, whichever way the restore was reached."""
    into = [(source, path) for source, target, path in edges() if target == RESTORE]
    assert len(into) >= 8
    for source, path in into:
        by_catch = any(catch["Next"] == RESTORE for catch in STATES[source].get("Catch", []))
        assert path == "$.result" if by_catch else writes_the_result(source), source


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_has_a_default(name: str) -> None:
    """An answer nobody thought of has somewhere to go."""
    assert CHOICES[name]["Default"] in STATES


@pytest.mark.parametrize("name", TASKS | INNER_TASKS)
def test_every_task_has_a_timeout_and_retries(name: str) -> None:
    """No task waits for ever, and a passing fault is tried again."""
    task = (TASKS | INNER_TASKS)[name]
    assert task["TimeoutSeconds"] > 0
    assert any(retry["MaxAttempts"] > 0 for retry in task["Retry"])


@pytest.mark.parametrize("name", INLINE)
def test_an_inline_map_runs_with_a_bound_and_keeps_nothing(name: str) -> None:
    """Its items run inside this execution, no more at once than the evaluator says, and only
    numbers pass through.
    """
    each = MAPS[name]
    assert each["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}
    assert each["MaxConcurrencyPath"] == "$.evaluation.at_once"
    assert (each["ResultPath"], each["ItemSelector"]["shard.$"]) == (None, "$$.Map.Item.Value")
    assert any(retry["MaxAttempts"] > 0 for retry in each["Retry"])


@pytest.mark.parametrize("name", DISTRIBUTED)
def test_a_distributed_map_reads_numbers_and_keeps_nothing(name: str) -> None:
    """Its items are a list that the evaluator wrote, its children run no more at once than the
    evaluator says, and none of them ends the others: what they leave open is asked again.
    """
    each = DISTRIBUTED[name]
    assert each["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] == "STANDARD"
    assert each["MaxConcurrencyPath"] == "$.evaluation.at_once"
    assert each["ItemBatcher"]["MaxItemsPerBatchPath"] == "$.evaluation.child_shards"
    assert set(each["ItemBatcher"]["BatchInput"]) == {"rollout.$", "generation.$"}
    assert (each["ResultPath"], each["ToleratedFailurePercentage"]) == (None, 100)
    assert each["Next"] == "Evaluate labelled set"
    assert any(retry["MaxAttempts"] > 0 for retry in each["Retry"])


@pytest.mark.parametrize("name", INNER)
def test_what_runs_inside_a_map_neither_catches_nor_goes_elsewhere(name: str) -> None:
    """There is one way home: by the wave's Catch, or by the evaluation that follows it."""
    assert INNER[name]["Type"] == "Task"
    assert INNER[name].get("End")
    assert "Catch" not in INNER[name]


@pytest.mark.parametrize("name", NAMING)
def test_every_task_catches_superseded_first(name: str) -> None:
    """A stale execution restores nothing over its successor: closing answers how its rollout ended,
    if it did.
    """
    if name in BEFORE_THE_LEASE:
        assert [catch["Next"] for catch in NAMING[name]["Catch"]] == ["Refused"]
    else:
        assert NAMING[name]["Catch"][0] == {
            "ErrorEquals": ["Superseded"],
            "ResultPath": "$.result",
            "Next": "Superseded" if name == "Close and tell" else "Close and tell",
        }


@pytest.mark.parametrize("name", sorted(CAUGHT.keys() - BEFORE_THE_LEASE - {"Close and tell"}))
def test_after_the_lease_every_failure_leads_home(name: str) -> None:
    """Restore catches all, and a restore that fails is closed as unproven."""
    last = CAUGHT[name]["Catch"][-1]
    home = "Close and tell" if "estore" in name else RESTORE
    assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], home)


@pytest.mark.parametrize("name", sorted((NAMING | INNER_TASKS).keys() - {"Bake"}))
def test_refusals_are_never_retried(name: str) -> None:
    """What was refused on purpose is not asked again."""
    assert (NAMING | INNER_TASKS)[name]["Retry"][0] == {
        "ErrorEquals": ["Refused", "Superseded", "RollBackPending"],
        "MaxAttempts": 0,
    }


def test_the_bake_waits_with_both_bounds_and_retries_only_the_call() -> None:
    """A heartbeat that stops is not retried: it leads to Restore."""
    bake = TASKS["Bake"]
    assert bake["Resource"].endswith(".waitForTaskToken")
    assert bake["HeartbeatSeconds"] == 600
    assert bake["TimeoutSeconds"] < MACHINE["TimeoutSeconds"]
    retried = {error for retry in bake["Retry"] for error in retry["ErrorEquals"]}
    assert retried >= {"AwsUnavailable", "Conflict", "Sandbox.Timedout"}
    assert not any(error.startswith("States.") for error in retried)
    assert {"States.HeartbeatTimeout", "States.Timeout"} <= set(bake["Catch"][1]["ErrorEquals"])
    assert bake["Catch"][1]["Next"] == RESTORE


def test_it_succeeds_only_when_promoted_or_when_a_command_was_obeyed() -> None:
    """Whoever waits for the execution may retire the old model when it succeeds."""
    succeeding = {name for name, state in STATES.items() if state["Type"] == "Succeed"}
    ways = {(source, target) for source, target, _ in edges() if target in succeeding}
    assert ways == {("Ended", "Promoted"), ("Command", "Done")}


def test_nothing_is_promoted_without_a_last_look() -> None:
    """The verdict that ends a rollout leads to the shifter, which looks, before it leads to its
    closing.
    """
    follow = {rule["StringEquals"]: rule["Next"] for rule in STATES["Follow verdict"]["Choices"]}
    assert follow["CONFIRM"] == "Confirm weights"
    assert STATES["Confirm weights"]["Parameters"]["Payload"]["action"] == "confirm"


def test_the_machine_ends_after_ninety_days() -> None:
    """A forgotten execution ends, and is taken over; the longest rollout and the longest pause of
    it fit.
    """
    assert LONGEST_ROLLOUT_MINUTES + LATEST_PAUSE_MINUTES < 90 * 1440
    assert MACHINE["TimeoutSeconds"] == 90 * 86_400


def test_every_state_is_reachable_and_every_next_exists() -> None:
    """No dead state, no dangling edge."""
    targets = {target for _, target, _ in edges()} | {MACHINE["StartAt"]}
    assert targets == set(STATES)


def test_the_machine_carries_no_position() -> None:
    """Tasks after the plan get rollout, generation, execution, cause, token and shards' numbers,
    nothing else.
    """
    allowed = {"action", "execution", "rollout", "generation", "cause", "token", "shard", "shards"}
    for name, task in (TASKS | INNER_TASKS).items():
        if name not in BEFORE_THE_LEASE:
            assert {key.removesuffix(".$") for key in task["Parameters"]["Payload"]} <= allowed, (
                name
            )
