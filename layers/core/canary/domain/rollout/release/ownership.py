"""Which configurations and weights are ours while a rollout builds, settles or takes off variants.

Rules: pure. A configuration that this rollout asked for is ours from the claim on, since the answer
may be lost; the one it found is ours until the canary is known to stand, and again once it is taken
off.
"""

from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.target import Target
from canary.domain.rollout.record import Record


def our_configs(record: Record) -> frozenset[str]:
    """Return every configuration that this rollout may have left in use at this point."""
    plan, arranged = record.plan, record.arranged
    if arranged is None:
        release = plan.release
        return frozenset({release.found_config if release is not None else plan.config_name})
    if arranged.reached_at is not None:
        return frozenset({arranged.config})
    return frozenset({arranged.config, *arranged.before})


def unstaged_target(record: Record) -> Target | None:
    """Return the safe target without the canary, as long as the endpoint may be without it: not
    built yet, or taken off; None otherwise.
    """
    release = record.plan.release
    if release is None or release.found_config == record.plan.config_name:
        return None
    return without_canary(record) if release.found_config in our_configs(record) else None


def without_canary(record: Record) -> Target:
    """Return the safe target without the canary, and without a control that was built with it."""
    staging = record.plan.release.staging if record.plan.release else None
    built = staging.built if staging else (record.canary,)
    weights = record.plan.safe_target.weights
    return Target(weights={name: w for name, w in weights.items() if name not in built})


def is_safe(record: Record, view: EndpointView) -> bool:
    """Return whether the safe weights serve: with the canary at 0, or without it."""
    without = unstaged_target(record)
    return view.serves(record.plan.safe_target) or (without is not None and view.serves(without))
