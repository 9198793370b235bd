"""Subscribers are counted by the tick: seldom, last, and at nobody's cost."""

from canary.domain.errors import AwsDenied
from tests.ports import MemoryRollouts
from tests.rollouts import after
from tests.subscribers import CountedSubscribers
from tests.unit.flow.test_collecting import World, plenty, rollout


def test_subscribers_are_counted_every_quarter_of_an_hour() -> None:
    """Ticks between them tell no count, so that none is taken for 0."""
    subscribers = CountedSubscribers(2)
    world = World(MemoryRollouts(), subscribers=subscribers)
    times = [after(60 * minute) for minute in range(30)]
    counts = [world.collector.collect(time, plenty).subscribers for time in times]
    assert [minute for minute, count in enumerate(counts) if count is not None] == [0, 15]
    assert subscribers.asked == 2


def test_a_count_that_fails_is_the_last_thing_a_tick_does() -> None:
    """Everything is collected and announced before it; the problem is kept, and no count told."""
    subscribers = CountedSubscribers(AwsDenied("GetTopicAttributes: no"))
    world = World(MemoryRollouts(rollout("churn")), subscribers=subscribers)
    visit = world.collector.collect(after(0), plenty)
    assert (visit.announced, visit.subscribers) == (True, None)
    assert world.announced == ["churn"]
    assert subscribers.asked == 1


def test_nobody_is_counted_where_nobody_need_be_subscribed() -> None:
    """Events alone are read there."""
    assert World(MemoryRollouts()).collector.collect(after(0), plenty).subscribers is None
