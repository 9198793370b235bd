"""Moto's models and endpoint configurations as SageMaker keeps them: whole, refused where it
refuses them, told by names it can find again.

What was asked for is described byte for byte. Configurations and models that a CloudFormation
template makes keep what moto keeps of them. Deleting what an endpoint uses is not refused, as on
AWS; what serves goes on serving.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import AWSValidationException
from moto.sagemaker.models import (
    FakeEndpointConfig,
    Model,
    SageMakerModelBackend,
    sagemaker_backends,
)
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from emulator.endpoints.configuration.addressing import refuse_wrong_address
from emulator.endpoints.configuration.listing import page_of
from emulator.endpoints.configuration.rules import refuse_impossible, refuse_impossible_model
from emulator.endpoints.configuration.validation import refuse_invalid
from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.errors import EndpointRefusal
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.serving.invocation import Invocations, Request
from emulator.endpoints.variant import Variant
from emulator.patching import Patches

KINDS = {"endpoint configuration": "endpoint_configs", "model": "_models"}
"""What SageMaker calls them, and where moto keeps them."""


Packaged = Callable[[str], list[dict[str, Any]]]
"""From a model package to the containers that it stands for. Raises EndpointRefusal."""


def patch_configuration(
    patches: Patches, fleet: Fleet, invocations: Invocations, packaged: Packaged
) -> None:
    """Make moto keep whole models and configurations."""
    _patch_creation(patches, fleet.clock.now, packaged)
    _patch_description(patches)
    _patch_finding(patches)
    _patch_lists(patches)

    def refuse(request: Request, endpoint: Endpoint, variant: Variant) -> None:
        refuse_wrong_address(request, endpoint.config, variant.model)

    def config_of(name: str) -> Mapping[str, Any]:
        kept = sagemaker_backends[fleet.place.account][fleet.place.region].endpoint_configs
        return dict(kept[name].response_object) if name in kept else {}

    invocations.refuse_wrong_address = refuse
    fleet.config_of = config_of


def given(call: SageMakerResponse, operation: str) -> dict[str, Any]:
    """Return the members of a call, once the API model has nothing against them."""
    members: dict[str, Any] = _plain(call._get_params())
    try:
        refuse_invalid(operation, members)
    except EndpointRefusal as refusal:
        raise AWSValidationException(str(refusal)) from refusal
    return members


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def found(backend: SageMakerModelBackend, kind: str, name: str) -> Any:
    """Return moto's resource of that name. Raises as SageMaker does where there is none."""
    resource = getattr(backend, KINDS[kind]).get(name)
    if resource is None:
        raise AWSValidationException(f'Could not find {kind} "{_arn(backend, kind, name)}".')
    return resource


def resolved(backend: SageMakerModelBackend, name: str | None) -> dict[str, Any]:
    """Return a model as it is deployed now: all of its containers under "Containers"."""
    model = backend._models.get(name)
    described = dict(model.response_object) if model else {}
    containers = getattr(model, "containers_made", None) or _all(described)
    return {**described, "PrimaryContainer": None, "Containers": containers}


def _all(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    primary = model.get("PrimaryContainer")
    return [*([primary] if primary else []), *(model.get("Containers") or [])]


def _made_of(container: dict[str, Any], packaged: Packaged) -> list[dict[str, Any]]:
    package = container.get("ModelPackageName")
    return [{**container, **one} for one in packaged(package)] if package else [container]


def _arn(backend: SageMakerModelBackend, kind: str, name: str) -> str:
    """Return the ARN of something of that name; SageMaker writes names in lower case there."""
    path = "model" if kind == "model" else "endpoint-config"
    return str(arn_formatter(path, name.lower(), backend.account_id, backend.region_name))


def _refuse_existing(backend: SageMakerModelBackend, kind: str, name: str) -> None:
    names = {known.lower() for known in getattr(backend, KINDS[kind])}
    if name.lower() in names:
        raise EndpointRefusal(
            f'Cannot create already existing {kind} "{_arn(backend, kind, name)}".'
        )


def _refuse_unknown_models(backend: SageMakerModelBackend, config: Mapping[str, Any]) -> None:
    lists = ("ProductionVariants", "ShadowProductionVariants")
    for variant in [one for key in lists for one in config.get(key, [])]:
        if "ModelName" in variant:
            found(backend, "model", variant["ModelName"])


def _patch_creation(patches: Patches, now: Callable[[], datetime], packaged: Packaged) -> None:
    def create_endpoint_config(self: SageMakerResponse) -> ActionResult:
        asked, backend = given(self, "CreateEndpointConfig"), self.sagemaker_backend
        name = asked["EndpointConfigName"]
        try:
            _refuse_existing(backend, "endpoint configuration", name)
            refuse_impossible(asked)
        except EndpointRefusal as refusal:
            raise AWSValidationException(str(refusal)) from refusal
        _refuse_unknown_models(backend, asked)
        create_config(self)
        config = backend.endpoint_configs[name]
        config.arn = config.endpoint_config_arn = _arn(backend, "endpoint configuration", name)
        _keep(config, asked, now())
        return ActionResult({"EndpointConfigArn": config.arn})

    def create_model(self: SageMakerResponse) -> ActionResult:
        asked, backend = given(self, "CreateModel"), self.sagemaker_backend
        name = asked["ModelName"]
        try:
            _refuse_existing(backend, "model", name)
            refuse_impossible_model(asked)
            containers = [made for one in _all(asked) for made in _made_of(one, packaged)]
        except EndpointRefusal as refusal:
            raise AWSValidationException(str(refusal)) from refusal
        create(self)
        model = backend._models[name]
        model.arn = _arn(backend, "model", name)
        model.containers_made = containers
        _keep(model, asked, now())
        return ActionResult({"ModelArn": model.arn})

    create_config = patches.replace(
        SageMakerResponse, "create_endpoint_config", create_endpoint_config, parameters=()
    )
    create = patches.replace(SageMakerResponse, "create_model", create_model, parameters=())
    # The model of the API knows every instance type; moto's own list is some years old.
    for rule in ("instance_type", "serverless_config"):
        patches.replace(
            FakeEndpointConfig,
            f"validate_{rule}",
            lambda _self, _given: None,
            parameters=(rule,),
        )


def _keep(resource: Any, asked: Mapping[str, Any], when: datetime) -> None:
    resource.creation_time = when
    resource.given = {key: value for key, value in asked.items() if key != "Tags"}


def _patch_description(patches: Patches) -> None:
    def described(arn: str, original: property) -> property:
        def response_object(self: Any) -> dict[str, Any]:
            if not hasattr(self, "given"):
                return dict(original.__get__(self))
            return {**self.given, arn: self.arn, "CreationTime": self.creation_time}

        return property(response_object)

    for owner, arn in ((FakeEndpointConfig, "EndpointConfigArn"), (Model, "ModelArn")):
        original = vars(owner)["response_object"]
        patches.replace(owner, "response_object", described(arn, original))


def _patch_finding(patches: Patches) -> None:
    def describe_endpoint_config(
        self: SageMakerModelBackend, endpoint_config_name: str
    ) -> dict[str, Any]:
        kept = found(self, "endpoint configuration", endpoint_config_name)
        return dict(kept.response_object)

    def delete_endpoint_config(self: SageMakerModelBackend, endpoint_config_name: str) -> None:
        found(self, "endpoint configuration", endpoint_config_name)
        del self.endpoint_configs[endpoint_config_name]

    def describe_model(self: SageMakerModelBackend, model_name: str) -> Model:
        return found(self, "model", model_name)

    def delete_model(self: SageMakerModelBackend, model_name: str) -> None:
        found(self, "model", model_name)
        del self._models[model_name]

    calls: dict[str, tuple[Callable[..., Any], ...]] = {
        "endpoint_config_name": (describe_endpoint_config, delete_endpoint_config),
        "model_name": (describe_model, delete_model),
    }
    for parameter, named in calls.items():
        for call in named:
            patches.replace(SageMakerModelBackend, call.__name__, call, parameters=(parameter,))


def _patch_lists(patches: Patches) -> None:
    def list_models(self: SageMakerResponse) -> ActionResult:
        members = ("ModelName", "ModelArn", "CreationTime")
        rows = [
            {member: model.response_object[member] for member in members}
            for model in self.sagemaker_backend._models.values()
        ]
        page, following = page_of(rows, self._get_params(), "ModelName", {})
        return ActionResult({"Models": page, "NextToken": following})

    def list_endpoint_configs(self: SageMakerResponse) -> ActionResult:
        rows = [config.summary() for config in self.sagemaker_backend.endpoint_configs.values()]
        page, following = page_of(rows, self._get_params(), "EndpointConfigName", {})
        return ActionResult({"EndpointConfigs": page, "NextToken": following})

    for call in (list_models, list_endpoint_configs):
        patches.replace(SageMakerResponse, call.__name__, call, parameters=())
