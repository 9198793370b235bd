"""A control beside the canary on the deployed application: it gets as much, alone is compared with,
and has no weight at any end.
"""

from __future__ import annotations

from typing import Any

import pytest

from canary.domain.judge.judgement import Judgement
from tests.integration.stage import ENDPOINT, Stage, SumModel

FOUND = {"v1": 3.0, "v2": 0.0, "v3": 1.0, "control": 0.0}
NEW = "churn-2026-11"
SPEC = {"control": "control", "watch_minutes": 5}


def controlled(canary: SumModel | None = None) -> Stage:
    """Return a stage of two baselines, the canary v2 and a control with v1's model."""
    return Stage(canary, weights=FOUND, models={"control": "model-v1"}, requests_per_minute=12_000)


def shares(stage: Stage) -> dict[str, float]:
    """Return each variant's part of the traffic."""
    weights = stage.weights
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}


def model(stage: Stage, behaviour: SumModel | None = None) -> None:
    """Create a model that no variant runs yet."""
    stage.client("sagemaker").create_model(
        ModelName=NEW,
        ExecutionRoleArn="arn:aws:iam::123456789012:role/sagemaker",
        PrimaryContainer={"Image": "image"},
    )
    stage.emulator.endpoints.register_model(NEW, behaviour or SumModel())


def configuration(stage: Stage) -> list[dict[str, Any]]:
    """Return the variants of the configuration in use."""
    sagemaker = stage.client("sagemaker")
    name = sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]
    answer: dict[str, Any] = sagemaker.describe_endpoint_config(EndpointConfigName=name)
    variants: list[dict[str, Any]] = answer["ProductionVariants"]
    return variants


def counts(stage: Stage) -> dict[str, int]:
    """Return the instances of each variant."""
    answer: dict[str, Any] = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    return {v["VariantName"]: v["CurrentInstanceCount"] for v in answer["ProductionVariants"]}


def test_the_control_rises_with_the_canary_and_leaves_with_the_promotion() -> None:
    """The others keep their proportions; from one half on they serve nothing; and the way back
    leads to what was found.
    """
    with controlled() as stage:
        execution = stage.start(SPEC)
        for step, canary in ((1, 0.05), (2, 0.25), (3, 0.5)):
            stage.reach("BAKING", step)
            left = 1 - 2 * canary
            wanted = {"v1": 0.75 * left, "v2": canary, "v3": 0.25 * left, "control": canary}
            assert shares(stage) == pytest.approx(wanted)
        instances = counts(stage)
        assert instances["control"] == instances["v2"] > 2
        ended = stage.finish(execution, 400)
        assert ended["status"] == "SUCCEEDED", ended
        assert shares(stage) == {"v1": 0.0, "v2": 1.0, "v3": 0.0, "control": 0.0}
        assert counts(stage) == {"v1": 2, "v2": 4, "v3": 2, "control": 2}
        first = next(v for v in stage.verdicts if v.step == 1 and v.verdict == "ADVANCE")
        seen = Judgement.model_validate(first.judgement).evidence.guards[0]
        assert seen.baseline_requests == pytest.approx(seen.canary_requests, rel=0.1)
        assert "v2 is compared with control alone" in stage.messages[0].message
        assert stage.command("rollback")["status"] == "SUCCEEDED"
        assert stage.emulator.run_until(lambda: stage.record.ended, 60)
        assert (stage.weights, counts(stage)["control"]) == (FOUND, 2)


def test_a_bad_canary_is_taken_back_against_its_control() -> None:
    """Weights and instances of all four are as found."""
    with controlled(SumModel(failing=0.4)) as stage:
        before = counts(stage)
        ended = stage.finish(stage.start(SPEC), 200)
        assert ended["error"] == "RolledBack"
        assert (stage.weights, counts(stage)) == (FOUND, before)


def test_a_control_that_is_built_with_its_canary_is_taken_off_with_it() -> None:
    """The endpoint has the configuration it was found with, and nothing made for it is left."""
    with Stage(weights={"v1": 1.0}) as stage:
        model(stage, SumModel(failing=0.4))
        spec = {**SPEC, "canary": {"model": NEW}, "steps": [{"share": 0.25}, {"share": 1.0}]}
        execution = stage.start(spec)
        stage.reach("BAKING", 1)
        assert shares(stage) == pytest.approx({"v1": 0.5, NEW: 0.25, "control": 0.25})
        models = {v["VariantName"]: v["ModelName"] for v in configuration(stage)}
        assert (models["control"], models[NEW]) == ("model-v1", NEW)
        assert stage.finish(execution, 200)["error"] == "RolledBack"
        assert stage.weights == {"v1": 1.0}
        assert {v["VariantName"] for v in configuration(stage)} == {"v1"}


def test_a_control_that_is_built_with_its_canary_is_retired_with_the_losers() -> None:
    """The winner is alone."""
    with Stage(weights={"v1": 1.0}) as stage:
        model(stage)
        quick = {"steps": [{"share": 0.5}, {"share": 1.0}], "after": "retire"}
        spec = {**SPEC, **quick, "canary": {"model": NEW}}
        assert stage.finish(stage.start(spec), 400)["status"] == "SUCCEEDED"
        assert stage.weights == {NEW: 1.0}


def test_a_control_that_was_built_is_taken_off_when_the_promotion_is_settled() -> None:
    """It serves nobody and costs what its instances cost; the way back needs none of it."""
    with Stage(weights={"v1": 1.0}) as stage:
        model(stage)
        steps = [{"share": 0.5}, {"share": 1.0}]
        execution = stage.start({**SPEC, "canary": {"model": NEW}, "steps": steps})
        assert stage.finish(execution, 400)["status"] == "SUCCEEDED"
        assert "it is taken off when that is settled" in stage.messages[0].message
        assert stage.weights == {"v1": 0.0, NEW: 1.0}
        assert {v["VariantName"] for v in configuration(stage)} == {"v1", NEW}
        ended = stage.command("rollback")
        assert ended["status"] == "SUCCEEDED", ended
        assert "control" not in ended["output"]
        assert stage.emulator.run_until(lambda: stage.record.ended, 60)
        assert (stage.record.phase, stage.weights) == ("ROLLED_BACK", {"v1": 1.0})
        assert stage.emulator.endpoints.fleet.endpoints[ENDPOINT].config_name == "config-1"


def test_a_variant_with_another_model_is_refused_as_a_control() -> None:
    """Field, what was seen and the remedy; nothing is moved."""
    with Stage(weights={"v1": 1.0, "v2": 0.0, "v3": 0.0}) as stage:
        ended = stage.finish(stage.start({"control": "v3"}), 30)
        assert ended["error"] == "Refused"
        assert "control: v3 has the model model-v3, and the baseline has another" in ended["cause"]
        assert "Give v3 the baseline's model" in ended["cause"]
        assert stage.weights == {"v1": 1.0, "v2": 0.0, "v3": 0.0}
