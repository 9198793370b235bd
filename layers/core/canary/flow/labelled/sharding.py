"""When shards are worth it, how large they are, and which come next: waves of calls side by side.

Rules: pure. A shard is so many places of the round's seeded order, known by its number. A wave is
what is asked before the tests look again: a test that has decided pays for no further one. Together
the shards of a wave stay within the spec's concurrency and ceiling. Up to a million records a wave
is a few large shards, items of the state machine's own inline Map; from there on it is many small
ones, which a distributed Map hands to child executions, several to each.
"""

import math
from typing import NamedTuple

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.looks import BATCH_RECORDS

DISTRIBUTED_FROM = 1_000_000
"""Records of a round from which on shards go to child executions."""
MOST_AT_ONCE = 8
FAR_BEYOND_CALLS = 4
"""Fewer further calls than this are made one after the other."""
MEASURED_SECONDS = 30.0
"""How long a call asks before its pace is trusted."""
PACE_SECONDS = 80.0
"""A shard has the records that the measuring call takes in this time: done in as long where one
processor was the bound, in eight times as long, and still within one call, where the endpoint is.
"""
CHILD_SECONDS = MOST_AT_ONCE * PACE_SECONDS
"""The same for a child execution: how long it may ask at its part of the measured pace."""
CHILD_SHARD_RECORDS = 1_000
"""How many records a shard of a child execution has, in whole looks."""
LEAST_REQUESTS_PER_SECOND = 1.0
"""A child execution's part of the ceiling at least; fewer run where it would be less."""
WAVE_PART = 2
"""A wave of child executions has as many records as this part of what was taken in before it, or
what one round of them takes: so a set is gone through again in a dozen waves, not in hundreds, and
a test that decides has paid for at most half as much again.
"""
MOST_SHARDS = 1_000
"""A round's most shards of an inline Map: an execution's history holds 25,000 events."""
BUSY_CEILING = 0.8
"""Beyond this part of the spec's ceiling the pace is the ceiling's, and shards would gain
nothing.
"""


class Cut(NamedTuple):
    """How a round is cut: records a shard, and shards a child execution, 0 for an inline Map."""

    shard_records: int
    child_shards: int


def is_distributed(records: int) -> bool:
    """Return whether a round of so many records goes to child executions where it is sharded."""
    return records >= DISTRIBUTED_FROM


def at_once(spec: QualityGuardSpec, *, distributed: bool = False) -> int:
    """Return how many shards, or child executions, of one set may run side by side."""
    if not distributed:
        return min(MOST_AT_ONCE, spec.concurrency)
    afforded = int(spec.max_requests_per_second / LEAST_REQUESTS_PER_SECOND)
    return max(1, min(spec.concurrency, afforded))


def share_of(spec: QualityGuardSpec, *, distributed: bool = False) -> QualityGuardSpec:
    """Return the spec of one shard or child: its part of the concurrency and of the ceiling."""
    parts = at_once(spec, distributed=distributed)
    return spec.but(
        concurrency=spec.concurrency // parts,
        max_requests_per_second=spec.max_requests_per_second / parts,
    )


def cut(spec: QualityGuardSpec, records: int, records_per_second: float) -> Cut:
    """Return how a round is cut: whole looks, so that shards change none of the test's looks."""
    look = math.lcm(BATCH_RECORDS, spec.records_per_request)
    if not is_distributed(records):
        wanted = max(records_per_second * PACE_SECONDS, records / MOST_SHARDS)
        return Cut(look * max(1, math.ceil(wanted / look)), 0)
    size = look * math.ceil(CHILD_SHARD_RECORDS / look)
    child = records_per_second * CHILD_SECONDS / at_once(spec, distributed=True)
    return Cut(size, max(1, int(child / size)))


def pays(
    spec: QualityGuardSpec,
    records_left: int,
    records_per_second: float,
    call_seconds: float,
    *,
    distributed: bool = False,
) -> bool:
    """Return whether what is left is far beyond one call, and shards would be faster than calls in
    a row.
    """
    ceiling = spec.max_requests_per_second / 2 * spec.records_per_request
    far = records_left > records_per_second * call_seconds * FAR_BEYOND_CALLS
    several = at_once(spec, distributed=distributed) > 1
    return far and several and records_per_second < ceiling * BUSY_CEILING


def wave(evidence: QualityEvidence, spec: QualityGuardSpec) -> tuple[int, ...]:
    """Return the numbers of the shards to run next, from the one that holds the evidence's
    position; none unsharded, and none while a wave of child executions is still being taken in.
    """
    size = evidence.shard_records
    if evidence.concluded or not size:
        return ()
    count = at_once(spec)
    if evidence.child_shards:
        if evidence.position != evidence.sharded_from:
            return ()
        together = at_once(spec, distributed=True) * evidence.child_shards
        count = max(together, evidence.position // WAVE_PART // size)
    first, shards = evidence.position // size, math.ceil(evidence.round_records / size)
    return tuple(range(first, min(first + count, shards)))
