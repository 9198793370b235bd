"""What an endpoint's configuration, models and tags say: how a request is addressed, what capture
keeps, whose the endpoint is.

A configuration or a model may be deleted while the endpoint serves, and reading them may not be
allowed: neither keeps a rollout from starting, and it is named in what is returned.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
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
from canary.domain.plan.kinds.unlike import Fleet
from canary.domain.plan.release.staging import Staging

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        ContainerDefinitionOutputTypeDef,
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
        fleets: dict[str, Fleet] = {}
        config: Any = {}
        owner = None
        with _or_unread(unread, "configuration", view.config_name, "DescribeEndpointConfig"):
            config = self._client.describe_endpoint_config(EndpointConfigName=view.config_name)
        for variant in config.get("ProductionVariants", []):
            name, fields = variant["VariantName"], json.loads(json.dumps(variant))
            fleets[name] = Fleet(fields=fields)
            with _or_unread(unread, "model", name, "DescribeModel"):
                model = self._client.describe_model(ModelName=variant.get("ModelName", ""))
                hosting[name] = _hosting(model)
                fleets[name] = Fleet(fields=fields, environment=_environment(_containers(model)))
        with _or_unread(unread, "tags", view.name, "ListTags"):
            tags = self._client.list_tags(ResourceArn=view.arn)["Tags"]
            owner = {tag["Key"]: tag["Value"] for tag in tags}.get(OF_A_STACK)
        return Configured(
            hosting=hosting,
            fleets=fleets,
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

    def with_canary(self, configured: Configured, staging: Staging) -> Configured:
        """Return it with what will be built: like the variant it is built like, but for what the
        spec asks for and the canary's own model.
        """
        unread = list(configured.unread)
        hosting, fleets = dict(configured.hosting), dict(configured.fleets)
        like = fleets.get(staging.like)
        if like is not None:
            asked = {"InstanceType": staging.instance_type} if staging.instance_type else {}
            fleet = Fleet(fields={**like.fields, **asked})
            with _or_unread(unread, "model", staging.variant, "DescribeModel"):
                hosting[staging.variant], environment = self._to_be_built(staging)
                fleet = fleet.but(environment={**environment, **staging.environment})
            fleets[staging.variant] = fleet
            if staging.control is not None:
                fleets[staging.control] = fleet.but(environment=like.environment)
        return configured.but(hosting=hosting, fleets=fleets, unread=tuple(unread))

    def _to_be_built(self, staging: Staging) -> tuple[Hosting, dict[str, str]]:
        if staging.model_package is None:
            model = self._client.describe_model(ModelName=staging.model)
            return _hosting(model), _environment(_containers(model))
        package = self._client.describe_model_package(ModelPackageName=staging.model_package)
        specified = package.get("InferenceSpecification", {}).get("Containers", [])
        return Hosting(), _environment(specified)


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
    containers = _containers(model)
    if any(container.get("Mode") == "MultiModel" for container in containers):
        return Hosting(addressed="model")
    mode = model.get("InferenceExecutionConfig", {}).get("Mode")
    if mode != "Direct" or len(containers) < 2:
        return Hosting()
    names = [container.get("ContainerHostname", "") for container in containers]
    return Hosting(addressed="container", containers=tuple(names) if all(names) else ())


def _containers(model: "DescribeModelOutputTypeDef") -> "list[ContainerDefinitionOutputTypeDef]":
    primary = model.get("PrimaryContainer")
    return [*([primary] if primary else []), *model.get("Containers", [])]


def _environment(containers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the environment of a model's container; of several, with its place before each
    name.
    """
    several = len(containers) > 1
    return {
        f"{place}.{name}" if several else name: value
        for place, container in enumerate(containers, 1)
        for name, value in container.get("Environment", {}).items()
    }


def _captured(config: "DescribeEndpointConfigOutputTypeDef") -> Iterator[Captured]:
    for option in config.get("DataCaptureConfig", {}).get("CaptureOptions", []):
        yield from MODES.get(option.get("CaptureMode", ""), ())
