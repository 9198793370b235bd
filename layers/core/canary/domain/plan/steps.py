"""The exact target of every step, computed once.

The other variants keep the weights they were found with until the last step, so that nothing but
the canary's weight changes on the way up, and the way back is always "what was found, with the
canary at 0". A control rises with the canary, and from one half on nothing is left to the others.
"""

from canary.domain.plan.plan import PlannedStep
from canary.domain.plan.spec import Spec
from canary.domain.plan.target import Target, control_share


def safe_target(found: Target, canary: str) -> Target:
    """Return what was found, with the canary's weight at 0."""
    return found.but(weights={**found.weights, canary: 0.0})


def step_target(safe: Target, canary: str, share: float, control: str | None = None) -> Target:
    """Return the target that gives the canary `share` of the traffic, and its control as much or
    what is left, the others keeping proportions and scale.

    At share 1 the canary takes the sum of the others' weights and they go to 0; so do all but
    canary and control where these serve everything.
    """
    others = sum(safe.weights.values())
    tested = {canary: share} if control is None else {canary: share, control: control_share(share)}
    if share >= (1.0 if control is None else 0.5):
        nobody = dict.fromkeys(safe.weights, 0.0)
        return safe.but(weights=nobody | {name: others * s for name, s in tested.items()})
    left = 1 - sum(tested.values())
    given = {name: others * s / left for name, s in tested.items()}
    return safe.but(weights={**safe.weights, **given})


def plan_steps(spec: Spec, safe: Target) -> tuple[PlannedStep, ...]:
    """Return the shadow gate at share 0 followed by the steps of the spec."""
    gate = PlannedStep(
        share=0.0, target=safe, bake_min_minutes=0, bake_max_minutes=spec.steps[0].bake_minutes.max
    )
    steps = (
        PlannedStep(
            share=step.share,
            target=step_target(safe, spec.canary, step.share, spec.control),
            bake_min_minutes=step.bake_minutes.min,
            bake_max_minutes=step.bake_minutes.max,
        )
        for step in spec.steps
    )
    return (gate, *steps)
