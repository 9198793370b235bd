"""What must hold of instances after every run: none missing under a share, none left behind."""

from __future__ import annotations

from collections.abc import Iterator

from canary.domain.plan.target import same_weights
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from tests.faults.run import Invariant, Run


def no_share_without_its_instances(run: Run) -> Iterator[str]:
    """Weights of a step are asked for only where its instances are there."""
    for move in run.observer.moves:
        planned = run.last[move.rollout].plan.capacity
        if planned is None:
            continue
        plan = run.last[move.rollout].plan
        for step, count in enumerate(planned.counts):
            asked = same_weights(dict(move.weights), plan.steps[step].target.weights)
            if step and asked and move.counts.get(plan.canary, 0) < count:
                yield f"step {step} asked for with {dict(move.counts)}, it needs {count}"


def instances_end_as_they_must(run: Run) -> Iterator[str]:
    """Minimums as found; the canary's count as found after a roll-back, what its share needs after
    a promotion. What is not so is told.
    """
    for record in run.last.values():
        planned = record.plan.capacity
        if planned is None or record.phase not in {Phase.PROMOTED, Phase.ROLLED_BACK}:
            continue
        if run.world.foreign_since or (record.capacity is not None and record.capacity.left):
            continue
        found = {name: bounds.least for name, bounds in planned.bounds.items()}
        minimums = dict(run.observer.minimums(record.endpoint))
        if minimums != found:
            yield f"{record.phase} with minimums {minimums}, found {found}"
        yield from _count(run, record)


def _count(run: Run, record: Record) -> Iterator[str]:
    planned = record.plan.capacity
    has = run.observer.counts(record.endpoint).get(record.canary)
    if planned is None or has is None:
        return
    if record.phase is Phase.PROMOTED and has < planned.counts[-1]:
        yield f"PROMOTED with {has} instances of {planned.counts[-1]}"
    if record.phase is Phase.ROLLED_BACK and has != planned.found_count:
        yield f"ROLLED_BACK with {has} instances, found {planned.found_count}"


def every_change_of_instances_was_recorded(run: Run) -> Iterator[str]:
    """Record, then act: whoever changes instances has written into the record which variant's."""
    stored = {(r.record.rollout, r.record.revision): r.record for r in run.observer.revisions}
    for ask in run.observer.instances:
        record = stored.get((ask.rollout, ask.seen_revision))
        capacity = record.capacity if record else None
        known = (capacity.counts if ask.way == "count" else capacity.leasts) if capacity else ()
        if ask.variant not in known:
            yield f"{ask.way} {ask.instances} of {ask.variant} asked on r{ask.seen_revision}"


def instances_go_back_after_the_weights(run: Run) -> Iterator[str]:
    """On the way back nothing is taken from a variant that still serves."""
    for ask in run.observer.instances:
        record = run.last[ask.rollout]
        planned = record.plan.capacity
        if planned is None or ask.way != "count" or ask.instances != planned.found_count:
            continue
        if ask.weights.get(record.canary):
            yield f"{ask.instances} of {ask.variant} asked while it served {dict(ask.weights)}"


INSTANCES: tuple[Invariant, ...] = (
    no_share_without_its_instances,
    instances_end_as_they_must,
    every_change_of_instances_was_recorded,
    instances_go_back_after_the_weights,
)
