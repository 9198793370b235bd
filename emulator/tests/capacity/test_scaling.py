"""RegisterScalableTarget, DescribeScalableTargets, PutScalingPolicy: what they do to variants."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.tests.capacity.variants import (
    MINUTE,
    ask,
    bound,
    bounds,
    counts,
    named,
    scaling,
    track,
    traffic,
)


def test_invocations_per_instance_are_shared_out(world: Any) -> None:
    """Each request sends 1 / instances: the Sum is the requests an instance got."""
    world.endpoint({"a": 1})
    traffic(world, 600)
    world.clock.run_for(5 * MINUTE)
    both = [
        world.cloudwatch.get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[
                {"Name": "EndpointName", "Value": "shop"},
                {"Name": "VariantName", "Value": "a"},
            ],
            StartTime=world.clock.now().replace(second=0).timestamp() - 3 * MINUTE,
            EndTime=world.clock.now().replace(second=0).timestamp() - 2 * MINUTE,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"][0]["Sum"]
        for metric in ("Invocations", "InvocationsPerInstance")
    ]
    assert both[1] == pytest.approx(both[0] / 2)


def test_a_registration_brings_capacity_inside_its_bounds(world: Any) -> None:
    """A minimum above the current count scales out, without a policy and without load."""
    world.endpoint({"a": 1, "b": 0})
    bound(4, 6)
    world.clock.run_for(361)
    assert counts(world) == {"a": 4, "b": 2}


def test_a_lower_minimum_by_itself_takes_nothing_away(world: Any) -> None:
    """Registered back to its old minimum, a variant keeps its instances until a policy acts."""
    world.endpoint({"a": 1})
    bound(4, 6)
    world.clock.run_for(361)
    bound(1, 6)
    world.clock.run_for(30 * MINUTE)
    assert counts(world) == {"a": 4}


def test_what_is_not_given_is_kept(world: Any) -> None:
    """An update of the minimum alone keeps the maximum."""
    world.endpoint({"a": 1})
    bound(1, 6)
    scaling().register_scalable_target(**named(), MinCapacity=2)
    assert bounds() == (2, 6)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"MinCapacity": 7}, "Maximum capacity cannot be less than minimum capacity"),
        ({"ResourceId": "endpoint/shop/variant/z", "MinCapacity": 1}, "does not exist"),
        ({"ResourceId": "endpoint/none/variant/a", "MinCapacity": 1}, "Could not find endpoint"),
    ],
)
def test_what_cannot_be_scaled_is_refused(world: Any, given: Any, words: str) -> None:
    """Bounds that cross, and variants that are not there, are a ValidationException."""
    world.endpoint({"a": 1})
    bound(1, 6)
    with pytest.raises(ClientError, match=words) as caught:
        scaling().register_scalable_target(**{**named(), **given})
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert bounds() == (1, 6)


def test_a_registration_at_a_busy_endpoint_is_carried_out_later(world: Any) -> None:
    """While the endpoint is Updating nothing can be asked of it; the minimum is reached after."""
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 1})
    bound(3, 6)
    world.clock.run_for(10 * MINUTE)
    assert counts(world) == {"a": 3, "b": 2}


def test_a_policy_needs_a_target(world: Any) -> None:
    """PutScalingPolicy for a variant that is not registered is refused."""
    world.endpoint({"a": 1})
    with pytest.raises(ClientError, match="No scalable target registered"):
        track(100)


def test_load_above_the_target_adds_instances(world: Any) -> None:
    """Three minutes above the target scale out, to the maximum at most."""
    world.endpoint({"a": 1})
    bound(1, 5)
    track(100)
    traffic(world, 900)
    world.clock.run_for(12 * MINUTE)
    assert counts(world) == {"a": 5}


def test_load_below_the_target_takes_instances_away(world: Any) -> None:
    """Fifteen minutes below nine tenths of the target scale in, to the minimum at most."""
    world.endpoint({"a": 1})
    bound(1, 5)
    track(100)
    traffic(world, 30)
    world.clock.run_for(14 * MINUTE)
    assert counts(world) == {"a": 2}
    world.clock.run_for(10 * MINUTE)
    assert counts(world) == {"a": 1}


def test_a_variant_without_requests_stays_as_it_is(world: Any) -> None:
    """No points are no low load: without an invocation nothing is scaled in."""
    world.endpoint({"a": 1})
    bound(1, 5)
    track(100)
    world.clock.run_for(40 * MINUTE)
    assert counts(world) == {"a": 2}


def test_a_cooldown_passes_between_two_steps(world: Any) -> None:
    """After scaling out, the next step waits for its cooldown."""
    world.endpoint({"a": 1})
    bound(1, 9)
    track(100, ScaleOutCooldown=1800)
    traffic(world, 300)
    world.clock.run_for(10 * MINUTE)
    first = counts(world)["a"]
    traffic(world, 900)
    world.clock.run_for(10 * MINUTE)
    assert counts(world) == {"a": first}
    world.clock.run_for(25 * MINUTE)
    assert counts(world)["a"] > first


def test_a_count_below_the_minimum_is_corrected_when_a_policy_acts(world: Any) -> None:
    """A change made beside Application Auto Scaling is allowed; it is known at the next action."""
    world.endpoint({"a": 1})
    bound(2, 6)
    track(100)
    ask(world, 1)
    world.clock.run_for(361)
    assert counts(world) == {"a": 1}
    traffic(world, 150)
    world.clock.run_for(12 * MINUTE)
    assert counts(world) == {"a": 2}


def test_a_target_that_is_deregistered_is_not_scaled(world: Any) -> None:
    """DeregisterScalableTarget takes the policies with it."""
    world.endpoint({"a": 1})
    bound(1, 5)
    track(100)
    scaling().deregister_scalable_target(**named())
    traffic(world, 900)
    world.clock.run_for(12 * MINUTE)
    assert counts(world) == {"a": 2}
    assert (
        scaling().describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []
    )
