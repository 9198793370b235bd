"""Moto's Application Auto Scaling, made to act on the emulated endpoints.

Moto keeps scalable targets and policies; this hands what it keeps for endpoint variants to
`Scaling`, and refuses what AWS refuses: a variant that is not there, bounds that cross, a policy
without a target.
"""

from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeScalableTarget

from emulator.capacity.scaling import (
    COOLDOWN_SECONDS,
    ScalableTarget,
    Scaling,
    TrackingPolicy,
)
from emulator.patching import Patches

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
METRIC = "SageMakerVariantInvocationsPerInstance"


def patch_scaling(patches: Patches, scaling: Scaling) -> None:
    """Let registrations and policies of endpoint variants act on the fleet's endpoints."""
    _patch_targets(patches, scaling)
    _patch_policies(patches, scaling)


def _named(resource: str) -> tuple[str, str]:
    """Return endpoint and variant of a resource ID. Raises as AWS does for another form."""
    parts = resource.split("/")
    if len(parts) != 4 or parts[0] != "endpoint" or parts[2] != "variant":
        raise AWSValidationException(
            f"Unsupported service namespace, resource type or scalable dimension: {resource}"
        )
    return parts[1], parts[3]


def _patch_targets(patches: Patches, scaling: Scaling) -> None:
    def register(
        self: ApplicationAutoscalingBackend,
        namespace: str,
        r_id: str,
        dimension: str,
        min_capacity: int | None,
        max_capacity: int | None,
        role_arn: str,
        suspended_state: Any,
    ) -> FakeScalableTarget:
        given = (namespace, r_id, dimension, min_capacity, max_capacity, role_arn, suspended_state)
        if dimension != DIMENSION or not scaling.fleet.is_at(self.region_name, self.account_id):
            return register_on_moto(self, *given)
        endpoint, variant = _named(r_id)
        _check_exists(scaling, endpoint, variant)
        known = self.targets.get(dimension, {}).get(r_id)
        least = _or(min_capacity, known.min_capacity if known else None)
        most = _or(max_capacity, known.max_capacity if known else None)
        _check_bounds(least, most)
        target = register_on_moto(self, *given)
        # Moto forgets a bound of 0 that is given for a target it has.
        target.min_capacity, target.max_capacity = least, most
        off = target.suspended_state or {}
        scaling.register(
            ScalableTarget(
                endpoint,
                variant,
                int(least or 0),
                int(most or 0),
                bool(off.get("DynamicScalingInSuspended")),
                bool(off.get("DynamicScalingOutSuspended")),
            )
        )
        return target

    def deregister(
        self: ApplicationAutoscalingBackend, namespace: str, r_id: str, dimension: str
    ) -> None:
        deregister_on_moto(self, namespace, r_id, dimension)
        if dimension == DIMENSION:
            scaling.deregister(*_named(r_id))
            gone = [k for k, p in self.policies.items() if p.resource_id == r_id]
            for key in gone:
                del self.policies[key]

    register_on_moto = patches.replace(
        ApplicationAutoscalingBackend,
        "register_scalable_target",
        register,
        parameters=(
            "namespace",
            "r_id",
            "dimension",
            "min_capacity",
            "max_capacity",
            "role_arn",
            "suspended_state",
        ),
    )
    deregister_on_moto = patches.replace(
        ApplicationAutoscalingBackend,
        "deregister_scalable_target",
        deregister,
        parameters=("namespace", "r_id", "dimension"),
    )


def _patch_policies(patches: Patches, scaling: Scaling) -> None:
    def put(
        self: ApplicationAutoscalingBackend,
        policy_name: str,
        service_namespace: str,
        resource_id: str,
        scalable_dimension: str,
        policy_body: dict[str, Any],
        policy_type: str | None,
    ) -> Any:
        ours = scalable_dimension == DIMENSION
        if ours and resource_id not in self.targets.get(DIMENSION, {}):
            raise AWSValidationException(
                f"No scalable target registered for service namespace: {service_namespace}, "
                f"resource ID: {resource_id}, scalable dimension: {scalable_dimension}"
            )
        policy = put_on_moto(
            self,
            policy_name,
            service_namespace,
            resource_id,
            scalable_dimension,
            policy_body,
            policy_type,
        )
        followed = _tracking(policy_name, resource_id, policy_body or {}) if ours else None
        if followed is not None:
            key = (followed.endpoint, followed.variant, policy_name)
            scaling.policies[key] = followed
        return policy

    def delete(
        self: ApplicationAutoscalingBackend,
        policy_name: str,
        service_namespace: str,
        resource_id: str,
        scalable_dimension: str,
    ) -> None:
        delete_on_moto(self, policy_name, service_namespace, resource_id, scalable_dimension)
        if scalable_dimension == DIMENSION:
            scaling.policies.pop((*_named(resource_id), policy_name), None)

    put_on_moto = patches.replace(
        ApplicationAutoscalingBackend,
        "put_scaling_policy",
        put,
        parameters=(
            "policy_name",
            "service_namespace",
            "resource_id",
            "scalable_dimension",
            "policy_body",
            "policy_type",
        ),
    )
    delete_on_moto = patches.replace(
        ApplicationAutoscalingBackend,
        "delete_scaling_policy",
        delete,
        parameters=("policy_name", "service_namespace", "resource_id", "scalable_dimension"),
    )


def _tracking(name: str, resource: str, body: dict[str, Any]) -> TrackingPolicy | None:
    """Return the policy to follow, None for one on a metric that is not emulated here."""
    metric = (body.get("PredefinedMetricSpecification") or {}).get("PredefinedMetricType")
    if metric != METRIC:
        return None
    return TrackingPolicy(
        name,
        *_named(resource),
        float(body["TargetValue"]),
        float(body.get("ScaleOutCooldown", COOLDOWN_SECONDS)),
        float(body.get("ScaleInCooldown", COOLDOWN_SECONDS)),
        scale_in=not body.get("DisableScaleIn", False),
    )


def _check_exists(scaling: Scaling, endpoint: str, variant: str) -> None:
    found = scaling.fleet.endpoints.get(endpoint)
    if found is None or found.variant(variant) is None:
        raise AWSValidationException(
            f'Could not find endpoint "{scaling.fleet.arn(endpoint)}".'
            if found is None
            else f"ProductionVariant {variant} does not exist on endpoint {endpoint}"
        )


def _check_bounds(least: int | None, most: int | None) -> None:
    if least is None or most is None:
        raise AWSValidationException(
            "MinCapacity and MaxCapacity must be specified for a new scalable target"
        )
    if least > most:
        raise AWSValidationException("Maximum capacity cannot be less than minimum capacity")


def _or(given: int | None, known: int | None) -> int | None:
    return known if given is None else given
