"""Application Auto Scaling of endpoint variants: their bounds, read and held."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from canary.adapters.translation import translated
from canary.domain.plan.capacity.values import Bounds

NAMESPACE, DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"


class ApplicationAutoScalingClient(Protocol):
    """What is asked of boto3's client."""

    def describe_scalable_targets(self, **asked: Any) -> Mapping[str, Any]:
        """Return scalable targets."""

    def register_scalable_target(self, **asked: Any) -> Mapping[str, Any]:
        """Change one."""


class VariantScaling:
    """Reads the bounds of autoscaled variants; only the shifter's role may change a minimum."""

    def __init__(self, client: ApplicationAutoScalingClient) -> None:
        """Take a boto3 client of Application Auto Scaling."""
        self._client = client

    def bounds(self, endpoint: str, variants: Sequence[str]) -> Mapping[str, Bounds]:
        """Return those variants that are autoscaled, by name, with their bounds."""
        names = {f"endpoint/{endpoint}/variant/{variant}": variant for variant in variants}
        with translated("application-autoscaling:DescribeScalableTargets"):
            found = self._client.describe_scalable_targets(
                ServiceNamespace=NAMESPACE,
                ResourceIds=list(names),
                ScalableDimension=DIMENSION,
            )["ScalableTargets"]
        return {
            names[one["ResourceId"]]: Bounds(least=one["MinCapacity"], most=one["MaxCapacity"])
            for one in found
        }

    def hold(self, endpoint: str, variant: str, least: int) -> None:
        """Give an autoscaled variant this minimum; what is not named is kept, and fewer instances
        than that are added at once (user guide, "Concepts").
        """
        with translated("application-autoscaling:RegisterScalableTarget"):
            self._client.register_scalable_target(
                ServiceNamespace=NAMESPACE,
                ResourceId=f"endpoint/{endpoint}/variant/{variant}",
                ScalableDimension=DIMENSION,
                MinCapacity=least,
            )
