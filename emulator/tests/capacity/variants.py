"""One variant's instances: asked for, seen, scaled."""

from typing import Any

import numpy as np

from emulator.tests.small_endpoints import World, client

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
MINUTE = 60


def scaling() -> Any:
    """Return a client of Application Auto Scaling."""
    return client("application-autoscaling")


def named(variant: str = "a", endpoint: str = "shop") -> dict[str, str]:
    """Return what names a variant's scalable target."""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{variant}",
        "ScalableDimension": DIMENSION,
    }


def bound(least: int, most: int, variant: str = "a") -> None:
    """Register a variant of the shop with these bounds."""
    scaling().register_scalable_target(**named(variant), MinCapacity=least, MaxCapacity=most)


def bounds(variant: str = "a") -> tuple[int, int]:
    """Return a variant's bounds as DescribeScalableTargets has them."""
    found = scaling().describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[named(variant)["ResourceId"]]
    )
    target = found["ScalableTargets"][0]
    return target["MinCapacity"], target["MaxCapacity"]


def track(target: float, variant: str = "a", **settings: Any) -> None:
    """Let a policy keep the variant's InvocationsPerInstance near `target`."""
    scaling().put_scaling_policy(
        **named(variant),
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": target,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
            **settings,
        },
    )


def ask(world: World, count: int, variant: str = "a") -> None:
    """Ask for so many instances of a variant, as a person does."""
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="shop",
        DesiredWeightsAndCapacities=[{"VariantName": variant, "DesiredInstanceCount": count}],
    )


def counts(world: World, which: str = "CurrentInstanceCount") -> dict[str, int]:
    """Return how many instances each variant has."""
    world.describe()  # the first read after an update may be the old one
    return {v["VariantName"]: v[which] for v in world.describe()["ProductionVariants"]}


def traffic(world: World, requests_per_minute: float) -> None:
    """Let so many requests a minute come from now on."""
    world.endpoints.attach_traffic("shop", np.ones((4, 2)), requests_per_minute)
