"""Hours and freezes say when a step up may be taken, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.plan.brakes.calendar import closed, is_open, next_opening
from canary.domain.plan.brakes.keys import BrakeKeys, Freeze, Hours

BERLIN = Hours(zone="Europe/Berlin", times=("09:00-17:00",))


def utc(text: str) -> datetime:
    """Return a moment written without its offset, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(**keys: Any) -> BrakeKeys:
    """Return a spec's brakes with hours alone."""
    return BrakeKeys(hours=Hours.model_validate({"zone": "Europe/Berlin", **keys}))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-27 07:59", "2026-11-27 08:00"),  # Friday in winter: 09:00 is 08:00 UTC
        ("2026-11-27 16:00", "2026-11-30 08:00"),  # closed on the minute; then it is Monday
        ("2026-03-27 16:30", "2026-03-30 07:00"),  # clocks go forward on the Sunday between
        ("2026-10-23 15:30", "2026-10-26 08:00"),  # and back on this one
        ("2026-11-27 08:00", "2026-11-27 08:00"),  # open already
    ],
)
def test_hours_open_by_the_local_clock(now: str, opens: str) -> None:
    """On both sides of either change of clocks."""
    assert next_opening(BrakeKeys(hours=BERLIN), utc(now)) == utc(opens)


def test_a_span_in_the_hour_that_is_left_out_opens_when_it_is_over() -> None:
    """02:30 does not exist on that Sunday; it is 03:00 a moment after 01:59."""
    keys = hours(days=["sun"], times=["02:30-04:00"])
    assert next_opening(keys, utc("2026-03-29 00:00")) == utc("2026-03-29 01:00")
    gone = hours(days=["sun"], times=["02:10-02:50"])
    assert next_opening(gone, utc("2026-03-29 00:00")) == utc("2026-04-05 00:10")


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    """02:00 to 03:00 in summer time, then again an hour later, and closed after that."""
    keys = hours(days=["sun"], times=["02:00-03:00"])
    assert keys.hours is not None
    moments = [utc("2026-10-25 00:30"), utc("2026-10-25 01:30"), utc("2026-10-25 02:00")]
    assert [is_open(keys.hours, moment) for moment in moments] == [True, True, False]


ZONES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


@given(
    zone=st.sampled_from(ZONES),
    days=st.sets(st.sampled_from(("mon", "wed", "sat", "sun")), min_size=1),
    first=st.integers(0, 1438),
    length=st.integers(1, 600),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - as UTC below
)
def test_the_next_opening_is_the_first_open_minute(
    zone: str, days: set[str], first: int, length: int, now: datetime
) -> None:
    """Nothing before it is open: looked at minute by minute, over the last hours before it."""
    end = min(first + length, 1440)
    span = f"{first // 60:02}:{first % 60:02}-{end // 60:02}:{end % 60:02}"
    keys = BrakeKeys(
        hours=Hours.model_validate({"zone": zone, "days": sorted(days), "times": [span]})
    )
    assert keys.hours is not None
    now = now.replace(tzinfo=UTC)
    opens = next_opening(keys, now)
    assert is_open(keys.hours, opens)
    assert opens >= now
    before = [opens - timedelta(minutes=minutes) for minutes in range(1, 200)]
    assert not any(is_open(keys.hours, moment) for moment in before if moment >= now)
    assert opens == now or not is_open(keys.hours, now)


def test_a_freeze_that_meets_another_is_told_until_the_last_one_ends() -> None:
    """And the step may go on in the next hours after it."""
    org = (Freeze(begins="2026-12-24", ends="2026-12-26", reason="peak", zone="UTC"),)
    keys = hours(times=["09:00-17:00"]).but(
        freezes=(Freeze(begins="2026-12-21", ends="2026-12-24", reason="audit"),)
    )
    found = closed(keys, utc("2026-12-22 12:00"), org)
    assert found is not None
    assert found.kind == "freeze"
    assert "audit" in found.reason
    assert found.until == utc("2026-12-27 00:00")
    assert next_opening(keys, utc("2026-12-22 12:00"), org) == utc("2026-12-28 08:00")


def test_a_date_is_a_whole_day_of_its_zone() -> None:
    """Frozen from the first local midnight up to the one after the last day."""
    keys = BrakeKeys(freezes=(Freeze(begins="2026-12-24", ends="2026-12-24", zone="Asia/Tokyo"),))
    moments = ("2026-12-23 14:59", "2026-12-23 15:00", "2026-12-24 14:59", "2026-12-24 15:00")
    found = [closed(keys, utc(text)) is not None for text in moments]
    assert found == [False, True, True, False]


def test_without_hours_and_freezes_it_is_always_open() -> None:
    """A spec that says nothing holds nothing."""
    assert closed(BrakeKeys(), utc("2026-12-24 00:00")) is None


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        # Both spans are shorter than the hour that clocks go forward or back on the way.
        ("America/New_York", "2026-03-07T11:23", "2026-03-10T14:15"),
        ("America/New_York", "2026-10-31T11:23", "2026-11-03T15:15"),
        ("Australia/Lord_Howe", "2026-10-03T11:23", "2026-10-05T23:15"),
    ],
)
def test_no_short_span_is_missed_where_clocks_change_on_the_way(
    zone: str, now: str, opens: str
) -> None:
    """The first of two spans of a Tuesday is told, not the second."""
    hours = Hours(zone=zone, days=("tue",), times=("10:15-10:25", "20:57-21:10"))
    assert next_opening(BrakeKeys(hours=hours), utc(now)) == utc(opens)
