"""Of baselines that serve nothing by plan only their requests are read, and all of them where there
are any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from canary.domain.errors import AwsUnavailable
from canary.domain.judge.metrics import RawSeries, metrics_of
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES
from canary.domain.plan.guards import Metric
from canary.domain.plan.plan import BakeInterval
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.flow.collect import Collector
from canary.flow.collecting.due import metrics_due
from tests.metrics import MemoryMetrics, points
from tests.ports import (
    MemoryAlarms,
    MemoryAnnouncer,
    MemoryEvidence,
    MemoryRollouts,
    ScriptedEndpoint,
)
from tests.rollouts import NOON, a_plan, a_record, after

REACHED = minute_of(NOON)
ALONE = REACHED + FROZEN_AFTER_MINUTES + 1


class Asked(MemoryMetrics):
    """Metrics that remember what each call asked for."""

    def __init__(self, known: Any) -> None:
        super().__init__(known)
        self.calls: list[list[str]] = []

    def minutes(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, RawSeries]:
        """Note the call."""
        told = [f"{dict(m.dimensions)['VariantName']} {m.name}" for m in metrics]
        self.calls.append(told)
        return super().minutes(metrics, start, end)


def watched(step: int | None = None, **changes: Any) -> Record:
    """Return a rollout whose canary serves everything since noon."""
    last = a_plan().last_step if step is None else step
    bake = BakeInterval(step=last, reached_minute=REACHED)
    record = a_record(phase=Phase.WATCHING, step=last, bakes=(bake,), started_at=NOON)
    return record.but(**changes)


def collected(record: Record, baseline: float) -> tuple[Asked, MemoryEvidence]:
    """Return what was asked and kept by a look in which the baseline has so many requests."""
    minutes = range(ALONE - 5, ALONE)
    known = {
        "v1": {minute: points(baseline, 0.0) for minute in minutes},
        "v2": {minute: points(300.0, 1.0) for minute in minutes},
    }
    metrics, evidence = Asked(known), MemoryEvidence()
    ports = (MemoryRollouts(record), evidence, metrics, MemoryAlarms(), ScriptedEndpoint())
    Collector(*ports, MemoryAnnouncer()).collect(
        after(60 * (FROZEN_AFTER_MINUTES + 1)), lambda: 60.0
    )
    return metrics, evidence


def test_a_baseline_that_serves_nothing_is_asked_for_its_requests_alone() -> None:
    """The canary's minutes are kept as ever, beside nobody."""
    metrics, evidence = collected(watched(), baseline=0.0)
    assert metrics.calls == [["v2 Invocations", "v2 InvocationModelErrors", "v1 Invocations"]]
    windows = evidence.windows("churn-1")
    assert len(windows) == 5
    assert {(w.baseline, w.canary.requests if w.canary else None) for w in windows} == {(None, 300)}


def test_a_baseline_that_is_asked_all_the_same_is_read_in_the_same_look() -> None:
    """Requests where none are planned are what the judge must hear of."""
    metrics, evidence = collected(watched(), baseline=10.0)
    assert metrics.calls[1:] == [["v1 InvocationModelErrors"]]
    assert {w.baseline.requests for w in evidence.windows("churn-1") if w.baseline} == {10}


@pytest.mark.parametrize(
    ("record", "minute"),
    [
        (watched(), ALONE - 1),
        (watched(step=1), ALONE),
        (watched(bakes=()), ALONE),
        (watched(phase=Phase.ROLLING_BACK), ALONE),
        (watched(bakes=(BakeInterval(step=4, reached_minute=REACHED, left_minute=ALONE),)), ALONE),
        (watched(bakes=(BakeInterval(step=2, reached_minute=REACHED),)), ALONE),
    ],
    ids=["minutes may change", "both serve", "not reached", "rolling back", "left", "on its way"],
)
def test_everything_is_read_otherwise(record: Record, minute: int) -> None:
    """A comparison needs both sides."""
    assert metrics_due(record, minute) == metrics_of(record.plan)


def test_a_baseline_whose_rest_cannot_be_read_leaves_no_half_minutes() -> None:
    """The canary is not judged beside nobody while somebody answers; the others see as before."""

    class Refusing(Asked):
        def minutes(
            self, metrics: Sequence[Metric], start: datetime, end: datetime
        ) -> Mapping[Metric, RawSeries]:
            if self.calls:
                raise AwsUnavailable("GetMetricData: Throttling: rate exceeded")
            return super().minutes(metrics, start, end)

    minutes = range(ALONE - 5, ALONE)
    known = {name: {minute: points(300.0, 0.0) for minute in minutes} for name in ("v1", "v2")}
    both = a_record(rollout="r2", endpoint="r2", plan=a_plan(endpoint="r2"), started_at=NOON)
    evidence = MemoryEvidence()
    ports = (MemoryRollouts(watched(), both), evidence, Refusing(known), MemoryAlarms())
    visit = Collector(*ports, ScriptedEndpoint(), MemoryAnnouncer()).collect(
        after(60 * (FROZEN_AFTER_MINUTES + 1)), lambda: 60.0
    )
    assert isinstance(visit.failed, AwsUnavailable)
    assert evidence.windows("churn-1") == ()
    assert len(evidence.windows("r2")) == 5
    ticks = {name: evidence.tick(name) for name in ("churn-1", "r2")}
    assert [(tick.complete if tick else None) for tick in ticks.values()] == [False, True]
