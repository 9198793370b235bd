"""A labelled set that outgrows one machine, on paper: waves, hours, dollars, objects and bytes.

python -m benchmarks.evaluate.planned RECORDS [--latency-ms 50] [--concurrency 64] [--ceiling 1000]
python -m benchmarks.evaluate.planned --measure RECORDS

Waves are those that the evaluator itself would send. What a record costs one processor is measured
by the second form and kept in COSTS; what AWS takes and asks is stated beside its source. Nothing
decides early here: the figures are of a set that is used up.
"""

import argparse
import json
import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.evaluate.loops import VARIANTS, evaluated, written_set
from benchmarks.evaluate.memory import Instant, Parts, peak_megabytes
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled import sharding
from canary.flow.labelled.answers.in_time import LEFT_SECONDS
from canary.flow.labelled.answers.kept_predictions import CHILD_PART_RECORDS
from canary.flow.labelled.walk import RESERVE_SECONDS

LIMIT_SECONDS = 900.0
CALL_SECONDS = LIMIT_SECONDS - RESERVE_SECONDS


class Costs(NamedTuple):
    """Microseconds of one processor a record."""

    ask: float = 200.0
    indexed: float = 6.0
    load: float = 11.5
    again: float = 25.0
    take: float = 45.0


COSTS = Costs()
"""Measured on two shared cores: ask about a record where the endpoint answers at once (the table of
docs/labelled-set.md), index it, load both kept predictions, add it again to the report, take it
in. `--measure 60000` told 58 for indexed, load and take together, of rows of two columns."""
DOWNLOAD_BYTES_PER_SECOND, GET_SECONDS = 80e6, 0.04
"""Assumed of S3 from a function: one stream, and one object of a part's size."""
FUNCTION_GB, GB_SECOND, STATE_TRANSITION = 1769 / 1024, 0.0000166667, 0.000025
"""Prices of us-east-1: lambda/pricing (x86), step-functions/pricing (Standard)."""
PUT, GET = 0.005 / 1_000, 0.0004 / 1_000
"""s3/pricing, Standard."""
KEPT_BYTES = 24
"""A line of a kept prediction with a score."""
CHILD_TRANSITIONS = 2


@dataclass(frozen=True)
class Plan:
    """What a set costs from the first call to the report."""

    records: int
    records_per_second: float
    children_at_once: int
    child_records: int
    waves: int
    children: int
    hours: float
    asking_hours: float
    taking_in_calls: int
    taking_in_hours: float
    last_call_fixed_seconds: float
    function_hours: float
    dollars: float
    objects: int
    kept_megabytes: float
    disk_megabytes: float


def main() -> None:
    """Print a plan, or what a record costs, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("records", type=int)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--latency-ms", type=float, default=50.0)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--ceiling", type=float, default=1_000.0)
    parser.add_argument("--per-request", type=int, default=10)
    parser.add_argument("--record-bytes", type=int, default=100)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measured(given.records)))
        return
    spec = QualityGuardSpec(
        labelled_set="s.csv",
        concurrency=given.concurrency,
        max_requests_per_second=given.ceiling,
        records_per_request=given.per_request,
    )
    plan = planned(given.records, spec, given.latency_ms / 1_000, given.record_bytes)
    print(json.dumps(asdict(plan), indent=1))


def planned(
    records: int, spec: QualityGuardSpec, latency: float, record_bytes: int, costs: Costs = COSTS
) -> Plan:
    """Return the plan of a set whose every record is asked of both variants."""
    a_request = spec.records_per_request
    pace = min(spec.concurrency / (2 * latency), spec.max_requests_per_second / 2) * a_request
    seen = min(pace, 1e6 / costs.ask)
    size, child_shards = sharding.cut(spec, records, seen)
    together = sharding.at_once(spec, distributed=True)
    start = records * record_bytes / DOWNLOAD_BYTES_PER_SECOND + records * costs.indexed / 1e6
    evidence = _evidence(records, int(sharding.MEASURED_SECONDS * seen), size, child_shards)
    asking = function = start + sharding.MEASURED_SECONDS
    waves = children = calls = 0
    taking, fixed = 0.0, 0.0
    while shards := sharding.wave(evidence, spec):
        until = min((shards[-1] + 1) * size, records)
        of_wave = math.ceil(len(shards) / child_shards)
        rounds = math.ceil(of_wave / together)
        bound = rounds * child_shards * size * costs.ask / 1e6
        seconds = max((until - evidence.position) / pace, bound)
        asking += seconds + rounds * start
        function += of_wave * start + seconds * min(together, of_wave)
        position = evidence.position
        while position < until:
            fixed = start + _read_again(position, until, costs)
            room = (CALL_SECONDS - fixed) / (costs.take / 1e6)
            if fixed > LIMIT_SECONDS - LEFT_SECONDS:
                raise SystemExit(
                    f"at {position:,} records a call only reads, and the set is refused"
                )
            step = min(until - position, int(room))
            taking, calls = taking + fixed + step * costs.take / 1e6, calls + 1
            position += step
        waves, children = waves + 1, children + of_wave
        evidence = evidence.but(
            position=until, sharded_from=until, concluded=until == records, revision=waves
        )
    objects = 2 * math.ceil(records / min(CHILD_PART_RECORDS, child_shards * size))
    gets = calls * objects / 2 + 2 * children
    dollars = (function + taking) * FUNCTION_GB * GB_SECOND + objects * PUT + gets * GET
    dollars += (children * CHILD_TRANSITIONS + calls * 2 + waves) * STATE_TRANSITION
    return Plan(
        records=records,
        records_per_second=round(pace, 1),
        children_at_once=together,
        child_records=child_shards * size,
        waves=waves,
        children=children,
        hours=round((asking + taking) / 3_600, 2),
        asking_hours=round(asking / 3_600, 2),
        taking_in_calls=calls,
        taking_in_hours=round(taking / 3_600, 2),
        last_call_fixed_seconds=round(fixed),
        function_hours=round((function + taking) / 3_600, 1),
        dollars=round(dollars, 2),
        objects=objects + 3 * waves,
        kept_megabytes=round(2 * records * KEPT_BYTES / 1e6),
        disk_megabytes=round((records * record_bytes + 2 * 12 * records) / 1e6),
    )


def _read_again(position: int, until: int, costs: Costs) -> float:
    """Return the seconds a call needs before it takes in anything: all parts, and the report."""
    parts = 2 * math.ceil(until / CHILD_PART_RECORDS)
    return parts * GET_SECONDS + (until * costs.load + position * costs.again) / 1e6


def _evidence(records: int, position: int, size: int, child_shards: int) -> QualityEvidence:
    return QualityEvidence(
        rollout="planned",
        endpoint="e",
        baseline=VARIANTS[0],
        canary=VARIANTS[1],
        labelled_set="s.csv",
        set_version="1",
        records_total=records,
        position=min(position, records - 1),
        sharded_from=min(position, records - 1),
        shard_records=size,
        child_shards=child_shards,
    )


def measured(records: int) -> dict[str, float]:
    """Return the microseconds of this process a record: all of a call with everything known."""
    with tempfile.TemporaryDirectory() as folder:
        path = written_set(Path(folder) / "set.csv", records)
        kept = Parts(Path(folder))
        evaluated(path, Instant(), 1, lambda _: None, kept)
        again = _seconds(lambda: evaluated(path, Instant(), 1, lambda _: None, kept))
    return {
        "records": records,
        "all_known": round(again / records * 1e6, 1),
        "peak_mb": peak_megabytes(),
    }


def _seconds(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


if __name__ == "__main__":
    main()
