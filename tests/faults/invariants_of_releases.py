"""What must hold of configurations and models after every run: the right one in use, none of ours
left behind untold, and none made or asked for that the record does not name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from canary.domain.plan.release.staging import PREFIX
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from tests.faults.run import Invariant, Run


def as_left(record: Record, weights: Mapping[str, float]) -> tuple[Mapping[str, float], ...]:
    """Return the weights an end promises, without variants that were taken off, retired or never
    built; with and without them where it was told that this is not confirmed.
    """
    seen = record.outcome.seen if record.outcome else None
    if record.phase is Phase.ROLLED_BACK and seen is not None:
        return (safe_of(record, seen.target.weights),)
    arranged = record.arranged
    if arranged is None:
        return (weights,)
    tidied = {
        "take_off": _without_canary(record),
        "retire": {name: weight for name, weight in weights.items() if weight},
        "settle": {n: w for n, w in weights.items() if n != _built_control(record)},
    }.get(arranged.what, weights)
    if arranged.reached_at is not None:
        return (tidied,)
    return (weights, tidied) if arranged.failed else (weights,)


def _built_control(record: Record) -> str | None:
    staging = record.plan.release.staging if record.plan.release else None
    return staging.control if staging else None


def safe_of(record: Record, said: Mapping[str, float]) -> Mapping[str, float]:
    """Return the safe weights of a rollout: without its canary and control where the record says
    that they do not stand there, which only those that the rollout builds itself may not.
    """
    staging = record.plan.release.staging if record.plan.release else None
    gone = set(staging.built if staging else ()) - said.keys()
    return {n: w for n, w in record.plan.safe_target.weights.items() if n not in gone}


def _without_canary(record: Record) -> Mapping[str, float]:
    staging = record.plan.release.staging if record.plan.release else None
    built = staging.built if staging else (record.canary,)
    safe = record.plan.safe_target.weights
    return {name: weight for name, weight in safe.items() if name not in built}


def the_configuration_in_use_is_as_told(run: Run) -> Iterator[str]:
    """A verified end leaves the configuration it named, or says that it could not."""
    record = _last_verified(run)
    if record is None or record.plan.release is None:
        return
    arranged = record.arranged
    if arranged is None:
        yield f"{record.phase} and nothing was arranged"
        return
    used = run.observer.configuration(record.endpoint)
    if arranged.reached_at is not None and used != arranged.config:
        yield f"{record.phase} with configuration {used}, told {arranged.config}"
    if arranged.reached_at is None and not arranged.failed:
        yield f"{record.phase}, {arranged.what} neither done nor given up"


def nothing_of_ours_is_left_untold(run: Run) -> Iterator[str]:
    """What was made for a rollout and serves nothing is removed, or told."""
    record = _last_verified(run)
    if record is None or record.plan.release is None:
        return
    arranged = record.arranged
    if arranged is None or arranged.failed:
        return
    used = run.observer.configuration(record.endpoint)
    for name in run.observer.configurations():
        if name.startswith(PREFIX) and name != used:
            yield f"{record.phase} leaves configuration {name} untold"


def _last_verified(run: Run) -> Record | None:
    records = list(run.last.values())
    if not records or run.world.foreign_since:
        return None
    verified = records[-1].phase in {Phase.PROMOTED, Phase.ROLLED_BACK}
    return records[-1] if verified else None


RELEASES: tuple[Invariant, ...] = (
    the_configuration_in_use_is_as_told,
    nothing_of_ours_is_left_untold,
)
