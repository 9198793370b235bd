"""A read of the collector that fails is kept in the tick, and spoils no other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.judge.metrics import RawSeries
from canary.domain.judge.windows import Window
from canary.domain.plan.guards import Metric
from canary.flow.collect import Collector
from tests.metrics import MemoryMetrics
from tests.ports import (
    MemoryAlarms,
    MemoryAnnouncer,
    MemoryEvidence,
    MemoryRollouts,
    ScriptedEndpoint,
)
from tests.rollouts import a_plan, a_record, after
from tests.unit.flow.test_collecting import NoMetrics, plenty


class NoAlarms(MemoryAlarms):
    """Alarms that may not be read."""

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        """Refuse."""
        raise AwsDenied("DescribeAlarms: AccessDenied: not allowed")


class Unreadable(MemoryEvidence):
    """Evidence whose windows cannot be read."""

    def windows(self, rollout: str, first_minute: int = 0) -> tuple[Window, ...]:
        """Fail as a throttled table does."""
        raise AwsUnavailable(f"Query: ThrottlingException: {rollout} from {first_minute}")


def blind_collector(
    evidence: MemoryEvidence | None = None, **broken: Any
) -> tuple[Collector, MemoryEvidence]:
    """Return a collector of one rollout with an alarm, some of its ports broken."""
    evidence = evidence or MemoryEvidence()
    ports: dict[str, Any] = {
        "metrics": MemoryMetrics(),
        "alarms": MemoryAlarms(p99="OK"),
        "endpoints": ScriptedEndpoint(),
    }
    record = a_record(plan=a_plan(alarms=("p99",)))
    return Collector(
        rollouts=MemoryRollouts(record),
        evidence=evidence,
        announcer=MemoryAnnouncer(),
        **(ports | broken),
    ), evidence


def test_a_read_that_fails_spoils_no_other_and_is_kept_with_its_beginning() -> None:
    """Without metrics the alarms and the endpoint are seen all the same."""
    collector, evidence = blind_collector(metrics=NoMetrics())
    for minute in (1, 2, 3):
        visit = collector.collect(after(60 * minute), plenty)
        assert isinstance(visit.failed, AwsUnavailable)
    tick = evidence.tick("churn-1")
    assert tick is not None
    assert (tick.complete, tick.alarms, tick.endpoint is not None) == (False, {"p99": "OK"}, True)
    assert [(b.query, b.error, tick.minute - b.since_minute) for b in tick.blind] == [
        ("GetMetricData", "InternalServiceError", 2)
    ]


def test_alarms_that_cannot_be_read_are_told_by_name() -> None:
    """They are part of everything."""
    collector, evidence = blind_collector(alarms=NoAlarms())
    collector.collect(after(60), plenty)
    tick = evidence.tick("churn-1")
    assert tick is not None
    assert [(b.query, b.error) for b in tick.blind] == [
        ("DescribeAlarms", "AccessDenied: not allowed")
    ]


def test_windows_that_cannot_be_read_are_told_as_a_read() -> None:
    """What to allow, or to ask more of, follows from the action's name."""
    collector, evidence = blind_collector(Unreadable())
    collector.collect(after(60), plenty)
    tick = evidence.tick("churn-1")
    assert tick is not None
    assert [b.query for b in tick.blind] == ["Query"]
    assert tick.blind[0].error.startswith("ThrottlingException")


def test_a_metric_that_came_in_part_is_told_with_its_variant() -> None:
    """And a look that saw everything again is not blind."""
    metrics = MemoryMetrics()
    collector, evidence = blind_collector(metrics=metrics)
    metrics.complete = False
    collector.collect(after(60), plenty)
    tick = evidence.tick("churn-1")
    assert tick is not None
    assert "GetMetricData of Invocations Sum (churn, v2)" in [b.query for b in tick.blind]
    metrics.complete = True
    collector.collect(after(120), plenty)
    tick = evidence.tick("churn-1")
    assert tick is not None
    assert (tick.complete, tick.blind) == (True, ())


class Picky(MemoryMetrics):
    """Metrics whose every call is refused that asks for one of some endpoints."""

    def __init__(self, error: Exception, *endpoints: str) -> None:
        super().__init__()
        self.error, self.endpoints, self.calls = error, endpoints, 0

    def minutes(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, RawSeries]:
        """Refuse the whole call."""
        self.calls += 1
        if any(dict(one.dimensions)["EndpointName"] in self.endpoints for one in metrics):
            raise self.error
        return super().minutes(metrics, start, end)


def blind_of_fifty(metrics: MemoryMetrics) -> list[str]:
    """Return which of fifty rollouts could not read their metrics, after a look at all of them."""
    names = [f"r{number:02d}" for number in range(50)]
    records = [a_record(rollout=n, endpoint=n, plan=a_plan(endpoint=n)) for n in names]
    evidence = MemoryEvidence()
    ports = (MemoryRollouts(*records), evidence, metrics, MemoryAlarms(), ScriptedEndpoint())
    visit = Collector(*ports, MemoryAnnouncer()).collect(after(60), plenty)
    assert visit.failed is not None
    ticks = [evidence.tick(name) for name in names]
    assert all(tick is not None for tick in ticks)
    return [tick.rollout for tick in ticks if tick and not tick.complete]


def test_what_is_refused_of_one_rollout_blinds_that_one_alone() -> None:
    """A metric that CloudWatch does not know how to read fails a call for fifty rollouts."""
    metrics = Picky(AwsDenied("GetMetricData: ValidationError: dimensions"), "r07", "r31")
    assert blind_of_fifty(metrics) == ["r07", "r31"]
    assert metrics.calls < 30


def test_what_may_not_be_read_at_all_is_not_asked_for_one_by_one() -> None:
    """Without the right to read, a look ends soon and everybody is blind."""
    names = [f"r{number:02d}" for number in range(50)]
    metrics = Picky(AwsDenied("GetMetricData: AccessDenied: no"), *names)
    assert blind_of_fifty(metrics) == names
    assert metrics.calls < 40


def test_a_throttled_read_is_not_made_worse_by_more_calls() -> None:
    """It is everybody's, and the next minute's to repeat."""
    metrics = Picky(AwsUnavailable("GetMetricData: Throttling: rate exceeded"), "r07")
    assert len(blind_of_fifty(metrics)) == 50
    assert metrics.calls == 1
