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
        for name, one in planned.raised(plan.canary).items():
            for step, count in enumerate(one.counts):
                asked = same_weights(dict(move.weights), plan.steps[step].target.weights)
                if step and asked and move.counts.get(name, 0) < count:
                    yield f"step {step} asked for with {dict(move.counts)}, {name} needs {count}"


def instances_end_as_they_must(run: Run) -> Iterator[str]:
    """Minimums as found; the counts of canary and control as found after a roll-back, and after a
    promotion the control's as found and the canary's what its share needs. What is not so is told.
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
    planned, counts = record.plan.capacity, run.observer.counts(record.endpoint)
    for name, one in planned.raised(record.canary).items() if planned else ():
        has = counts.get(name)
        if has is None:  # taken off, or retired
            continue
        keeps = record.phase is Phase.PROMOTED and name == record.canary
        if keeps and has < one.counts[-1]:
            yield f"PROMOTED with {has} instances of {one.counts[-1]}"
        if not keeps and has != one.found_count:
            yield f"{record.phase} with {has} instances of {name}, found {one.found_count}"


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
        raised = planned.raised(record.canary) if planned else {}
        if ask.way != "count" or ask.variant not in raised:
            continue
        if ask.instances == raised[ask.variant].found_count and ask.weights.get(ask.variant):
            yield f"{ask.instances} of {ask.variant} asked while it served {dict(ask.weights)}"


INSTANCES: tuple[Invariant, ...] = (
    no_share_without_its_instances,
    instances_end_as_they_must,
    every_change_of_instances_was_recorded,
    instances_go_back_after_the_weights,
)
