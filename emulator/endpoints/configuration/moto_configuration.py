"""Moto's endpoint configurations and models with the members that it does not keep, and what they
mean for an endpoint's answers and requests.

CloudFormation's configurations keep what moto keeps of them.
"""

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.exceptions import AWSValidationException
from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from emulator.endpoints.configuration.addressing import refuse_wrong_address
from emulator.endpoints.configuration.rules import refuse_impossible
from emulator.endpoints.configuration.shown import shown
from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.errors import EndpointRefusal
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.serving.invocation import Invocations, Request
from emulator.endpoints.variant import Variant
from emulator.patching import Patches

OF_CONFIG = (
    "ShadowProductionVariants",
    "ExplainerConfig",
    "ExecutionRoleArn",
    "MetricsConfig",
)
OF_MODEL = ("InferenceExecutionConfig",)


def patch_configuration(patches: Patches, fleet: Fleet, invocations: Invocations) -> None:
    """Make moto keep whole configurations; goes around the fleet's own DescribeEndpoint."""
    _patch_creation(patches)
    _patch_description(patches)

    def refuse(request: Request, endpoint: Endpoint, variant: Variant) -> None:
        place = fleet.place
        backend = sagemaker_backends[place.account][place.region]
        model = backend._models.get(variant.model_name)
        described = model.response_object if model else {}
        refuse_wrong_address(request, _config(backend, endpoint.config_name), described)

    invocations.refuse_wrong_address = refuse


def _config(backend: SageMakerModelBackend, name: str) -> Mapping[str, Any]:
    """Return a configuration as it is described; empty once it was deleted."""
    kept = backend.endpoint_configs.get(name)
    return kept.response_object if kept else {}


def _patch_creation(patches: Patches) -> None:
    def create_endpoint_config(self: SageMakerResponse) -> ActionResult:
        names = ("ProductionVariants", *OF_CONFIG)
        try:
            refuse_impossible({name: self._get_param(name) for name in names})
        except EndpointRefusal as refusal:
            raise AWSValidationException(str(refusal)) from refusal
        answer = create_config(self)
        configs = self.sagemaker_backend.endpoint_configs
        _keep(self, configs[self._get_param("EndpointConfigName")], OF_CONFIG)
        return answer

    def create_model(self: SageMakerResponse) -> ActionResult:
        answer = create(self)
        models = self.sagemaker_backend._models
        _keep(self, models[self._get_param("ModelName")], OF_MODEL)
        return answer

    create_config = patches.replace(
        SageMakerResponse, "create_endpoint_config", create_endpoint_config, parameters=()
    )
    create = patches.replace(SageMakerResponse, "create_model", create_model, parameters=())


def _keep(call: SageMakerResponse, resource: Any, members: tuple[str, ...]) -> None:
    """Give moto's resource these members of the call; it shows every attribute it has."""
    for member in members:
        if (given := call._get_param(member)) is not None:
            setattr(resource, camelcase_to_underscores(member), given)


def _patch_description(patches: Patches) -> None:
    def describe_endpoint(self: SageMakerResponse) -> ActionResult:
        answer = describe(self).result
        config = _config(self.sagemaker_backend, answer["EndpointConfigName"])
        return ActionResult({**answer, **shown(config)})

    describe = patches.replace(
        SageMakerResponse, "describe_endpoint", describe_endpoint, parameters=()
    )
