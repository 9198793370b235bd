"""Moto's view of our endpoints: its backend keeps an EndpointResource that shows what the fleet
holds.

Restores on moto: creation and updates that take time, refusals, weights and counts kept apart,
initial weight 0, UpdateEndpoint, deletion that takes time. CloudFormation and ListEndpoints go the
same way.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import AWSValidationException, SagemakerClientError
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from emulator.endpoints.configuration.listing import page_of
from emulator.endpoints.configuration.moto_configuration import found, given, resolved
from emulator.endpoints.endpoint import Endpoint, Setup
from emulator.endpoints.errors import EndpointRefusal, LimitExceeded
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.variant import Variant
from emulator.patching import Patches


class EndpointResource(FakeEndpoint):  # type: ignore[misc]
    """One endpoint as moto's lists and CloudFormation read it."""

    def __init__(self, endpoint: Endpoint, tags: list[dict[str, str]]) -> None:
        self.endpoint = endpoint
        self.endpoint_name = endpoint.name
        self.arn = endpoint.arn
        self.tags = tags or []
        self.data_capture_config: dict[str, Any] = {}

    @property
    def endpoint_status(self) -> str:
        """The status now."""
        return self.endpoint.status

    @property
    def endpoint_config_name(self) -> str:
        """The configuration now."""
        return self.endpoint.config_name

    @property
    def creation_time(self) -> datetime:
        """When it was created."""
        return self.endpoint.created

    @property
    def last_modified_time(self) -> datetime:
        """When its status last changed."""
        return self.endpoint.modified


class ResourceLimitExceeded(SagemakerClientError):  # type: ignore[misc]
    """What SageMaker answers where the account may not have so many instances."""

    code = "ResourceLimitExceeded"


def _refusing(error: EndpointRefusal) -> SagemakerClientError:
    limited = isinstance(error, LimitExceeded)
    return ResourceLimitExceeded(str(error)) if limited else AWSValidationException(str(error))


def patch_endpoints(patches: Patches, fleet: Fleet) -> None:
    """Make moto's SageMaker backend serve the fleet's endpoints."""
    _patch_creation(patches, fleet)
    _patch_updates(patches, fleet)
    _patch_reads_and_deletion(patches, fleet)


def _refuse_elsewhere(backend: SageMakerModelBackend, fleet: Fleet, name: str) -> None:
    """Raise as SageMaker does when the endpoint lives in another region than the one that is
    asked.
    """
    if not fleet.is_at(backend.region_name, backend.account_id):
        arn = FakeEndpoint.arn_formatter(name, backend.account_id, backend.region_name)
        raise AWSValidationException(f'Could not find endpoint "{arn}".')


def _setup(backend: SageMakerModelBackend, config_name: str) -> Setup:
    """Return what an endpoint of this configuration would run. Raises where there is none."""
    config = backend.describe_endpoint_config(config_name)
    variants = tuple(
        Variant.from_config(variant, resolved(backend, variant.get("ModelName")))
        for variant in config["ProductionVariants"]
    )
    return Setup(config_name, variants, config)


def _patch_creation(patches: Patches, fleet: Fleet) -> None:
    def create_endpoint(
        self: SageMakerModelBackend,
        endpoint_name: str,
        endpoint_config_name: str,
        tags: list[dict[str, str]],
    ) -> EndpointResource:
        if not fleet.is_at(self.region_name, self.account_id):
            raise NotImplementedError(
                f"endpoints are emulated in {fleet.place.region} only, not in {self.region_name}"
            )
        setup = _setup(self, endpoint_config_name)
        try:
            endpoint = fleet.create(endpoint_name, setup.config_name, setup.variants, setup.config)
        except EndpointRefusal as refusal:
            raise _refusing(refusal) from refusal
        resource = EndpointResource(endpoint, tags)
        self.endpoints[endpoint_name] = resource
        return resource

    def create(self: SageMakerResponse) -> ActionResult:
        asked = given(self, "CreateEndpoint")
        answer = original(self)
        fleet.deploys_by(asked["EndpointName"], asked.get("DeploymentConfig"))
        return answer

    def validate_production_variants(
        self: SageMakerModelBackend, production_variants: list[dict[str, Any]]
    ) -> None:
        with_models = [variant for variant in production_variants if "ModelName" in variant]
        validate(self, with_models)

    original = patches.replace(SageMakerResponse, "create_endpoint", create, parameters=())
    patches.replace(
        SageMakerModelBackend,
        "create_endpoint",
        create_endpoint,
        parameters=("endpoint_name", "endpoint_config_name", "tags"),
    )
    validate = patches.replace(
        SageMakerModelBackend,
        "validate_production_variants",
        validate_production_variants,
        parameters=("production_variants",),
    )


def _excluded(asked: Mapping[str, Any]) -> list[str]:
    given_types = asked.get("ExcludeRetainedVariantProperties", [])
    return [one["VariantPropertyType"] for one in given_types]


def _patch_updates(patches: Patches, fleet: Fleet) -> None:
    def update_endpoint_weights_and_capacities(
        self: SageMakerModelBackend,
        endpoint_name: str,
        desired_weights_and_capacities: list[dict[str, Any]],
    ) -> str:
        _refuse_elsewhere(self, fleet, endpoint_name)
        try:
            return fleet.update_weights(endpoint_name, desired_weights_and_capacities).arn
        except EndpointRefusal as refusal:
            raise _refusing(refusal) from refusal

    def update_endpoint(self: SageMakerResponse) -> ActionResult:
        asked, backend = given(self, "UpdateEndpoint"), self.sagemaker_backend
        _refuse_elsewhere(backend, fleet, asked["EndpointName"])
        setup = _setup(backend, asked["EndpointConfigName"])
        try:
            live = fleet.get(asked["EndpointName"])
            found(backend, "endpoint configuration", live.config_name)
            fleet.update_config(
                live.name,
                setup,
                retain=asked.get("RetainAllVariantProperties", False),
                excluded=_excluded(asked),
            )
        except EndpointRefusal as refusal:
            raise _refusing(refusal) from refusal
        if not asked.get("RetainDeploymentConfig", False):
            fleet.deploys_by(live.name, asked.get("DeploymentConfig"))
        return ActionResult({"EndpointArn": live.arn})

    patches.replace(
        SageMakerModelBackend,
        "update_endpoint_weights_and_capacities",
        update_endpoint_weights_and_capacities,
        parameters=("endpoint_name", "desired_weights_and_capacities"),
    )
    patches.add(SageMakerResponse, "update_endpoint", update_endpoint)


def _patch_reads_and_deletion(patches: Patches, fleet: Fleet) -> None:
    def describe_endpoint(self: SageMakerResponse) -> ActionResult:
        _refuse_elsewhere(self.sagemaker_backend, fleet, self._get_param("EndpointName"))
        try:
            return ActionResult(fleet.describe(self._get_param("EndpointName")))
        except EndpointRefusal as refusal:
            raise _refusing(refusal) from refusal

    def delete_endpoint(self: SageMakerModelBackend, endpoint_name: str) -> None:
        _refuse_elsewhere(self, fleet, endpoint_name)
        try:
            fleet.delete(endpoint_name)
        except EndpointRefusal as refusal:
            raise _refusing(refusal) from refusal

    def list_endpoints(self: SageMakerResponse) -> ActionResult:
        kept = self.sagemaker_backend.endpoints
        for name in [name for name in kept if name not in fleet.endpoints]:
            del kept[name]
        rows = [endpoint.summary() for endpoint in kept.values()]
        orders = {"Status": lambda row: row["EndpointStatus"]}
        page, following = page_of(rows, self._get_params(), "EndpointName", orders)
        return ActionResult({"Endpoints": page, "NextToken": following})

    patches.replace(SageMakerResponse, "list_endpoints", list_endpoints, parameters=())
    patches.replace(SageMakerResponse, "describe_endpoint", describe_endpoint, parameters=())
    patches.replace(
        SageMakerModelBackend, "delete_endpoint", delete_endpoint, parameters=("endpoint_name",)
    )
