"""Hands-off starts are kept alike in memory and in DynamoDB."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from canary.adapters.starting.starts import DynamoStarts
from canary.domain.hands_off import Start
from canary.ports.starting import Starts
from tests.starts import MemoryStarts
from tests.tables import STAND_INS, a_table

START = Start(
    key="churn/config-2/v2", name="hands-off-churn-1", endpoint="churn", document={"a": 1}
)


@pytest.fixture(params=["memory", *STAND_INS])
def starts(request: pytest.FixtureRequest) -> Iterator[Starts]:
    """Every implementation, on the template's table."""
    if request.param == "memory":
        yield MemoryStarts()
        return
    with a_table(request.param) as (client, name):
        yield DynamoStarts(client, name)


def test_a_start_is_kept_once_and_begins_once(starts: Starts) -> None:
    """The first one stays, whatever comes after it."""
    assert starts.keep(START) == START
    assert starts.keep(START.but(document={"a": 2})) == START
    assert not starts.has_begun(START.key)
    starts.begun(START)
    assert starts.has_begun(START.key)
    assert starts.keep(START).begun


def test_the_latest_version_of_a_group_is_known(starts: Starts) -> None:
    """The same one again is no earlier one."""
    heard = [("churn", 2), ("churn", 3), ("churn", 3), ("churn", 2), ("other", 1)]
    assert [starts.newest(*one) for one in heard] == [True, True, True, False, True]


def test_one_package_waits_for_an_endpoint(starts: Starts) -> None:
    """The last one that came, until none does any more."""
    assert starts.waiting("churn") is None
    starts.wait("churn", "package/7")
    starts.wait("churn", "package/8")
    assert starts.waiting("churn") == "package/8"
    starts.waited("churn")
    assert starts.waiting("churn") is None


def test_a_notice_is_noted(starts: Starts) -> None:
    """By its id."""
    assert not starts.was_told("n1")
    starts.told("n1", 1_000_000)
    assert (starts.was_told("n1"), starts.was_told("n2")) == (True, False)


def test_a_group_is_watched_since_it_was_first_looked_at(starts: Starts) -> None:
    """Whatever the time is later."""
    first, later = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    assert starts.watched_since("churn", first) == first
    assert starts.watched_since("churn", later) == first
    assert starts.watched_since("other", later) == later
