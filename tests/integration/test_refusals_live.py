"""Refusals that depend on what the endpoint is doing."""

from tests.integration.refusals import refused
from tests.integration.stage import ENDPOINT, Stage


def test_a_canary_that_serves_already_is_refused_unless_adopted() -> None:
    """A live canary needs `adopt_live`, and then really goes to 0 first."""
    with Stage() as stage:
        move(stage, 1.0, 1.0)
        assert "adopt_live" in refused(stage, {})
        stage.start({"adopt_live": True}, "adopted")
        stage.reach("BAKING", 1)
        plan = stage.record.plan
        assert (plan.found_target.weights, plan.safe_target.weights) == (
            {"v1": 1.0, "v2": 1.0},
            {"v1": 1.0, "v2": 0.0},
        )


def test_an_endpoint_that_is_updating_is_refused() -> None:
    """Start again when it is InService."""
    with Stage() as stage:
        stage.client("sagemaker").update_endpoint_weights_and_capacities(
            EndpointName=ENDPOINT,
            DesiredWeightsAndCapacities=[{"VariantName": "v1", "DesiredWeight": 2.0}],
        )
        stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
        execution = stage.start()
        assert "Updating" in stage.finish(execution, 10)["cause"]


def test_a_second_start_on_a_held_endpoint_is_refused() -> None:
    """Three approvals at once: one rollout, and two clear refusals that name it."""
    with Stage() as busy:
        executions = [busy.start({}, f"approval-{index}") for index in range(3)]
        busy.reach("BAKING", 1)
        causes = [busy.finish(e, 5)["cause"] for e in executions if busy.status(e) != "RUNNING"]
        assert len(causes) == 2
        assert all(busy.record.rollout in cause for cause in causes)
        assert busy.weights["v2"] > 0


def move(stage: Stage, baseline: float, canary: float) -> None:
    """Move weights by hand and wait."""
    stage.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": "v1", "DesiredWeight": baseline},
            {"VariantName": "v2", "DesiredWeight": canary},
        ],
    )
    stage.emulator.run_minutes(3)
