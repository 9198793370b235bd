"""`make bench`, soak part: many rollouts side by side for hours, with faults all the while.

python -m benchmarks.soak.run             60 rollouts, four hours, into out/bench/soak.json
python -m benchmarks.soak.run --day       200 rollouts, 24 hours
python -m benchmarks.soak.run --short     3 rollouts, half an hour: the machinery

Sixty are more than one visit takes, so that slices are soaked as well. Exit code 1 where a rollout
ended otherwise than it has to, is not over, was blind for as long as takes it back, or left
something behind that nobody will take away, and where memory, items or executions grew by more than
`growth.BOUNDS` allow.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.soak.faults import Faults
from benchmarks.soak.growth import MINUTES, every_minutes, growths
from benchmarks.soak.told import BLIND_MINUTES, told_of
from benchmarks.soak.world import CANARY, START, Begun, begin, furnish
from canary.adapters.table import DynamoRollouts, lease_key, rollout_key
from canary.domain.rollout.phase import Phase
from demo.account import deploy, open_account
from emulator.cloudwatch.publication import Publication

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator import Emulator

OUT = Path("out/bench/soak.json")
ENDING_MINUTES = 120
"""Time that the last ones have after the faults are over."""
LATE_METRICS = partial(Publication, lag_seconds=(30.0, 200.0), half_probability=0.2)
"""A minute can be read up to 200 seconds after its end, one of five half filled first."""
BY_MINUTE = frozenset({"VERDICT", "WINDOWS"})
"""Items of which a rollout has one for so many minutes, each with the day on which it expires."""
OVER = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})


class Size(NamedTuple):
    """How many rollouts, for how long."""

    rollouts: int
    minutes: int


USUAL, DAY, SHORT = Size(60, 240), Size(200, 1440), Size(3, 30)


def soak(size: Size, seed: int) -> dict[str, Any]:
    """Return what so many rollouts came to, what was broken, and what was left."""
    began = time.perf_counter()
    published = {"publication": LATE_METRICS(seed)}
    with open_account(START, seed=seed, enforce_iam=True, endpoints=published) as emulator:
        outputs = deploy(emulator)
        begun = [
            begin(emulator, outputs["StateMachineArn"], endpoint, wanted, size.minutes)
            for endpoint, wanted in furnish(emulator, size.rollouts)
        ]
        table = outputs["TableName"]
        faults, samples, failed = Faults(emulator, seed), [], Counter[str]()
        emulator.run_minutes(2)
        faults.begin()
        step, passed = every_minutes(size.minutes), 0
        while passed < size.minutes:
            emulator.run_minutes(min(step, size.minutes - passed))
            passed = min(passed + step, size.minutes)
            failed += _failed(emulator)
            samples.append({"minute": passed, **_sample(emulator, table, begun)})
        faults.end()
        store = DynamoRollouts(emulator.client("dynamodb"), table)
        emulator.run_until(lambda: not store.listed(), ENDING_MINUTES)
        emulator.run_minutes(3)
        return {
            "rollouts": size.rollouts,
            "minutes": size.minutes,
            **_report(emulator, table, begun),
            "blind": [name for name, most in faults.longest_blind.items() if most >= BLIND_MINUTES],
            "longest_blind_minutes": max(faults.longest_blind.values(), default=0),
            "faults": dict(faults.counted),
            "failed_invocations": dict(failed + _failed(emulator)),
            "growth": [
                {**one._asdict(), "leak": one.is_leak}
                for one in growths(samples, size.minutes, size.rollouts)
            ],
            "hours": [
                one for one in samples if one["minute"] in {passed, *range(0, passed, MINUTES)}
            ],
            "wall_s": round(time.perf_counter() - began),
        }


def _sample(emulator: Emulator, table: str, begun: Sequence[Begun]) -> dict[str, Any]:
    """Return what there is now: of the process, the table, the machine, the
    bucket.
    """
    gc.collect()
    return {
        "memory_mb": _resident_megabytes(),
        "items": emulator.client("dynamodb").describe_table(TableName=table)["Table"]["ItemCount"],
        "executions": _running(emulator, begun),
        "objects": _objects(emulator),
    }


def _report(emulator: Emulator, table: str, begun: Sequence[Begun]) -> dict[str, Any]:
    store = DynamoRollouts(emulator.client("dynamodb"), table)
    ended, wrong = Counter[str](), []
    for one in begun:
        record = store.load(one.rollout)
        ended[str(record.phase)] += 1
        if record.phase != one.wanted or not _serves(emulator, one):
            reason = record.outcome.reason if record.outcome else "not over"
            wrong.append(f"{one.endpoint}: {record.phase}, wanted {one.wanted}: {reason}")
    items = _items(emulator, table, begun)
    return {
        "ended": dict(ended),
        "wrong": wrong,
        "left": {
            "listed": len(store.listed()),
            "leases": len(store.leases()),
            "executions": _running(emulator, begun),
        },
        "items": dict(items),
        "items_of_one": round(
            sum(count for kind, count in items.items() if kind not in BY_MINUTE) / len(begun), 1
        ),
        "refused": len(emulator.permissions.refused),
    }


def _failed(emulator: Emulator) -> Counter[str]:
    """Return the failed invocations by function; the account's own diaries begin anew."""
    emulator.bus.events.clear()
    found = Counter(call.function.split("-")[1] for call in emulator.invocations if call.error)
    emulator.functions.invocations.clear()
    return found


def _items(emulator: Emulator, table: str, begun: Sequence[Begun]) -> Counter[str]:
    """Return the items of rollouts and endpoints by kind."""
    keys = [rollout_key(one.rollout, "")["pk"] for one in begun]
    keys += [lease_key(one.endpoint)["pk"] for one in begun]
    pages = emulator.client("dynamodb").get_paginator("query")
    found = Counter[str]()
    for key in keys:
        asked = {"KeyConditionExpression": "pk = :of", "ExpressionAttributeValues": {":of": key}}
        for page in pages.paginate(TableName=table, **asked):
            found.update(item["sk"]["S"].split("#")[0] for item in page["Items"])
    return found


def _objects(emulator: Emulator) -> int:
    s3 = emulator.client("s3")
    return sum(
        s3.list_objects_v2(Bucket=bucket["Name"])["KeyCount"]
        for bucket in s3.list_buckets()["Buckets"]
    )


def _running(emulator: Emulator, begun: Sequence[Begun]) -> int:
    states = emulator.client("stepfunctions")
    found = (states.describe_execution(executionArn=one.execution)["status"] for one in begun)
    return sum(status not in OVER for status in found)


def _serves(emulator: Emulator, one: Begun) -> bool:
    """Return whether the canary serves everything where it was promoted, and nothing otherwise."""
    found = emulator.client("sagemaker").describe_endpoint(EndpointName=one.endpoint)
    weights = {v["VariantName"]: v["CurrentWeight"] for v in found["ProductionVariants"]}
    total = sum(weights.values())
    return bool(weights[CANARY] == (total if one.wanted is Phase.PROMOTED else 0.0))


def _resident_megabytes() -> float:
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return round(int(pages) * 4096 / 2**20, 1)


def is_sound(found: dict[str, Any]) -> bool:
    """Return whether every rollout ended as it has to, unblinded, nothing was left behind and
    nothing leaks.
    """
    leaks = any(one["leak"] for one in found["growth"])
    left = any(found["left"].values())
    return not (found["wrong"] or found["blind"] or left or found["refused"] or leaks)


def main(arguments: list[str] | None = None) -> int:
    """Soak, write, print."""
    parser = argparse.ArgumentParser(description="Many rollouts for hours, with faults.")
    parser.add_argument("--short", action="store_true", help="three rollouts, half an hour")
    parser.add_argument("--day", action="store_true", help="200 rollouts, 24 hours")
    parser.add_argument("--rollouts", type=int)
    parser.add_argument("--minutes", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args(arguments)
    size = SHORT if given.short else DAY if given.day else USUAL
    found = soak(
        Size(given.rollouts or size.rollouts, given.minutes or size.minutes), seed=given.seed
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.stdout.write(told_of(found) + "\n")
    return 0 if is_sound(found) else 1


if __name__ == "__main__":
    sys.exit(main())
