"""A model whose artifact was replaced under its old name: nothing that its predecessor answered
counts for it.
"""

from typing import Any

import pytest

from emulator.calls import Call, Proceed
from tests.integration.stage import ENDPOINT, Stage
from tests.integration.test_labelled_set import WrongSum, evidence, labelled, put_set, spec

RECORDS = 150  # so few that a rollout that passes has asked about all of them


def redeploy(stage: Stage) -> None:
    """Deploy the same two models, by name, under a new endpoint configuration; v2 serves nothing
    yet.
    """
    sagemaker = stage.client("sagemaker")
    variants = sagemaker.describe_endpoint_config(EndpointConfigName="config-1")[
        "ProductionVariants"
    ]
    sagemaker.create_endpoint_config(EndpointConfigName="config-2", ProductionVariants=variants)
    sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="config-2")
    stage.emulator.run_minutes(15)
    assert stage.weights == {"v1": 1.0, "v2": 0.0}


def count_calls(stage: Stage) -> list[str]:
    """Return the list that grows by the answering variant with every call of the evaluator."""
    asked: list[str] = []

    def watch(call: Call, proceed: Proceed) -> Any:
        if call.name == "sagemaker-runtime:InvokeEndpoint" and "Evaluator" in (call.function or ""):
            asked.append(call.parameters["TargetVariant"])
        return proceed()

    stage.emulator.calls.hooks.append(watch)
    return asked


@pytest.mark.slow
def test_an_artifact_replaced_under_the_models_name_is_asked_and_judged_anew() -> None:
    """A good canary is promoted; its artifact is overwritten and deployed again; kept answers
    promote nothing.
    """
    with Stage() as stage:
        put_set(stage, labelled(RECORDS))
        assert stage.finish(stage.start(spec()))["status"] == "SUCCEEDED"
        stage.emulator.endpoints.register_model("model-v2", WrongSum(0.3))
        redeploy(stage)
        asked = count_calls(stage)
        assert stage.finish(stage.start(spec(), name="second"))["status"] == "FAILED"
        assert (stage.record.phase, evidence(stage).label) == ("ROLLED_BACK", "FAIL")
        assert {"v1", "v2"} <= set(asked)


@pytest.mark.slow
def test_what_was_not_deployed_again_is_not_asked_again() -> None:
    """A second rollout of the same deployment pays for nothing twice, whatever weights were moved
    in between.
    """
    with Stage() as stage:
        put_set(stage, labelled(RECORDS))
        stage.start(spec())
        stage.reach("BAKING", 1)
        stage.command("rollback", reason="once more")
        stage.reach_end()
        asked = count_calls(stage)
        stage.start(spec(), name="second")
        stage.reach("BAKING", 1)
        assert evidence(stage).label == "PASS"
        assert asked == []
