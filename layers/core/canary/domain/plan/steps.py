"""The exact target of every step, computed once; and whether an endpoint can carry it.

The other variants keep the weights they were found with until the last step, so that nothing but
the canary's weight changes on the way up, and the way back is always "what was found, with the
canary at 0".
"""

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import A_MINUTE, EndpointView
from canary.domain.plan.plan import PlannedStep
from canary.domain.plan.spec import Spec
from canary.domain.plan.target import Target, Weights


def safe_target(found: Target, canary: str) -> Target:
    """Return what was found, with the canary's weight at 0."""
    return found.but(weights={**found.weights, canary: 0.0})


def step_target(safe: Target, canary: str, share: float) -> Target:
    """Return the target that gives the canary `share` of the traffic, the others keeping
    proportions and scale.

    At share 1 the canary takes the sum of the others' weights and they go to 0.
    """
    others = sum(safe.weights.values())
    if share >= 1:
        return safe.but(weights={n: others if n == canary else 0.0 for n in safe.weights})
    return safe.but(weights={**safe.weights, canary: others * share / (1 - share)})


def plan_steps(spec: Spec, safe: Target) -> tuple[PlannedStep, ...]:
    """Return the shadow gate at share 0 followed by the steps of the spec."""
    gate = PlannedStep(
        share=0.0, target=safe, bake_min_minutes=0, bake_max_minutes=spec.steps[0].bake_minutes.max
    )
    steps = (
        PlannedStep(
            share=step.share,
            target=step_target(safe, spec.canary, step.share),
            bake_min_minutes=step.bake_minutes.min,
            bake_max_minutes=step.bake_minutes.max,
        )
        for step in spec.steps
    )
    return (gate, *steps)


def check_endpoint(spec: Spec, view: EndpointView) -> None:
    """Raise Refused when this endpoint cannot carry this rollout; the message names the field and
    the remedy.
    """
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
    if not view.variants:
        raise Refused(
            "endpoint",
            f"{spec.endpoint} has no production variants (inference components?)",
            "Use an endpoint whose models are production variants",
        )
    if view.published_every_seconds > A_MINUTE:
        raise Refused(
            "endpoint",
            f"it publishes its metrics every {view.published_every_seconds} s, so that a minute "
            "holds the requests of minutes before it",
            "Set MetricPublishFrequencyInSeconds in its endpoint configuration to 60 or less",
        )
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
    _check_weights(spec, found)


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
