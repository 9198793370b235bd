"""What an endpoint's configuration and models say: how a request is addressed, what capture keeps.

A configuration or a model may be deleted while the endpoint serves, and reading them may not be
allowed: neither keeps a rollout from starting, and both are named in what is returned.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from canary.adapters.translation import translated
from canary.domain.errors import AwsDenied
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.kinds.hosting import Captured, Configured, Hosting

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        DescribeEndpointConfigOutputTypeDef,
        DescribeModelOutputTypeDef,
    )

MODES: dict[str, tuple[Captured, ...]] = {
    "Input": ("Input",),
    "Output": ("Output",),
    "InputAndOutput": ("Input", "Output"),
}


class SageMakerHosting:
    """Reads what stands behind the variants of an endpoint."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client

    def configured(self, view: EndpointView) -> Configured:
        """Return what configuration and models say; what is denied or gone is named in it."""
        try:
            with translated("DescribeEndpointConfig"):
                config = self._client.describe_endpoint_config(EndpointConfigName=view.config_name)
        except AwsDenied as error:
            return Configured(unread=(f"configuration {view.config_name} ({error})",))
        hosting, unread = {}, []
        for variant in config["ProductionVariants"]:
            try:
                with translated("DescribeModel"):
                    model = self._client.describe_model(ModelName=variant.get("ModelName", ""))
            except AwsDenied as error:
                unread.append(f"model of {variant['VariantName']} ({error})")
            else:
                hosting[variant["VariantName"]] = _hosting(model)
        captured = tuple(sorted(set(_captured(config))))
        return Configured(hosting=hosting, captured=captured, unread=tuple(unread))


def _hosting(model: "DescribeModelOutputTypeDef") -> Hosting:
    """Return how a model is addressed: one of many models comes before one of many containers,
    because a pipeline may end in a container of many models.
    """
    primary = model.get("PrimaryContainer")
    containers = [*([primary] if primary else []), *model.get("Containers", [])]
    if any(container.get("Mode") == "MultiModel" for container in containers):
        return Hosting(addressed="model")
    mode = model.get("InferenceExecutionConfig", {}).get("Mode")
    if mode != "Direct" or len(containers) < 2:
        return Hosting()
    names = [container.get("ContainerHostname", "") for container in containers]
    return Hosting(addressed="container", containers=tuple(names) if all(names) else ())


def _captured(config: "DescribeEndpointConfigOutputTypeDef") -> Iterator[Captured]:
    for option in config.get("DataCaptureConfig", {}).get("CaptureOptions", []):
        yield from MODES.get(option.get("CaptureMode", ""), ())
