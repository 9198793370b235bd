"""Instances before weight, on the deployed application: raised for the next share, held where the
way back leads, given back at every end, and waited for where there are none.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.stage import ENDPOINT, Stage

KIND = "ml.m5.large"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"


@pytest.fixture
def small(stage: Stage) -> Stage:
    """A stage whose baseline has four instances and its canary one."""
    for variant, count in (("v1", 4), ("v2", 1)):
        stage.emulator.endpoints.mishaps.scale(ENDPOINT, variant, count)
    return stage


def counts(stage: Stage) -> dict[str, int]:
    """Return the instances of each variant, as DescribeEndpoint gives them."""
    answer = stage.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    return {v["VariantName"]: v["CurrentInstanceCount"] for v in answer["ProductionVariants"]}


def bound(stage: Stage, bounds: Mapping[str, tuple[int, int]]) -> None:
    """Let Application Auto Scaling scale some variants."""
    for variant, (least, most) in bounds.items():
        stage.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="sagemaker",
            ResourceId=f"endpoint/{ENDPOINT}/variant/{variant}",
            ScalableDimension=DIMENSION,
            MinCapacity=least,
            MaxCapacity=most,
        )


def bounds_of(stage: Stage) -> dict[str, tuple[int, int]]:
    """Return the bounds of every autoscaled variant."""
    found = stage.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="sagemaker"
    )
    return {
        one["ResourceId"].rsplit("/", 1)[1]: (one["MinCapacity"], one["MaxCapacity"])
        for one in found["ScalableTargets"]
    }


def told(stage: Stage) -> str:
    """Return everything on-call was told."""
    return "\n".join(f"{message.subject}\n{message.message}" for message in stage.messages)


def test_instances_come_before_the_share_that_needs_them(small: Stage) -> None:
    """Each step has its own before its weights are asked for; promoted, the canary keeps them."""
    execution = small.start()
    for step, wanted in ((1, 1), (2, 2), (3, 3), (4, 4)):
        small.reach("WATCHING" if step == 4 else "BAKING", step)
        assert counts(small) == {"v1": 4, "v2": wanted}
    small.finish(execution)
    assert small.record.phase == "PROMOTED"
    assert counts(small) == {"v1": 4, "v2": 4}
    assert "is given 2 for 25%, 3 for 50%, 4 for 100% before each of them" in told(small)


def test_a_roll_back_gives_them_back_after_the_weights(small: Stage) -> None:
    """The safe weights first; then the canary has as many instances as it was found with."""
    execution = small.start()
    small.reach("BAKING", 3)
    small.command("rollback")
    small.finish(execution)
    assert small.record.phase == "ROLLED_BACK"
    assert (small.weights, counts(small)) == ({"v1": 1.0, "v2": 0.0}, {"v1": 4, "v2": 1})
    restoring = small.record.restoring
    assert restoring is not None
    assert restoring.verified_at is not None
    assert small.record.ended_at is not None
    assert small.record.ended_at > restoring.verified_at


def test_off_leaves_instances_alone(small: Stage) -> None:
    """With "off" the shares rise on what is there."""
    execution = small.start({"capacity": "off"})
    small.finish(execution)
    assert counts(small) == {"v1": 4, "v2": 1}


def test_a_quota_holds_the_step_until_it_is_raised(small: Stage) -> None:
    """Without instances no weight is moved: the step bakes on, a person is told the remedy, and
    once there are some it goes on.
    """
    limits = small.emulator.endpoints.limits
    limits.quota[KIND] = 5
    execution = small.start()
    small.reach("BAKING", 1)
    assert small.emulator.run_until(lambda: "no instances for 25%" in told(small), 60)
    small.emulator.run_minutes(2)
    assert (small.record.phase, small.record.step) == ("BAKING", 1)
    assert "Raise the quota" in told(small)
    limits.quota[KIND] = 20
    small.finish(execution)
    assert (small.record.phase, counts(small)) == ("PROMOTED", {"v1": 4, "v2": 4})


def test_without_capacity_for_a_day_it_is_taken_back(small: Stage) -> None:
    """AWS has no more instances: the step is held, never gone without, and ends at its limit."""
    small.emulator.endpoints.limits.stock[KIND] = 0
    execution = small.start({"hold_at_most_minutes": 30, "steps": _steps(5)})
    small.finish(execution)
    assert small.record.phase == "ROLLED_BACK"
    assert small.record.step == 1
    assert "InsufficientInstanceCapacity" in told(small)
    assert counts(small) == {"v1": 4, "v2": 1}


def _steps(longest: int) -> list[dict[str, Any]]:
    bake = {"min": 5, "max": longest}
    return [{"share": share, "bake_minutes": bake} for share in (0.05, 0.25, 0.5)] + [
        {"share": 1.0}
    ]


def test_autoscaled_variants_are_moved_by_their_minimum(small: Stage) -> None:
    """The baseline's minimum is held and the canary's raised; at the end both are as found."""
    found = {"v1": (1, 6), "v2": (1, 6)}
    bound(small, found)
    execution = small.start()
    small.reach("BAKING", 2)
    assert bounds_of(small) == {"v1": (4, 6), "v2": (2, 6)}
    small.finish(execution)
    assert small.record.phase == "PROMOTED"
    assert bounds_of(small) == found
    assert counts(small)["v2"] == 4


def test_an_autoscaled_canary_that_is_taken_back_is_as_it_was_found(small: Stage) -> None:
    """Minimum and count: a variant nobody calls is not scaled in by itself."""
    found = {"v1": (1, 6), "v2": (1, 6)}
    bound(small, found)
    execution = small.start()
    small.reach("BAKING", 3)
    small.command("rollback")
    small.finish(execution)
    assert small.record.phase == "ROLLED_BACK"
    assert (bounds_of(small), counts(small)) == (found, {"v1": 4, "v2": 1})


def test_going_back_after_a_promotion_moves_weights_first(small: Stage) -> None:
    """The way back is not kept waiting for instances; afterwards the canary has what it had."""
    small.finish(small.start())
    assert small.record.phase == "PROMOTED"
    small.command("rollback")
    small.reach_end()
    assert small.record.phase == "ROLLED_BACK"
    assert (small.weights, counts(small)) == ({"v1": 1.0, "v2": 0.0}, {"v1": 4, "v2": 1})
