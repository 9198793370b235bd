"""A target with instance counts, asked, reached and restored on the deployed application."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from canary.domain.plan import make_plan as planning
from canary.domain.plan import steps
from canary.domain.plan.plan import PlannedStep
from canary.domain.plan.spec import Spec
from canary.domain.plan.target import Target
from emulator.calls import Call, Proceed
from tests.integration.stage import ENDPOINT, Stage

MORE, AS_FOUND = {"v2": 4}, {"v2": 2}


@pytest.fixture
def counting(stage: Stage) -> Iterator[Stage]:
    """A stage whose planner asks for four instances of the canary from 25% on, and for two again
    on the way back.
    """
    plan_steps, safe_target = steps.plan_steps, steps.safe_target

    def planned(spec: Spec, safe: Target) -> tuple[PlannedStep, ...]:
        first = plan_steps(spec, safe)
        wide = [step.but(target=step.target.but(counts=MORE)) for step in first[2:]]
        return (*first[:2], *wide)

    def safe(found: Target, canary: str) -> Target:
        return safe_target(found, canary).but(counts=AS_FOUND)

    with (
        patch.object(planning, "plan_steps", planned),
        patch.object(planning, "safe_target", safe),
    ):
        yield stage


def counts(stage: Stage) -> dict[str, int]:
    """Return the instances of each variant, as DescribeEndpoint gives them."""
    answer = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    return {v["VariantName"]: v["CurrentInstanceCount"] for v in answer["ProductionVariants"]}


def test_counts_are_asked_for_reached_and_restored(counting: Stage) -> None:
    """They arrive with the weights of their step, and leave with them."""
    asked: list[dict[str, int]] = []

    def note(call: Call, proceed: Proceed) -> object:
        if call.operation == "UpdateEndpointWeightsAndCapacities":
            changes = call.parameters["DesiredWeightsAndCapacities"]
            asked.append(
                {
                    change["VariantName"]: change["DesiredInstanceCount"]
                    for change in changes
                    if "DesiredInstanceCount" in change
                }
            )
        return proceed()

    counting.emulator.calls.hooks.append(note)
    execution = counting.start()
    counting.reach("BAKING", 1)
    assert counts(counting) == {"v1": 2, "v2": 2}
    counting.reach("BAKING", 2)
    assert counts(counting) == {"v1": 2, "v2": 4}
    counting.command("rollback")
    counting.finish(execution)
    assert counting.record.phase == "ROLLED_BACK"
    assert (counting.weights, counts(counting)) == ({"v1": 1.0, "v2": 0.0}, {"v1": 2, "v2": 2})
    assert asked == [AS_FOUND, MORE, AS_FOUND]
