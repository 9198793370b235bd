"""What else acts on an endpoint: capture of its requests, and autoscaling of its variants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from canary.adapters.translation import translated

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


@dataclass(frozen=True)
class Capture:
    """Where an endpoint keeps what it is asked, and how much of it in percent."""

    where: str
    sampled_percent: int


@dataclass(frozen=True)
class ScalableTarget:
    """Between how many instances autoscaling may move a variant."""

    least: int
    most: int


class ServingReader:
    """Looks at what surrounds an endpoint."""

    def __init__(self, sagemaker: "SageMakerClient", scaling: Any) -> None:
        """Take boto3 clients of SageMaker and Application Auto Scaling."""
        self._sagemaker = sagemaker
        self._scaling = scaling

    def capture(self, endpoint: str) -> Capture | None:
        """Return an endpoint's data capture, None where it is off."""
        with translated("sagemaker:DescribeEndpoint"):
            found = self._sagemaker.describe_endpoint(EndpointName=endpoint)
        config: Any = found.get("DataCaptureConfig")
        if not config or not config["EnableCapture"]:
            return None
        return Capture(config["DestinationS3Uri"], config["CurrentSamplingPercentage"])

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
