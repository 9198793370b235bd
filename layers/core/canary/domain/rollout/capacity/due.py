"""Which change of instances is due, before a step and at an end; one at a time, level-triggered.

Rules: pure. What AWS shows is compared with what the plan wants, whatever was asked before: a lost
answer, or a call that lands late, is found again by the next look. Bounds that are neither as found
nor ours are somebody else's: they are never overwritten.
"""

from collections.abc import Mapping

from canary.domain.plan.capacity.values import Bounds, CapacityPlan
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.rollout.capacity.state import Change
from canary.domain.rollout.record import Record


def due_before(
    record: Record, step: int, view: EndpointView, bounds: Mapping[str, Bounds]
) -> Change | None:
    """Return the next change that a step needs, the baselines' minimum first; None when all are
    made.
    """
    planned = record.plan.capacity
    if planned is None:
        return None
    raised = planned.raised(record.canary)
    for name in (*planned.held, *raised):
        least = planned.least_of(name, record.canary, step)
        shown = bounds.get(name)
        if least is not None and shown is not None and shown.least < min(least, shown.most):
            return Change(variant=name, way="least", instances=min(least, shown.most))
    short = short_of(record, step, view)
    if short in raised and short not in planned.bounds:
        return Change(variant=short, way="count", instances=raised[short].counts[step])
    return None


def short_of(record: Record, step: int, view: EndpointView) -> str:
    """Return the variant whose instances are not all there yet, '' when every one has its own."""
    planned = record.plan.capacity
    if planned is None:
        return ""
    raised = planned.raised(record.canary)
    wanted = {**planned.held, **{name: one.counts[step] for name, one in raised.items()}}
    there = {variant.name: _both(variant) for variant in view.variants}
    return next((name for name, count in wanted.items() if there.get(name, count) < count), "")


def gone_bounds(record: Record, bounds: Mapping[str, Bounds]) -> str:
    """Return the variant whose minimum a step needs and which is not autoscaled any more, '' for
    none.
    """
    planned = record.plan.capacity
    found = planned.bounds if planned else {}
    return next((name for name in found if name not in bounds), "")


def due_back(
    record: Record, view: EndpointView, bounds: Mapping[str, Bounds], *, promoted: bool
) -> Change | None:
    """Return the next thing to give back: minimums first, then counts; a canary that was promoted
    keeps its instances. None when all is as it was found, or somebody else's.
    """
    planned, capacity = record.plan.capacity, record.capacity
    if planned is None or capacity is None:
        return None
    for name in capacity.leasts:
        found, shown = planned.bounds[name], bounds.get(name)
        if shown is not None and shown.least != found.least and _ours(record, name, shown):
            return Change(variant=name, way="least", instances=found.least)
    standing = {variant.name: variant for variant in view.variants}
    for name, found_count in _to_give_back(record, promoted=promoted).items():
        one = standing.get(name)
        if one and (one.current_count, one.desired_count) != (found_count, found_count):
            return Change(variant=name, way="count", instances=found_count)
    return None


def _to_give_back(record: Record, *, promoted: bool) -> dict[str, int]:
    """Return the variants whose count this rollout has changed and gives back, as found: none that
    serves or is to be retired.
    """
    planned, capacity = record.plan.capacity, record.capacity
    if planned is None or capacity is None:
        return {}
    release = record.plan.release
    keeps = {record.canary} if promoted else set()
    if promoted and release is not None and release.after == "retire":
        keeps.update(planned.control)
    changed = {*capacity.counts, *capacity.leasts} - keeps
    raised = planned.raised(record.canary)
    return {name: one.found_count for name, one in raised.items() if name in changed}


def left_behind(
    record: Record, *, promoted: bool = False, minimums: bool = True
) -> tuple[str, ...]:
    """Return what may still be changed of instances, each with the call that gives it back, as far
    as the record knows; without the `minimums` that are known to be given back.
    """
    planned, capacity = record.plan.capacity, record.capacity
    if planned is None or capacity is None:
        return ()
    left = [
        f"{name} may still be held at a minimum of more than the {planned.bounds[name].least} "
        f"instances it was found with. {_register(record, name, planned)}"
        for name in (capacity.leasts if minimums else ())
    ]
    left += [
        f"{name} may still have more than the {found_count} instances it was "
        "found with. Give them back: aws sagemaker update-endpoint-weights-and-capacities "
        f"--endpoint-name {record.endpoint} --desired-weights-and-capacities "
        f"VariantName={name},DesiredInstanceCount={found_count}"
        for name, found_count in _to_give_back(record, promoted=promoted).items()
    ]
    return tuple(left)


def kept_by_others(record: Record, bounds: Mapping[str, Bounds]) -> tuple[str, ...]:
    """Return a sentence on every minimum that somebody else has set since: it is theirs now."""
    planned, capacity = record.plan.capacity, record.capacity
    if planned is None or capacity is None:
        return ()
    return tuple(
        f"Somebody else gave {name} a minimum of {bounds[name].least} instances meanwhile; it was "
        f"found with {planned.bounds[name].least}, and nothing was overwritten."
        for name in capacity.leasts
        if name in bounds
        and bounds[name].least != planned.bounds[name].least
        and not _ours(record, name, bounds[name])
    )


def _register(record: Record, name: str, planned: CapacityPlan) -> str:
    return (
        "Give it back: aws application-autoscaling register-scalable-target --service-namespace "
        "sagemaker --scalable-dimension sagemaker:variant:DesiredInstanceCount --resource-id "
        f"endpoint/{record.endpoint}/variant/{name} --min-capacity {planned.bounds[name].least}"
    )


def _ours(record: Record, name: str, shown: Bounds) -> bool:
    """Return whether a minimum is one this rollout may have set."""
    planned = record.plan.capacity
    if planned is None:
        return False
    raised = planned.raised(record.canary)
    ours = raised[name].counts if name in raised else (planned.held.get(name, 0),)
    return shown.least in {min(count, shown.most) for count in ours}


def _both(variant: Variant) -> int:
    """Return the instances a variant has and keeps."""
    return min(variant.current_count or 0, variant.desired_count or 0)
