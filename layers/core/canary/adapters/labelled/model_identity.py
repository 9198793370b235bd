"""What stands behind a variant: which deployment, of which configuration, of which model, from
which images.

Names alone do not do, nor does the model's description: an artifact may be overwritten in S3 and an
image tag pushed again, and the next deployment serves them under the same Model. So the identity is
that of the deployment: the endpoint and its creation, the configuration and its creation, the model
with its containers, the images as they were resolved, and when. Weights and instance counts are not
in it, nor the endpoint's last modification, which moving weights changes. What cannot be told: an
artifact overwritten and loaded by a new instance of the same deployment.
"""

import hashlib
import json
from typing import TYPE_CHECKING

from canary.adapters.translation import translated
from canary.domain.errors import AwsDenied

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef


class SageMakerModels:
    """Identifies models through the SageMaker API."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client

    def identify(self, endpoint: str, variant: str) -> str | None:
        """Return a hash of the deployed model; None where it has none of its own or reading it is
        not allowed.
        """
        try:
            return self._identity(endpoint, variant)
        except AwsDenied:
            return None

    def _identity(self, endpoint: str, variant: str) -> str | None:
        with translated("DescribeEndpoint"):
            deployed = self._client.describe_endpoint(EndpointName=endpoint)
        with translated("DescribeEndpointConfig"):
            config = self._client.describe_endpoint_config(
                EndpointConfigName=deployed["EndpointConfigName"]
            )
        names = [
            v.get("ModelName") for v in config["ProductionVariants"] if v["VariantName"] == variant
        ]
        if len(names) != 1 or not names[0]:
            return None
        with translated("DescribeModel"):
            model = self._client.describe_model(ModelName=names[0])
        told = [
            [endpoint, deployed.get("CreationTime")],
            [deployed["EndpointConfigName"], config.get("CreationTime")],
            [
                names[0],
                model.get("CreationTime"),
                model.get("PrimaryContainer"),
                model.get("Containers"),
            ],
            _images(deployed, variant),
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _images(deployed: "DescribeEndpointOutputTypeDef", variant: str) -> list[tuple[str, str]]:
    """Return every image's digest and when it was resolved, which is when it was deployed; may be
    none.
    """
    return sorted(
        (image.get("ResolvedImage", ""), str(image.get("ResolutionTime", "")))
        for shown in deployed.get("ProductionVariants", [])
        if shown["VariantName"] == variant
        for image in shown.get("DeployedImages", [])
    )
