"""How many instances each share needs, from what the baseline's instances carried in its last day.

Rules: pure. One minute in twenty of the day was busier than what is planned for; the baseline's own
instances show what one of them can carry. Only what is inferred is told, where it comes from along
with it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from canary.domain.plan.capacity.values import Bounds, CapacityKeys, CapacityPlan, Raised
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.guards import Metric
from canary.domain.plan.kinds.unlike import told_of_load
from canary.domain.plan.spec import Spec
from canary.domain.plan.target import control_share
from canary.domain.words import percent

PER_INSTANCE = Metric(name="InvocationsPerInstance")
"""Its Sum is the requests an instance got in a minute: each request sends 1 / instances (SageMaker
developer guide, "Monitor with CloudWatch").
"""
BUSY = 0.95
LEAST_MINUTES = 60
MOST_RAISES = 8
"""A rollout raises no oftener: each may take minutes, and all must fit into one history."""
MOST_STEPS = 20
"""With more of them, each move as slow as it may be, raises do not fit into that history."""
ALMOST = 1e-6


@dataclass(frozen=True)
class Carried:
    """What the baselines carried in a busy minute of their last day, and on how many instances."""

    requests: float
    instances: float
    minutes: int


@dataclass(frozen=True)
class CapacityFacts:
    """What was found of instances: `requests` and `per_instance` by baseline, a value a minute."""

    requests: Mapping[str, Sequence[float]] = field(default_factory=dict)
    per_instance: Mapping[str, Sequence[float]] = field(default_factory=dict)
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    unread: str = ""
    """Why it is not known which variants are autoscaled, in words."""


def instances_of(
    spec: Spec, view: EndpointView, facts: CapacityFacts | None, shares: Sequence[float]
) -> tuple[CapacityPlan | None, tuple[str, ...]]:
    """Return the instances of every step, and what is told of them, also of the load that each then
    has; `facts` None where nobody looked.
    """
    planned, told = plan_capacity(spec, view, facts, shares) if facts else (None, ())
    scaled = facts.bounds if facts else {}
    return planned, (*told, *told_of_load(view, spec.canary, shares, planned, scaled))


def plan_capacity(
    spec: Spec, view: EndpointView, facts: CapacityFacts, shares: Sequence[float]
) -> tuple[CapacityPlan | None, tuple[str, ...]]:
    """Return the instances of every step (None where nothing is to be changed), and what is told.

    `shares` are those of all steps, the gate at 0 first.
    """
    if spec.capacity == "off":
        return None, ()
    taking_part = view.taking_part(spec.from_zero)
    rising = {v.name: v for v in taking_part if v.name in spec.from_zero}
    baselines = [v for v in taking_part if v.name not in rising]
    left_out = _left_out(spec, taking_part, facts)
    if left_out or not all(
        name in rising and rising[name].current_count for name in spec.from_zero
    ):
        return None, left_out
    keys = spec.capacity or CapacityKeys()
    carried = carried_by(baselines, facts)
    wanted = {name: _wanted(spec, name, shares, keys, carried) for name in rising}
    most = {v.name: _most(spec, v, carried, facts) for v in rising.values()}
    raises = MOST_RAISES // len(rising)
    counts = {
        v.name: Raised(
            found_count=v.current_count or 1,
            counts=in_few_raises(
                [max(v.current_count or 1, min(n, most[v.name])) for n in wanted[v.name]], raises
            ),
        )
        for v in rising.values()
    }
    canary = counts.pop(spec.canary)
    planned = CapacityPlan(
        found_count=canary.found_count,
        counts=canary.counts,
        control=counts,
        held=_held(baselines, facts),
        bounds=dict(facts.bounds),
    )
    told = [
        text
        for name, one in planned.raised(spec.canary).items()
        for text in (
            *_raised(spec, name, one, planned, carried, keys),
            *_short(spec, name, wanted[name][-1], one.counts[-1], most[name]),
        )
    ]
    told += _holds(planned)
    if not planned.held and not any(
        one.counts[-1] > one.found_count for one in planned.raised(spec.canary).values()
    ):
        return None, tuple(told)
    return planned, tuple(told)


def _wanted(
    spec: Spec, variant: str, shares: Sequence[float], keys: CapacityKeys, carried: Carried
) -> list[int]:
    """Return the instances a variant needs at every step; a control, whose share falls again beyond
    one half, keeps what it had.
    """
    own = shares if variant == spec.canary else [control_share(share) for share in shares]
    needed = [_instances(share, keys.headroom, carried.instances) for share in own]
    return list(accumulate(needed, max))


def carried_by(baselines: Sequence[Variant], facts: CapacityFacts) -> Carried:
    """Return what the baselines carry in a busy minute; without an hour of their metrics their
    present instances stand for it, and nobody knows the requests.
    """
    requests = instances = 0.0
    least = min((len(facts.per_instance.get(v.name, ())) for v in baselines), default=0)
    for variant in baselines:
        each = _busy(facts.per_instance.get(variant.name, ()))
        all_of_it = _busy(facts.requests.get(variant.name, ()))
        requests += all_of_it
        known = least >= LEAST_MINUTES and each > 0
        instances += all_of_it / each if known else float(variant.current_count or 1)
    return Carried(requests, instances, least if least >= LEAST_MINUTES else 0)


def in_few_raises(counts: Sequence[int], raises: int = MOST_RAISES) -> tuple[int, ...]:
    """Return the counts with at most so many of them beyond the first, each step keeping at least
    its own.
    """
    levels = sorted(set(counts))
    above = levels[1:]
    each = -(-len(above) // raises) if above else 1
    kept = [
        levels[0],
        *(above[min(at + each, len(above)) - 1] for at in range(0, len(above), each)),
    ]
    return tuple(next(level for level in kept if level >= count) for count in counts)


def _instances(share: float, headroom: float, instances: float) -> int:
    return max(1, math.ceil(headroom * share * instances - ALMOST)) if share > 0 else 1


def _most(spec: Spec, canary: Variant, carried: Carried, facts: CapacityFacts) -> int:
    """Return the most instances the canary may be given: as many as carry all traffic today where
    the spec does not speak of them, since instances cost money.
    """
    limits = [math.ceil(carried.instances - ALMOST)]
    if spec.capacity is not None and spec.capacity != "off":
        limits = [spec.capacity.at_most] if spec.capacity.at_most else []
    if canary.name in facts.bounds:
        limits.append(facts.bounds[canary.name].most)
    return min(limits, default=10**6)


def _held(baselines: Sequence[Variant], facts: CapacityFacts) -> dict[str, int]:
    """Return the minimum of each autoscaled baseline with which it could take its traffic back."""
    held = {}
    for variant in baselines:
        bounds = facts.bounds.get(variant.name)
        if bounds is not None:
            needed = math.ceil(carried_by([variant], facts).instances - ALMOST)
            least = min(bounds.most, max(needed, variant.current_count or 1))
            if least > bounds.least:
                held[variant.name] = least
    return held


def _busy(values: Sequence[float]) -> float:
    """Return the value that all but one in twenty stay at or under; 0 without any."""
    ordered = sorted(values)
    return ordered[math.ceil(BUSY * len(ordered)) - 1] if ordered else 0.0


def _left_out(spec: Spec, taking_part: Sequence[Variant], facts: CapacityFacts) -> tuple[str, ...]:
    """Return why instances are left alone, one sentence, where they cannot be planned here."""
    why = ""
    if any(v.serverless for v in taking_part):
        why = "a serverless variant has none"
    elif any(v.least_instances is not None for v in taking_part):
        why = "SageMaker scales a variant by itself (ManagedInstanceScaling)"
    elif any(not v.weighted for v in taking_part):
        why = "inference components have copies, which no weight moves"
    elif len(spec.steps) > MOST_STEPS:
        why = f"looks at instances fit into the history of {MOST_STEPS} steps, not of more"
    elif facts.unread:
        why = f"it is not known which variants are autoscaled: {facts.unread}"
    if not why:
        return ()
    see = "See to it that it can carry every step."
    return (f"Instances are left as they are, whatever share {spec.canary} gets: {why}. {see}",)


def _raised(
    spec: Spec,
    name: str,
    one: Raised,
    planned: CapacityPlan,
    carried: Carried,
    keys: CapacityKeys,
) -> Iterator[str]:
    if one.counts[-1] == one.found_count:
        return
    shares = [0.0, *(step.share for step in spec.steps)]
    raised = [
        f"{count} for {percent(share)}"
        for share, count, before in zip(
            shares, one.counts, (one.found_count, *one.counts), strict=False
        )
        if count > before
    ]
    how = (
        f"the minimum of its scalable target (found {planned.bounds[name].least})"
        if name in planned.bounds
        else "its DesiredInstanceCount"
    )
    basis = "the baseline's present instances, whose metrics cover less than an hour"
    if carried.minutes:
        each = carried.requests / carried.instances
        basis = (
            f"{carried.requests:,.0f} requests a minute at the 95th percentile of the baseline's "
            f"last day, {each:,.0f} an instance (InvocationsPerInstance)"
        )
    yield (
        f"{name} has {one.found_count} of the instances its shares need and is given "
        f"{', '.join(raised)} before each of them, by {how}: {basis}, headroom {keys.headroom:g}. "
        'They cost money; "capacity" in the spec says otherwise ("at_most", "off").'
    )


def _short(spec: Spec, name: str, wanted: int, gets: int, most: int) -> Iterator[str]:
    """Yield that a limit the user set leaves less than a share needs."""
    if spec.capacity is None or gets >= wanted:
        return
    what = "all traffic" if name == spec.canary else "its largest share"
    yield (
        f"{name} would need {wanted} instances for {what} and gets {gets}: at most {most} are "
        "allowed (capacity.at_most, or MaxCapacity of its scalable target)."
    )


def _holds(planned: CapacityPlan) -> Iterator[str]:
    for name, least in planned.held.items():
        yield (
            f"{name} is autoscaled and keeps at least {least} instances until the watch is over "
            f"(its minimum is {planned.bounds[name].least}), so that the way back leads to "
            "instances that are there; then it gets its minimum back."
        )
