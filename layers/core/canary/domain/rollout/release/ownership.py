"""Which configurations and weights are ours while a rollout builds, settles or takes off variants.

Rules: pure. A configuration that this rollout asked for is ours from the claim on, since the answer
may be lost; the one it found is ours until the canary is known to stand, and again once it is taken
off. A control that was built is gone once the promotion is settled.
"""

from collections.abc import Collection

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


def without_control(record: Record, target: Target) -> Target:
    """Return a target without the control that was built, where settling may have taken it off; as
    it is where nothing did.
    """
    release, arranged = record.plan.release, record.arranged
    if release is None or release.staging is None or arranged is None:
        return target
    built, settles = release.staging.control, release.after == "settle"
    if built not in target.weights or not settles or arranged.what == "stage":
        return target
    return Target(
        weights={name: weight for name, weight in target.weights.items() if name != built},
        counts={name: count for name, count in target.counts.items() if name != built},
    )


def as_it_stands(record: Record, target: Target, standing: Collection[str]) -> Target:
    """Return what may be asked of an endpoint with these variants: the target, without a control
    that is gone.
    """
    without = without_control(record, target)
    return without if without.weights.keys() == set(standing) else target


def is_safe(record: Record, view: EndpointView) -> bool:
    """Return whether the safe weights serve: with the canary at 0, or without it."""
    safe = as_it_stands(record, record.plan.safe_target, view.current_weights)
    without = unstaged_target(record)
    return view.serves(safe) or (without is not None and view.serves(without))
