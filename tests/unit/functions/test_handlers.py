"""A handler parses, calls one function and answers."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Metrics

from canary import wiring
from canary.domain.errors import Misconfigured, Refused
from canary.flow.collect import Visit
from canary.wiring.decider import Deciding
from tests.rollouts import HOLDER, after
from tests.template import environment_of
from tests.unit.flow import decider_stage, shifter_stage

CONTEXT = SimpleNamespace(
    function_name="built",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:built",
    aws_request_id="r-1",
)


def answer(function: str, event: object) -> Any:
    """Return what a function's handler answers."""
    return importlib.import_module(f"functions.{function}.app").handler(event, CONTEXT)


def task(rollout: str, **more: Any) -> dict[str, Any]:
    """Return a task of the execution that holds a rollout."""
    return {"rollout": rollout, "execution": HOLDER, "generation": 1, **more}


@pytest.fixture
def shifting(monkeypatch: pytest.MonkeyPatch) -> shifter_stage.Stage:
    """A rollout that serves step 1, behind the shifter's handler."""
    stage = shifter_stage.live()
    app: Any = importlib.import_module("functions.shifter.app")
    monkeypatch.setattr(app, "_shifter", lambda: stage.shifter)
    monkeypatch.setattr(wiring, "utc_now", lambda: after(300))
    return stage


@pytest.fixture
def deciding(monkeypatch: pytest.MonkeyPatch) -> decider_stage.Stage:
    """A rollout that bakes at step 1, behind the decider's handler."""
    stage = decider_stage.Stage()
    use = Deciding(stage.decider, stage.commander)
    app: Any = importlib.import_module("functions.decider.app")
    monkeypatch.setattr(app, "_deciding", lambda: use)
    monkeypatch.setattr(wiring, "utc_now", lambda: after(300))
    return stage


@pytest.mark.parametrize("key", ["cause", "story"])
def test_a_restore_is_told_its_cause(shifting: shifter_stage.Stage, key: str) -> None:
    """By either name: an execution of 5d17009's definition that still runs calls it story."""
    carried = {"Error": "States.Timeout", "Cause": "no heartbeat"}
    restored = answer("shifter", task("churn-1", action="restore", **{key: carried}))
    assert restored["next"] == "LOOK"
    decision = shifting.record.decision
    assert decision is not None
    assert (decision.verdict, decision.by) == ("ROLL_BACK", "fault")
    assert "States.Timeout no heartbeat" in decision.reason


@pytest.mark.parametrize("key", ["cause", "story"])
def test_a_restore_that_failed_is_closed_as_unproven(
    deciding: decider_stage.Stage, key: str
) -> None:
    """By either name, a caught error makes the end UNPROVEN."""
    carried = {"Error": "AwsUnavailable", "Cause": "the endpoint stayed busy"}
    closed = answer("decider", task("churn-1", action="close", **{key: carried}))
    assert closed["next"] == "UNPROVEN"
    assert "the endpoint stayed busy" in closed["reason"]
    assert deciding.record.phase == "UNPROVEN"


def test_a_command_is_answered_under_both_names(deciding: decider_stage.Stage) -> None:
    """The machine reads `answer`; an execution of 5d17009's definition reads `story`."""
    command = {"command": "pause", "endpoint": "churn", "minutes": 30}
    event = {"action": "command", "execution": f"{HOLDER}-pause", "input": command}
    answered = answer("decider", event)
    assert answered["answer"] == answered["story"]
    assert answered["answer"]["answer"].startswith("paused until")
    assert deciding.record.paused_until == after(300 + 30 * 60)


def test_an_alarm_that_is_over_is_ignored(deciding: decider_stage.Stage) -> None:
    """Only ALARM takes a rollout back."""
    sample = json.loads(Path("events/decider-alarm-state-change.json").read_text(encoding="utf-8"))
    sample["detail"]["state"]["value"] = "OK"
    assert answer("decider", sample) == {"ignored": "OK"}
    assert deciding.record.phase == "BAKING"


def test_a_slice_of_a_tick_is_visited_and_is_no_tick(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it visited is taken from what the tick owes; ticks are counted where they begin."""
    asked: list[object] = []

    def visit_slice(rollouts: object, *_given: object) -> Visit:
        asked.append(rollouts)
        return Visit(rollouts=2, unproven=0, untold=0, unvisited=-2)

    app: Any = importlib.import_module("functions.collector.app")
    monkeypatch.setattr(app, "_collector", lambda: SimpleNamespace(visit_slice=visit_slice))
    monkeypatch.setattr(app, "metrics", Metrics("SageMakerCanary/canary", "collector"))
    sample = json.loads(Path("events/collector-rollouts-due.json").read_text(encoding="utf-8"))
    assert answer("collector", sample)["rollouts"] == 2
    assert asked == [tuple(sample["detail"]["rollouts"])]
    written = capsys.readouterr().out
    assert '"RolloutsUnvisited":[-2.0]' in written
    assert "Ticks" not in written


@pytest.mark.parametrize(
    "function", ["planner", "shifter", "collector", "evaluator", "decider", "starter"]
)
def test_a_malformed_event_is_refused_before_anything_is_built(function: str) -> None:
    """Without an environment, without AWS: the event is read first."""
    with pytest.raises(Refused, match="Send what events/"):
        answer(function, {"action": "jump"})


def test_a_missing_topic_fails_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the first publish, which may be hours later and the one that matters."""
    app: Any = importlib.import_module("functions.decider.app")
    app._deciding.cache_clear()
    for name, value in environment_of("decider").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("TOPIC_ARN")
    sample = json.loads(Path("events/decider-evidence-collected.json").read_text(encoding="utf-8"))
    with pytest.raises(Misconfigured, match="TOPIC_ARN"):
        answer("decider", sample)
