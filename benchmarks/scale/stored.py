"""What the minutes before have left in the table, written by the adapters."""

from datetime import datetime, timedelta
from typing import Any

from benchmarks.scale.population import (
    BAKED_MINUTES,
    LAG_MINUTES,
    SHARES,
    SPEC,
    Kind,
    a_record,
    value_of,
)
from canary.adapters.evidence import DynamoEvidence
from canary.adapters.table import DynamoRollouts
from canary.domain.judge.metrics import MetricReading, RawSeries, windows_of
from canary.domain.judge.windows import Window
from canary.domain.plan.guards import REQUESTS, Metric
from canary.domain.plan.spec import read_spec
from canary.domain.plan.standard_guards import guards_of
from canary.domain.time import minute_of


def fill(client: Any, rollouts: int, now: datetime, kind: Kind) -> None:
    """Store so many rollouts with the windows that half an hour has left."""
    records, evidence = DynamoRollouts(client, "table"), DynamoEvidence(client, "table")
    windows = windows_of_calm(now - timedelta(minutes=BAKED_MINUTES), now, kind)
    for number in range(rollouts):
        record = a_record(number, now, kind)
        records.create(record)
        evidence.save_windows(record.rollout, windows)


def windows_of_calm(start: datetime, end: datetime, kind: Kind) -> tuple[Window, ...]:
    """Return the minutes of a stretch that the tick before `end` has stored."""
    spec = read_spec(SPEC)
    reading = MetricReading(spec.endpoint, guards_of(spec.guards, {}))
    minutes = range(minute_of(start), minute_of(end) - LAG_MINUTES - 1)
    series = {
        metric: RawSeries(minutes={m: value_of(metric, m, kind) for m in minutes})
        for metric in _read_of(reading, kind)
    }
    found = windows_of(reading, series, "v2", kind.baselines)
    return tuple(w.but(since=w.minute + LAG_MINUTES + 1) for w in found)


def _read_of(reading: MetricReading, kind: Kind) -> tuple[Metric, ...]:
    """Return what the ticks before have read: of baselines that serve nothing only requests."""
    if kind.step < len(SHARES):
        return reading.metrics(kind.names)
    requests = (REQUESTS.at(reading.endpoint, name) for name in kind.baselines)
    return (*reading.metrics(("v2",)), *requests)
