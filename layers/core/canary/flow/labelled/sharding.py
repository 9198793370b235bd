"""When shards are worth it, how large they are, and which come next: waves of calls side by side.

Rules: pure. A shard is so many places of the round's seeded order, known by its number. A wave is
as many shards as run at once: a test that has decided pays for no further one. Together the shards
of a wave stay within the spec's concurrency and ceiling.
"""

import math

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.looks import BATCH_RECORDS

MOST_AT_ONCE = 8
FAR_BEYOND_CALLS = 4
"""Fewer further calls than this are made one after the other."""
MEASURED_SECONDS = 30.0
"""How long a call asks before its pace is trusted."""
PACE_SECONDS = 80.0
"""A shard has the records that the measuring call takes in this time: done in as long where one
processor was the bound, in eight times as long, and still within one call, where the endpoint is.
"""
MOST_SHARDS = 1_000
"""A round's most shards: an execution's history holds 25,000 events."""
BUSY_CEILING = 0.8
"""Beyond this part of the spec's ceiling the pace is the ceiling's, and shards would gain
nothing.
"""


def at_once(spec: QualityGuardSpec) -> int:
    """Return how many shards of one set may run side by side."""
    return min(MOST_AT_ONCE, spec.concurrency)


def share_of(spec: QualityGuardSpec) -> QualityGuardSpec:
    """Return the spec of one shard: its part of the concurrency and of the ceiling."""
    shards = at_once(spec)
    return spec.but(
        concurrency=spec.concurrency // shards,
        max_requests_per_second=spec.max_requests_per_second / shards,
    )


def shard_size(spec: QualityGuardSpec, records: int, records_per_second: float) -> int:
    """Return how many records a shard has: whole looks, so that shards change none of the test's
    looks.
    """
    look = math.lcm(BATCH_RECORDS, spec.records_per_request)
    wanted = max(records_per_second * PACE_SECONDS, records / MOST_SHARDS)
    return look * max(1, math.ceil(wanted / look))


def pays(
    spec: QualityGuardSpec, records_left: int, records_per_second: float, call_seconds: float
) -> bool:
    """Return whether what is left is far beyond one call, and shards would be faster than calls in
    a row.
    """
    ceiling = spec.max_requests_per_second / 2 * spec.records_per_request
    far = records_left > records_per_second * call_seconds * FAR_BEYOND_CALLS
    return far and at_once(spec) > 1 and records_per_second < ceiling * BUSY_CEILING


def wave(evidence: QualityEvidence, spec: QualityGuardSpec) -> tuple[int, ...]:
    """Return the numbers of the shards to run next, from the one that holds the evidence's
    position; none unsharded.
    """
    if evidence.concluded or not evidence.shard_records:
        return ()
    first = evidence.position // evidence.shard_records
    shards = math.ceil(evidence.round_records / evidence.shard_records)
    return tuple(range(first, min(first + at_once(spec), shards)))
