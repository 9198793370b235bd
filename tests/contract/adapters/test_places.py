"""Places are kept alike in memory and in DynamoDB."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from canary.adapters.starting.places import DynamoPlaces
from canary.domain.rollout.places import Place, Taken, Waiter
from canary.ports.places import PlaceStore
from tests.places import MemoryPlaces
from tests.rollouts import NOON
from tests.tables import STAND_INS, a_table

PLACE = Place(endpoint="churn", at=NOON)


@pytest.fixture(params=["memory", *STAND_INS])
def store(request: pytest.FixtureRequest) -> Iterator[PlaceStore]:
    """Every implementation, on the template's table."""
    if request.param == "memory":
        yield MemoryPlaces()
        return
    with a_table(request.param) as (client, name):
        yield DynamoPlaces(client, name)


def waiter(name: str, minutes: float = 0.0) -> Waiter:
    """Return one that waits since so many minutes after noon."""
    since = NOON + timedelta(minutes=minutes)
    return Waiter(rollout=f"{name}-1", endpoint=name, since=since, seen=since)


def test_of_two_writers_one_finds_that_the_other_wrote(store: PlaceStore) -> None:
    """From the first write on."""
    empty = store.taken()
    assert empty == Taken()
    assert store.replace(empty, {"churn-1": PLACE})
    assert not store.replace(empty, {"fraud-1": PLACE})
    now = store.taken()
    assert now.places == {"churn-1": PLACE}
    assert store.replace(now, {})
    assert store.taken().places == {}


def test_those_before_are_told_in_the_order_of_their_waiting(store: PlaceStore) -> None:
    """One that asks again is there once, one that leaves is not."""
    for name, minutes in (("c", 2.0), ("a", 0.5), ("b", 1.0)):
        store.wait(waiter(name, minutes))
    store.wait(waiter("a", 0.5).but(seen=NOON + timedelta(minutes=9)))
    assert [one.endpoint for one in store.before(waiter("c", 2.0))] == ["a", "b"]
    assert [one.endpoint for one in store.before(waiter("b", 1.0))] == ["a"]
    store.leave(waiter("a", 0.5))
    assert [one.endpoint for one in store.before(waiter("d", 3.0))] == ["b", "c"]


def test_fifty_are_read_at_most(store: PlaceStore) -> None:
    """The first ones."""
    for number in range(55):
        store.wait(waiter(f"e{number:02}", number / 60))
    found = store.before(waiter("z", 9.0))
    assert [one.endpoint for one in found] == [f"e{number:02}" for number in range(50)]
