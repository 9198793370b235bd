"""`python -m benchmarks.copies`: what validated copies (`Frozen.but`) cost one tick of one rollout.

A collector's visit, a decider's visit and the judge's look within it, on ports in memory, once with
`but` and once with the unchecked copy that pydantic would make. Prints one JSON line each: copies a
visit, milliseconds of CPU a visit either way, and what of it is the validation. Stores in memory
write and read JSON as the table does, so that the share is that of a real visit without AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any
from unittest.mock import patch

from canary.domain.model import Frozen
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.time import minute_of
from canary.flow.collect import Collector
from canary.flow.judge import Judging
from tests.metrics import MemoryMetrics, points
from tests.ports import (
    MemoryAlarms,
    MemoryAnnouncer,
    MemoryDays,
    MemoryEvidence,
    MemoryRollouts,
    ScriptedEndpoint,
)
from tests.rollouts import a_record, after
from tests.unit.flow.decider_stage import ROLLOUT, NoQuality, Stage

ROUNDS, BEST_OF = 40, 7
MINUTE = 60.0


def _unchecked(value: Frozen, **changes: Any) -> Frozen:
    copied = value.__copy__()
    copied.__dict__.update(changes)
    copied.__pydantic_fields_set__.update(changes)
    return copied


@contextmanager
def _counting(calls: list[str]) -> Iterator[None]:
    but = Frozen.but

    def counted(value: Frozen, **changes: Any) -> Frozen:
        calls.append(type(value).__name__)
        return but(value, **changes)

    with patch.object(Frozen, "but", counted):
        yield


def _collector() -> Callable[[], object]:
    now = after(30 * MINUTE)
    first = minute_of(now) - 15
    known = dict.fromkeys(range(first, first + 15), points(requests=300, errors=1))
    collector = Collector(
        MemoryRollouts(a_record()),
        MemoryEvidence(),
        MemoryMetrics({"v1": known, "v2": known}),
        MemoryAlarms(),
        ScriptedEndpoint(),
        MemoryAnnouncer(),
    )
    collector.collect(now, lambda: MINUTE)
    return lambda: collector.collect(now, lambda: MINUTE)


def _decider() -> Callable[[], object]:
    stage = Stage()
    stage.serve(4)
    stage.tick(5)
    return lambda: stage.tick(5)


def _look() -> Callable[[], object]:
    stage = Stage()
    stage.serve(4)
    stage.tick(5)
    seen = Surroundings(stage.evidence.tick(ROLLOUT), after(5 * MINUTE))
    judging = Judging(stage.rollouts, stage.evidence, NoQuality(), MemoryDays())
    return lambda: judging.look(stage.record, seen)


VISITS = {"collector's visit": _collector, "decider's visit": _decider, "judge's look": _look}


def _milliseconds(visit: Callable[[], object]) -> float:
    """Return the CPU of one visit: the best of several rounds, as a busy machine adds to it."""

    def one_round() -> float:
        began = process_time()
        for _ in range(ROUNDS):
            visit()
        return (process_time() - began) / ROUNDS * 1000

    return min(one_round() for _ in range(BEST_OF))


def main() -> None:
    """Print what copies cost in each visit."""
    for name, prepare in VISITS.items():
        visit = prepare()
        calls: list[str] = []
        with _counting(calls):
            visit()
        checked = _milliseconds(visit)
        with patch.object(Frozen, "but", _unchecked):
            unchecked = _milliseconds(visit)
        found = {
            "visit": name,
            "copies": len(calls),
            "checked_ms": round(checked, 3),
            "unchecked_ms": round(unchecked, 3),
            "validation_ms": round(checked - unchecked, 3),
        }
        print(json.dumps(found))


if __name__ == "__main__":
    main()
