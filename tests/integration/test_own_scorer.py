"""A rollout decided by a function of the user's own, on the deployed stack with its roles."""

import json
from pathlib import Path
from typing import Any

import pytest

from demo.account import deploy
from emulator.deployment.compute import EMPTY_ZIP
from tests.integration.stage import Stage
from tests.integration.test_labelled_set import WrongSum, evidence, labelled, put_set, spec

ARN = "arn:aws:lambda:us-east-1:123456789012:function:judge-sums"
NEAR = """
def handler(event, context):
    return {"scores": [float(abs(i["label"] - i["answer"]) < 0.01) for i in event["items"]]}
"""
FAILING = """
def handler(event, context):
    raise RuntimeError("the label was 1.25")
"""


def add_scorer(stage: Stage, folder: Path, source: str) -> None:
    """Make the function, and let the stack call it."""
    (folder / "app.py").write_text(source)
    services = {"Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
    role = stage.client("iam").create_role(
        RoleName="judge",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    stage.client("lambda").create_function(
        FunctionName="judge-sums",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Runtime="python3.13",
        Code={"ZipFile": EMPTY_ZIP},
    )
    stage.emulator.functions.code["judge-sums"] = folder
    deploy(stage.emulator, ScorerFunctionPattern="judge-*")


def scored(**quality: Any) -> dict[str, Any]:
    """Return a spec that the function decides."""
    return spec(scorer=ARN, metrics={"scorer": {"max_worse": 0.05}}, right_within=None, **quality)


@pytest.mark.slow
@pytest.mark.parametrize(("wrong_below", "label"), [(0.3, "FAIL"), (0.0, "PASS")])
def test_its_scores_open_or_close_the_gate(tmp_path: Path, wrong_below: float, label: str) -> None:
    """A canary the function scores lower never serves; an equal one goes on to the first step."""
    with Stage(canary=WrongSum(wrong_below), enforce_iam=True) as stage:
        put_set(stage, labelled(600))
        add_scorer(stage, tmp_path, NEAR)
        execution = stage.start(scored())
        if label == "FAIL":
            assert stage.finish(execution)["status"] == "FAILED"
            assert stage.weights == {"v1": 1.0, "v2": 0.0}
        else:
            stage.reach("BAKING", 1)
        assert (evidence(stage).label, evidence(stage).findings[0].metric) == (label, "scorer")


@pytest.mark.slow
def test_a_failing_function_holds_the_rollout_and_its_words_stay_in_the_report(
    tmp_path: Path,
) -> None:
    """NO_DATA is no pass: the canary stays at share 0, and no message quotes what the function
    said.
    """
    with Stage(enforce_iam=True) as stage:
        put_set(stage, labelled(600))
        add_scorer(stage, tmp_path, FAILING)
        stage.start(scored())
        stage.reach("BAKING", 0)
        stage.emulator.run_minutes(15)
        found = evidence(stage)
        assert (stage.record.step, found.label) == (0, "NO_DATA")
        assert "the scorer failed (RuntimeError)" in found.findings[0].reason
        assert any("1.25" in note.text for note in found.notes)
        assert not any("1.25" in str(message) for message in stage.messages)


@pytest.mark.slow
def test_a_function_the_stack_may_not_call_is_no_data(tmp_path: Path) -> None:
    """Without the parameter the reason names it."""
    with Stage(enforce_iam=True) as stage:
        put_set(stage, labelled(600))
        add_scorer(stage, tmp_path, NEAR)
        deploy(stage.emulator)
        stage.start(scored())
        stage.reach("BAKING", 0)
        assert "ScorerFunctionPattern" in evidence(stage).findings[0].reason
