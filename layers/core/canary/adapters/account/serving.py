"""What else acts on an endpoint: autoscaling of its variants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canary.adapters.translation import translated

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


@dataclass(frozen=True)
class ScalableTarget:
    """Between how many instances autoscaling may move a variant."""

    least: int
    most: int


class ServingReader:
    """Looks at what surrounds an endpoint."""

    def __init__(self, scaling: Any) -> None:
        """Take a boto3 client of Application Auto Scaling."""
        self._scaling = scaling

    def scalable_targets(
        self, endpoint: str, variants: Sequence[str]
    ) -> Mapping[str, ScalableTarget]:
        """Return those variants that autoscaling moves, by name."""
        names = {f"endpoint/{endpoint}/variant/{variant}": variant for variant in variants}
        with translated("application-autoscaling:DescribeScalableTargets"):
            found = self._scaling.describe_scalable_targets(
                ServiceNamespace="sagemaker",
                ResourceIds=list(names),
                ScalableDimension=DIMENSION,
            )["ScalableTargets"]
        return {
            names[one["ResourceId"]]: ScalableTarget(one["MinCapacity"], one["MaxCapacity"])
            for one in found
        }
