"""The exact target of every step, computed once.

The other variants keep the weights they were found with until the last step, so that nothing but
the canary's weight changes on the way up, and the way back is always "what was found, with the
canary at 0".
"""

from canary.domain.plan.plan import PlannedStep
from canary.domain.plan.spec import Spec
from canary.domain.plan.target import Target


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
