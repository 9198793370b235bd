"""What an endpoint's configuration, models and tags say: how a request is addressed, what capture
keeps, whose the endpoint is.

A configuration or a model may be deleted while the endpoint serves, and reading them may not be
allowed: neither keeps a rollout from starting, and it is named in what is returned.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from canary.adapters.translation import translated
from canary.domain.errors import AwsDenied
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.kinds.hosting import (
    Behind,
    Captured,
    Configured,
    Hosting,
    Unread,
    UnreadThing,
)

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        DescribeEndpointConfigOutputTypeDef,
        DescribeModelOutputTypeDef,
    )

OF_A_STACK = "aws:cloudformation:stack-name"
"""The tag that CloudFormation gives what it makes (CloudFormation user guide, "Resource tag")."""
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
        """Return what configuration, models and tags say; what is denied or gone is named in it."""
        unread: list[Unread] = []
        hosting: dict[str, Hosting] = {}
        config: Any = {}
        owner = None
        with _or_unread(unread, "configuration", view.config_name, "DescribeEndpointConfig"):
            config = self._client.describe_endpoint_config(EndpointConfigName=view.config_name)
        for variant in config.get("ProductionVariants", []):
            with _or_unread(unread, "model", variant["VariantName"], "DescribeModel"):
                model = self._client.describe_model(ModelName=variant.get("ModelName", ""))
                hosting[variant["VariantName"]] = _hosting(model)
        with _or_unread(unread, "tags", view.name, "ListTags"):
            tags = self._client.list_tags(ResourceArn=view.arn)["Tags"]
            owner = {tag["Key"]: tag["Value"] for tag in tags}.get(OF_A_STACK)
        return Configured(
            hosting=hosting,
            behind={
                variant["VariantName"]: Behind(
                    model=variant.get("ModelName", ""), instance_type=variant.get("InstanceType")
                )
                for variant in config.get("ProductionVariants", [])
            },
            captured=tuple(sorted(set(_captured(config)))),
            stack=owner,
            unread=tuple(unread),
        )


@contextmanager
def _or_unread(unread: list[Unread], what: UnreadThing, name: str, action: str) -> Iterator[None]:
    """Note what was denied or is gone, and go on; what AWS cannot answer now is raised."""
    try:
        with translated(action):
            yield
    except AwsDenied as error:
        unread.append(Unread(what=what, name=name, why=str(error)))


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
