"""More rollouts than one visit takes are handed out in slices; what nobody looked at is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from canary.domain.errors import AwsUnavailable
from canary.domain.plan.endpoint import EndpointView
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.flow.collect import Collector, Visit
from canary.flow.collecting.hand_out import HANDED_OUT_WITHIN_SECONDS, SLICE, slices_of
from tests.metrics import MemoryMetrics
from tests.ports import (
    MemoryAlarms,
    MemoryAnnouncer,
    MemoryEvidence,
    MemoryRollouts,
    ScriptedEndpoint,
)
from tests.rollouts import a_plan, a_record, after

NOW = after(60)


def rollout(name: str, step: int = 1) -> Record:
    """Return a record of a rollout on an endpoint of that name."""
    return a_record(rollout=name, endpoint=name, plan=a_plan(endpoint=name), step=step)


def names(count: int) -> list[str]:
    """Return so many rollouts' names."""
    return [f"r{number:04d}" for number in range(count)]


class Countdown:
    """A function's minute, which pauses and slow calls use up."""

    def __init__(self) -> None:
        self.left, self.pauses = 60.0, list[float]()

    def __call__(self) -> float:
        """Return the seconds left."""
        return self.left

    def pause(self, seconds: float) -> None:
        """Let the seconds pass."""
        self.pauses.append(seconds)
        self.left -= seconds


class World:
    """A collector of many rollouts on ports in memory."""

    def __init__(
        self,
        rollouts: Sequence[Record],
        announcer: MemoryAnnouncer | None = None,
        endpoints: ScriptedEndpoint | None = None,
    ) -> None:
        self.evidence, self.announcer = MemoryEvidence(), announcer or MemoryAnnouncer()
        self.countdown = Countdown()
        self.collector = Collector(
            MemoryRollouts(*rollouts),
            self.evidence,
            MemoryMetrics(),
            MemoryAlarms(),
            endpoints or ScriptedEndpoint(),
            self.announcer,
            pause=self.countdown.pause,
        )

    def tick(self) -> Visit:
        """Let a minute pass."""
        return self.collector.collect(NOW, self.countdown)

    @property
    def slices(self) -> list[list[str]]:
        """Return every slice that was handed out."""
        return [one for several, _ in self.announcer.handed_out for one in several]

    def visit(
        self, rollouts: Sequence[str], remaining: Callable[[], float] = lambda: 60.0
    ) -> Visit:
        """Visit one slice, as the invocation that hears of it does."""
        return self.collector.visit_slice(rollouts, NOW, remaining)

    def looked_at(self, rollouts: Sequence[str]) -> list[str]:
        """Return those whose tick of this minute is kept."""
        ticks = {name: self.evidence.tick(name) for name in rollouts}
        return [name for name, tick in ticks.items() if tick and tick.minute == minute_of(NOW)]


def test_up_to_one_slice_is_visited_by_the_tick_itself() -> None:
    """Nothing is handed out, and nobody waits."""
    world = World([rollout(name) for name in names(SLICE)])
    visit = world.tick()
    assert (visit.rollouts, visit.unvisited, visit.handed_out) == (SLICE, 0, 0)
    assert world.looked_at(names(SLICE)) == names(SLICE)
    assert (world.slices, world.countdown.pauses) == ([], [])


def test_one_more_is_handed_out_and_visited_by_others() -> None:
    """Every rollout is in one slice, and what the tick owes is what its slices' visits give."""
    world = World([rollout(name) for name in names(SLICE + 1)])
    visit = world.tick()
    assert (visit.rollouts, visit.unvisited, visit.handed_out) == (0, SLICE + 1, SLICE + 1)
    assert world.looked_at(names(SLICE + 1)) == []
    assert sorted(name for one in world.slices for name in one) == names(SLICE + 1)
    visits = [world.visit(one) for one in world.slices]
    assert world.looked_at(names(SLICE + 1)) == names(SLICE + 1)
    assert visit.unvisited + sum(one.unvisited for one in visits) == 0


def test_a_slice_that_is_lost_stays_unvisited() -> None:
    """The sum of the minute is the number of rollouts that nobody looked at."""
    world = World([rollout(name) for name in names(120)])
    owed = world.tick().unvisited
    seen = [world.visit(one) for one in world.slices[1:]]
    assert owed + sum(one.unvisited for one in seen) == len(world.slices[0])


def test_a_slice_that_comes_twice_leaves_what_one_visit_leaves() -> None:
    """Events come at least once; overlapping visits write the same."""
    world, once = (World([rollout(name) for name in names(60)]) for _ in range(2))
    for number, one in enumerate((world, once)):
        one.tick()
        for several in one.slices:
            for _ in range(2 - number):
                one.visit(several)
    assert [world.evidence.tick(name) for name in names(60)] == [
        once.evidence.tick(name) for name in names(60)
    ]


def test_a_record_that_cannot_be_read_costs_its_slice_nothing_and_no_other_slice() -> None:
    """It alone stays unvisited, and the function that met it fails."""
    world = World([rollout(name) for name in names(60)])
    world.tick()
    first, second = world.slices
    poisoned = [*first, "gone"]
    visit = world.visit(poisoned)
    assert (visit.unvisited, len(world.looked_at(first))) == (-len(first), len(first))
    assert visit.failed is not None
    assert world.visit(second).failed is None


@pytest.mark.parametrize("rollouts", [151, 1000, 5000, 20_000])
def test_slices_are_handed_out_at_a_pace_within_the_minute(rollouts: int) -> None:
    """Three a second, or as many as let the tick be over before the next one."""
    seconds = slices_of(names(rollouts)).seconds
    assert len(seconds) <= HANDED_OUT_WITHIN_SECONDS
    assert sum(len(one) for several in seconds for one in several) == rollouts
    longest = max(len(several) for several in seconds)
    assert longest == max(3, -(-rollouts // SLICE // HANDED_OUT_WITHIN_SECONDS))


def test_a_pause_is_what_is_left_of_its_second() -> None:
    """Calls that took their time are not waited for twice."""

    class Slow(MemoryAnnouncer):
        def rollouts_due(self, slices: Sequence[Sequence[str]], minute: int) -> None:
            world.countdown.left -= 0.25
            super().rollouts_due(slices, minute)

    world = World([rollout(name) for name in names(400)], Slow())
    world.tick()
    assert [len(several) for several, _ in world.announcer.handed_out] == [3, 3, 2]
    assert world.countdown.pauses == pytest.approx([0.75, 0.75])


def test_slices_that_the_bus_does_not_take_keep_no_later_ones() -> None:
    """They are named, the tick is not announced, and the function fails."""

    class Deaf(MemoryAnnouncer):
        def rollouts_due(self, slices: Sequence[Sequence[str]], minute: int) -> None:
            if world.countdown.left == 60.0:
                raise AwsUnavailable("PutEvents: InternalFailure")
            super().rollouts_due(slices, minute)

    world = World([rollout(name) for name in names(400)], Deaf())
    visit = world.tick()
    assert (len(visit.left_out), visit.handed_out, visit.announced) == (150, 250, False)
    assert isinstance(visit.failed, AwsUnavailable)


def test_handing_out_stops_while_there_is_time_to_count() -> None:
    """A bus that takes twenty seconds a call is left before the function is killed."""

    class Hanging(MemoryAnnouncer):
        def rollouts_due(self, slices: Sequence[Sequence[str]], minute: int) -> None:
            world.countdown.left -= 20.0
            super().rollouts_due(slices, minute)

    world = World([rollout(name) for name in names(1000)], Hanging())
    visit = world.tick()
    assert len(world.announcer.handed_out) == 3
    assert (visit.handed_out, len(visit.left_out), visit.unvisited) == (450, 550, 1000)


def test_a_canary_that_serves_comes_first_where_time_is_short() -> None:
    """Who has live traffic is looked at before those at share 0."""

    class Slow(ScriptedEndpoint):
        def describe(self, endpoint: str) -> EndpointView:
            countdown.left -= 11.0
            return super().describe(endpoint)

    countdown = Countdown()
    several = [rollout(name, step=int(name in {"r0003", "r0005"})) for name in names(8)]
    world = World(several, endpoints=Slow())
    visit = world.visit(names(8), countdown)
    assert world.looked_at(names(8))[:2] == ["r0003", "r0005"]
    assert 0 > visit.unvisited == -len(world.looked_at(names(8))) > -8


def test_a_visit_that_reached_no_decider_is_none() -> None:
    """Its rollouts stay unvisited: nobody judges what nobody was told of."""

    class Deaf(MemoryAnnouncer):
        def evidence_collected(self, rollouts: Sequence[str], minute: int) -> None:
            raise AwsUnavailable(f"PutEvents: {len(rollouts)} at {minute}")

    world = World([rollout(name) for name in names(5)], Deaf())
    assert world.visit(names(5)).unvisited == 0
