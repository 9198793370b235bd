"""Whether an endpoint can carry a rollout, from what DescribeEndpoint shows of it.

A kind of endpoint is asked for before what only other kinds can mend: a serverless endpoint has one
variant because it may have no other.
"""

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import A_MINUTE, EndpointView
from canary.domain.plan.kinds.control import check_control
from canary.domain.plan.spec import Spec
from canary.domain.plan.target import Weights


def check_endpoint(spec: Spec, view: EndpointView) -> None:
    """Raise Refused when this endpoint cannot carry this rollout; the message names the field and
    the remedy.
    """
    check_kind(spec, view)
    _check_variants(spec, view)
    check_control(spec, view)
    _check_weights(spec, view.current_weights)
    _check_instances(spec, view)


def check_kind(spec: Spec, view: EndpointView) -> None:
    """Raise Refused when no rollout could run on this endpoint, whatever its canary."""
    _check_standing(spec, view)
    _check_kind(spec, view)
    _check_metrics(view)


def _check_standing(spec: Spec, view: EndpointView) -> None:
    if not view.exists:
        raise Refused(
            "endpoint",
            f"no endpoint named {spec.endpoint!r} here",
            "Check name, account and region",
        )
    if (
        view.name and view.name != spec.endpoint
    ):  # SageMaker finds it in any case, and the lease goes by its name
        raise Refused(
            "endpoint",
            f"it is written {view.name!r} here",
            f"Write {view.name!r}, in upper and lower case",
        )
    if not view.in_service:
        reason = f" ({view.failure_reason})" if view.failure_reason else ""
        raise Refused(
            "endpoint",
            f"{spec.endpoint} is {view.status}{reason}",
            "Start again when it is InService",
        )
    if view.deploying:
        raise Refused(
            "endpoint",
            f"a deployment of {view.deploying} to {spec.endpoint} is under way, which replaces "
            "its variants and may be rolled back by its own alarms",
            "Start again when it is over",
        )


def _check_kind(spec: Spec, view: EndpointView) -> None:
    """Raise Refused for endpoints whose requests are not shared out by weight, or not answered.

    Sources: InvokeEndpointAsync has no TargetVariant; ShadowProductionVariants allow one production
    variant (both API model); serverless endpoints take no multiple production variants (Developer
    Guide, "Deploy models with Serverless Inference", feature exclusions).
    """
    if view.asynchronous:
        raise Refused(
            "endpoint",
            f"{spec.endpoint} answers asynchronously (AsyncInferenceConfig): InvokeEndpointAsync "
            "knows no TargetVariant, so that nothing can be asked of the canary alone",
            "Use a real-time endpoint",
        )
    if not view.variants or not all(variant.weighted for variant in view.variants):
        raise Refused(
            "endpoint",
            f"{spec.endpoint} has no production variants with weights (inference components?): "
            "its requests name a component, and no weight shares them out",
            "Use an endpoint whose models are production variants",
        )
    serverless = [variant.name for variant in view.variants if variant.serverless]
    if serverless:
        raise Refused(
            "endpoint",
            f"{', '.join(serverless)} of {spec.endpoint} is serverless: SageMaker takes no second "
            "production variant there, and cold starts would count as slowness of the variant "
            "with fewer requests",
            "Serve both models from instances, as variants of one endpoint",
        )
    if spec.canary in view.shadows or (view.shadows and len(view.variants) == 1):
        raise Refused(
            "canary" if spec.canary in view.shadows else "endpoint",
            f"{spec.endpoint} has the shadow variant {', '.join(view.shadows)}: it gets copies of "
            "requests and no weight, and beside it SageMaker takes one production variant alone",
            "Deploy a configuration with the canary among ProductionVariants, "
            "InitialVariantWeight 0, and without ShadowProductionVariants",
        )


def _check_metrics(view: EndpointView) -> None:
    if view.published_every_seconds > A_MINUTE:
        raise Refused(
            "endpoint",
            f"it publishes its metrics every {view.published_every_seconds} s, so that a minute "
            "holds the requests of minutes before it",
            "Set MetricPublishFrequencyInSeconds in its endpoint configuration to 60 or less",
        )


def _check_variants(spec: Spec, view: EndpointView) -> None:
    found = view.current_weights
    if spec.canary not in found:
        raise Refused(
            "canary",
            f"{spec.endpoint} has no variant {spec.canary!r}",
            f"Choose one of {sorted(found)}",
        )
    if len(found) == 1:
        raise Refused(
            "canary",
            f"{spec.canary} is the only variant of {spec.endpoint}",
            "Add a baseline variant",
        )
    if not view.settled:
        raise Refused(
            "endpoint",
            "its current weights differ from the desired ones",
            "Settle the weights first",
        )


def _check_weights(spec: Spec, found: Weights) -> None:
    if not any(weight for name, weight in found.items() if name != spec.canary):
        raise Refused(
            "canary",
            f"no other variant of {spec.endpoint} has any weight, so there is no baseline",
            "Give a baseline variant a weight above 0",
        )
    if found[spec.canary] and not spec.adopt_live:
        raise Refused(
            "canary",
            f"{spec.canary} already serves with weight {found[spec.canary]:g}",
            'Set its weight to 0, or say "adopt_live": true to start from share 0',
        )


def _check_instances(spec: Spec, view: EndpointView) -> None:
    """Raise Refused where the canary, or a baseline that the way back leads to, has no instance or
    may lose its last one while no request comes to it.
    """
    keys = {spec.canary: "canary", spec.control: "control"}
    for variant in view.taking_part(spec.from_zero):
        if variant.current_count == 0:
            raise Refused(
                keys.get(variant.name, "endpoint"),
                f"{variant.name} has no instance, so that no request to it is answered",
                "Ask for an instance (UpdateEndpointWeightsAndCapacities, DesiredInstanceCount) "
                "and start again",
            )
        if variant.least_instances == 0:
            raise Refused(
                keys.get(variant.name, "endpoint"),
                f"SageMaker may scale {variant.name} to no instance (ManagedInstanceScaling, "
                "MinInstanceCount 0) while no request comes to it: the canary has none before its "
                "first step, and a baseline none while the canary serves alone",
                "Set its MinInstanceCount to 1 or more",
            )
