"""A read of the collector that fails is kept in the tick, and spoils no other."""

from collections.abc import Mapping, Sequence
from typing import Any

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.judge.windows import Window
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
