"""What stands behind a variant, told from its endpoint configuration and its model's containers.

Names alone do not do: a model may be deleted and made again under its name with other weights, so the creation time
and the containers are part of the identity.
"""

import hashlib
import json
from typing import TYPE_CHECKING

from canary.adapters.translation import translated
from canary.domain.errors import AwsDenied

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class SageMakerModels:
    """Identifies models through the SageMaker API."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client

    def identify(self, endpoint: str, variant: str) -> str | None:
        """Return a hash of the variant's model; None where it has none of its own or reading it is not allowed."""
        try:
            return self._identity(endpoint, variant)
        except AwsDenied:
            return None

    def _identity(self, endpoint: str, variant: str) -> str | None:
        with translated("DescribeEndpoint"):
            config_name = self._client.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
        with translated("DescribeEndpointConfig"):
            config = self._client.describe_endpoint_config(EndpointConfigName=config_name)
        names = [v.get("ModelName") for v in config["ProductionVariants"] if v["VariantName"] == variant]
        if len(names) != 1 or not names[0]:
            return None
        with translated("DescribeModel"):
            model = self._client.describe_model(ModelName=names[0])
        told = [names[0], model.get("CreationTime"), model.get("PrimaryContainer"), model.get("Containers")]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
