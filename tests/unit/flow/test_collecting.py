"""The tick: every listed rollout is announced, whatever fails for one of them or for all."""

from collections.abc import Mapping, Sequence

import pytest

from canary.domain import compose
from canary.domain.endpoint import EndpointView
from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.phase import Phase
from canary.domain.record import Record
from canary.flow.collecting import Collector
from tests.ports import (
    MemoryAlarms,
    MemoryAnnouncer,
    MemoryEvidence,
    MemoryMetrics,
    MemoryRollouts,
    ScriptedEndpoint,
)
from tests.rollouts import a_plan, a_record, after


class OneDenied(ScriptedEndpoint):
    """Endpoints of which one may not be looked at."""

    def describe(self, endpoint: str) -> EndpointView:
        """Return the view, or refuse."""
        if endpoint == "denied":
            raise AwsDenied("DescribeEndpoint: AccessDeniedException")
        return super().describe(endpoint)


class Unreadable(MemoryRollouts):
    """Records of which one cannot be read by this version."""

    def load(self, rollout: str) -> Record:
        """Return the record, or fail as its validation does."""
        if rollout == "poisoned":
            raise ValueError("version 99")
        return super().load(rollout)


class NoMetrics(MemoryMetrics):
    """CloudWatch that is down."""

    def minutes(self, *_given: object) -> Mapping[object, object]:  # type: ignore[override]
        """Fail."""
        raise AwsUnavailable("GetMetricData: InternalServiceError")


def rollout(name: str, **changes: object) -> Record:
    """Return a record of a rollout on an endpoint of that name."""
    return a_record(rollout=name, endpoint=name, plan=a_plan(endpoint=name), **changes)


class World:
    """A collector on ports in memory."""

    def __init__(self, rollouts: MemoryRollouts, metrics: MemoryMetrics | None = None) -> None:
        self.evidence, self.announcer = MemoryEvidence(), MemoryAnnouncer()
        self.collector = Collector(
            rollouts, self.evidence, metrics or MemoryMetrics(), MemoryAlarms(), OneDenied(), self.announcer
        )

    @property
    def announced(self) -> Sequence[str]:
        """Return the rollouts announced last."""
        return self.announcer.announced[-1][0]


def test_one_endpoint_that_may_not_be_looked_at_keeps_no_other_rollout_from_its_tick() -> None:
    """The others are collected, all are announced, and the function fails, so that its alarm rings."""
    world = World(MemoryRollouts(rollout("denied"), rollout("churn")))
    visit = world.collector.collect(after(60))
    assert isinstance(visit.failed, AwsDenied)
    assert world.evidence.tick("churn") is not None
    assert world.announced == ["denied", "churn"]


def test_a_record_that_cannot_be_read_keeps_no_other_rollout_from_its_tick() -> None:
    """A poisoned record is announced like any other: the decider will fail on it, and be heard."""
    world = World(Unreadable(rollout("poisoned"), rollout("churn")))
    visit = world.collector.collect(after(60))
    assert isinstance(visit.failed, ValueError)
    assert "version 99" in str(visit.failed)
    assert world.evidence.tick("churn") is not None
    assert world.announced == ["poisoned", "churn"]


def test_dead_executions_are_looked_for_while_cloudwatch_is_down() -> None:
    """Taking over needs no metrics: the announcement is made without them, and no tick is invented."""
    world = World(MemoryRollouts(rollout("churn")), NoMetrics())
    visit = world.collector.collect(after(60))
    assert isinstance(visit.failed, AwsUnavailable)
    assert world.evidence.tick("churn") is None
    assert world.announced == ["churn"]


def test_unproven_rollouts_are_counted_every_minute() -> None:
    """The count is the alarm's metric: it stays up until a person has finished the rollout."""
    world = World(MemoryRollouts(rollout("churn", phase=Phase.UNPROVEN), rollout("other")))
    visit = world.collector.collect(after(60))
    assert (visit.rollouts, visit.unproven, visit.untold) == (2, 1, 0)


def test_messages_that_wait_for_minutes_are_counted() -> None:
    """The decider may be unable to publish at all; the alarm on the count does not need it."""
    message = compose.started(a_record(), after(0))
    world = World(MemoryRollouts(rollout("churn", outbox=(message,))))
    assert world.collector.collect(after(240)).untold == 0
    assert world.collector.collect(after(300)).untold == 1


def test_a_sick_rollout_hides_no_other_rollouts_count() -> None:
    """A record that cannot be read must not silence the alarm on an UNPROVEN one."""
    world = World(Unreadable(rollout("poisoned"), rollout("churn", phase=Phase.UNPROVEN)))
    visit = world.collector.collect(after(60))
    assert (visit.rollouts, visit.unproven, visit.announced) == (2, 1, True)
    assert visit.failed is not None


def test_a_tick_that_reached_no_decider_is_no_tick() -> None:
    """The alarm on missed ticks counts what was announced."""

    class Deaf(MemoryAnnouncer):
        def evidence_collected(self, rollouts: Sequence[str], minute: int) -> None:
            raise AwsUnavailable("PutEvents: InternalFailure")

    world = World(MemoryRollouts(rollout("churn")))
    world.collector = Collector(
        MemoryRollouts(rollout("churn")), world.evidence, MemoryMetrics(), MemoryAlarms(), OneDenied(), Deaf()
    )  # fmt: skip
    visit = world.collector.collect(after(60))
    assert not visit.announced
    assert isinstance(visit.failed, AwsUnavailable)
