"""The tick: every listed rollout is announced, whatever fails for one of them or for all."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.plan.endpoint import EndpointView
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.flow.collect import KEPT_SECONDS, Collector
from canary.flow.time_left import in_turn
from canary.wiring.clients import AWS_CONFIG
from tests.metrics import MemoryMetrics
from tests.patience import longest_call_seconds
from tests.ports import (
    MemoryAlarms,
    MemoryAnnouncer,
    MemoryEvidence,
    MemoryRollouts,
    ScriptedEndpoint,
)
from tests.rollouts import a_message, a_plan, a_record, after
from tests.subscribers import CountedSubscribers


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


def plenty() -> float:
    """Return a minute: AWS is quick, and no time is ever short."""
    return 60.0


class Slow(ScriptedEndpoint):
    """An endpoint whose reads take their time, on a countdown of a function's minute."""

    def __init__(self, *seconds: float) -> None:
        super().__init__()
        self.left, self.asked = 60.0, []  # type: ignore[var-annotated]
        self._seconds = list(seconds)

    def describe(self, endpoint: str) -> EndpointView:
        """Let the next read's time pass, and return the view."""
        self.asked.append(endpoint)
        self.left -= self._seconds.pop(0) if self._seconds else 0.0
        return super().describe(endpoint)


def rollout(name: str, **changes: object) -> Record:
    """Return a record of a rollout on an endpoint of that name."""
    return a_record(rollout=name, endpoint=name, plan=a_plan(endpoint=name), **changes)


class World:
    """A collector on ports in memory."""

    def __init__(
        self,
        rollouts: MemoryRollouts,
        metrics: MemoryMetrics | None = None,
        endpoint: ScriptedEndpoint | None = None,
        subscribers: CountedSubscribers | None = None,
    ) -> None:
        self.evidence, self.announcer = MemoryEvidence(), MemoryAnnouncer()
        self.collector = Collector(
            rollouts,
            self.evidence,
            metrics or MemoryMetrics(),
            MemoryAlarms(),
            endpoint or OneDenied(),
            self.announcer,
            subscribers,
        )

    @property
    def announced(self) -> Sequence[str]:
        """Return the rollouts announced last."""
        return self.announcer.announced[-1][0]


def test_one_endpoint_that_may_not_be_looked_at_keeps_no_other_rollout_from_its_tick() -> None:
    """The others are collected, all are announced, and the function fails, so that its alarm
    rings.
    """
    world = World(MemoryRollouts(rollout("denied"), rollout("churn")))
    visit = world.collector.collect(after(60), plenty)
    assert isinstance(visit.failed, AwsDenied)
    assert world.evidence.tick("churn") is not None
    assert world.announced == ["denied", "churn"]


def test_a_record_that_cannot_be_read_keeps_no_other_rollout_from_its_tick() -> None:
    """A poisoned record is announced like any other: the decider will fail on it, and be heard."""
    world = World(Unreadable(rollout("poisoned"), rollout("churn")))
    visit = world.collector.collect(after(60), plenty)
    assert isinstance(visit.failed, ValueError)
    assert "version 99" in str(visit.failed)
    assert world.evidence.tick("churn") is not None
    assert world.announced == ["poisoned", "churn"]


def test_dead_executions_are_looked_for_while_cloudwatch_is_down() -> None:
    """Taking over needs no metrics: the announcement is made without them, and the tick says that
    they are missing.
    """
    world = World(MemoryRollouts(rollout("churn")), NoMetrics())
    visit = world.collector.collect(after(60), plenty)
    assert isinstance(visit.failed, AwsUnavailable)
    tick = world.evidence.tick("churn")
    assert tick is not None
    assert not tick.complete
    assert world.announced == ["churn"]


def test_unproven_rollouts_are_counted_every_minute() -> None:
    """The count is the alarm's metric: it stays up until a person has finished the rollout."""
    world = World(MemoryRollouts(rollout("churn", phase=Phase.UNPROVEN), rollout("other")))
    visit = world.collector.collect(after(60), plenty)
    assert (visit.rollouts, visit.unproven, visit.untold) == (2, 1, 0)


def test_messages_that_wait_for_minutes_are_counted() -> None:
    """The decider may be unable to publish at all; the alarm on the count does not need it."""
    message = a_message(a_record(), at=after(0))
    world = World(MemoryRollouts(rollout("churn", outbox=(message,))))
    assert world.collector.collect(after(240), plenty).untold == 0
    assert world.collector.collect(after(300), plenty).untold == 1


def test_a_sick_rollout_hides_no_other_rollouts_count() -> None:
    """A record that cannot be read must not silence the alarm on an UNPROVEN one."""
    world = World(Unreadable(rollout("poisoned"), rollout("churn", phase=Phase.UNPROVEN)))
    visit = world.collector.collect(after(60), plenty)
    assert (visit.rollouts, visit.unproven, visit.announced) == (2, 1, True)
    assert visit.failed is not None


def test_a_tick_that_reached_no_decider_is_no_tick() -> None:
    """The alarm on missed ticks counts what was announced."""

    class Deaf(MemoryAnnouncer):
        def evidence_collected(self, rollouts: Sequence[str], minute: int) -> None:
            raise AwsUnavailable("PutEvents: InternalFailure")

    world = World(MemoryRollouts(rollout("churn")))
    world.collector = Collector(
        MemoryRollouts(rollout("churn")),
        world.evidence,
        MemoryMetrics(),
        MemoryAlarms(),
        OneDenied(),
        Deaf(),
    )
    visit = world.collector.collect(after(60), plenty)
    assert not visit.announced
    assert isinstance(visit.failed, AwsUnavailable)


NAMES = ("a", "b", "c", "d", "e", "f")


def test_a_slow_read_silences_no_rollouts_announcement() -> None:
    """Collecting stops while there is time to announce; what was left out is the visit's problem,
    and is named.
    """
    slow = Slow(15.0, 15.0, 1.0)
    world = World(MemoryRollouts(*(rollout(name) for name in NAMES)), endpoint=slow)
    visit = world.collector.collect(after(60), lambda: slow.left)
    assert sorted(world.announced) == list(NAMES)
    assert len(slow.asked) == 3
    stored = {name for name in NAMES if world.evidence.tick(name)}
    assert (len(stored), set(visit.left_out)) == (2, set(NAMES) - stored)
    assert isinstance(visit.failed, AwsUnavailable)
    assert visit.left_out[0] in str(visit.failed)


def test_a_read_that_is_doubted_is_not_read_again_without_time() -> None:
    """The second look at one suspicious endpoint counts like the first: no time, no tick, and it is
    said.
    """
    slow = Slow(35.0)
    slow.view = slow.view.but(config_name="somebody-elses")
    world = World(MemoryRollouts(rollout("churn")), endpoint=slow)
    visit = world.collector.collect(after(60), lambda: slow.left)
    assert (slow.asked, visit.left_out) == (["churn"], ("churn",))
    assert world.evidence.tick("churn") is None
    assert world.announced == ["churn"]


def test_records_that_there_is_no_time_to_read_are_announced_all_the_same() -> None:
    """DynamoDB may be what is slow; the list alone is enough to announce."""
    world = World(MemoryRollouts(*(rollout(name) for name in NAMES)))
    visit = world.collector.collect(after(60), lambda: 29.0)
    assert sorted(world.announced) == sorted(visit.left_out) == list(NAMES)
    assert (visit.rollouts, visit.announced) == (6, True)


def test_slow_metrics_leave_time_to_announce() -> None:
    """CloudWatch's two calls are asked for time like any other; who needed them is left out."""

    class SlowMetrics(MemoryMetrics):
        def minutes(self, *given: Any) -> Any:
            left.append(20.0)
            return super().minutes(*given)

    class NeverAsked(MemoryAlarms):
        def states(self, names: Sequence[str]) -> Mapping[str, str]:
            raise AssertionError(names)

    left = [60.0]
    guarded = a_record(
        rollout="churn", endpoint="churn", plan=a_plan(endpoint="churn", alarms=("a",))
    )
    announcer = MemoryAnnouncer()
    collector = Collector(
        MemoryRollouts(guarded),
        MemoryEvidence(),
        SlowMetrics(),
        NeverAsked(),
        ScriptedEndpoint(),
        announcer,
    )
    visit = collector.collect(after(60), lambda: left[-1])
    assert (visit.left_out, visit.announced) == (("churn",), True)
    assert isinstance(visit.failed, AwsUnavailable)


def test_a_call_that_hangs_ends_while_there_is_time_to_announce() -> None:
    """The SDK gives up on one call, whatever it hangs on, with seconds to spare of what is kept."""
    assert longest_call_seconds(AWS_CONFIG) + 5 <= KEPT_SECONDS


@pytest.mark.parametrize(("rollouts", "a_tick"), [(6, 3), (6, 1), (20, 5), (3, 2), (40, 10)])
def test_no_rollout_is_always_the_one_left_out(rollouts: int, a_tick: int) -> None:
    """However few a tick gets through, every rollout has its turn within thrice the ticks that it
    takes at least.
    """
    names, minutes = [f"r{index}" for index in range(rollouts)], 600
    seen: dict[str, list[int]] = {name: [] for name in names}
    for minute in range(minutes):
        for name in in_turn(names, minute)[:a_tick]:
            seen[name].append(minute)
    longest = max(
        later - sooner
        for turns in seen.values()
        for sooner, later in pairwise([0, *turns, minutes])
    )
    assert longest <= 3 * -(-rollouts // a_tick), longest
