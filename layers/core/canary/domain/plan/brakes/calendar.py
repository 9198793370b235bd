"""Whether a step up may be taken now, and when it may be next: hours and freezes, whatever the
clocks do.

Rules: pure; a moment is asked in UTC and answered in UTC, and what is local is local to its zone at
that moment: where clocks go forward a span that begins in the hour left out opens when that hour
would have been over, where they go back an hour that comes twice is open twice.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from canary.domain.plan.brakes.keys import MINUTES_PER_DAY, BrakeKeys, Freeze, Hours
from canary.domain.words import moment

WEEK_MINUTES = 7 * MINUTES_PER_DAY
MINUTE = timedelta(minutes=1)
LARGEST_CHANGE_MINUTES = 180
"""No clock is put forward or back by more (IANA time zone database, rules in force)."""


class Closed(NamedTuple):
    """Why no step up may be taken now, and until when that is so by itself."""

    kind: Literal["hours", "freeze"]
    reason: str
    until: datetime


def closed(keys: BrakeKeys, now: datetime, org: Iterable[Freeze] = ()) -> Closed | None:
    """Return why the calendar holds a step up now, None where it may be taken; `org` are freezes
    that hold for everybody. A freeze is told before hours.
    """
    frozen = _frozen(_spans(keys, org), now)
    if frozen is not None:
        return frozen
    if keys.hours is None or is_open(keys.hours, now):
        return None
    opens = next_opening(keys, now, org)
    return Closed("hours", f"Outside its hours ({keys.hours.words})", opens)


def next_opening(keys: BrakeKeys, now: datetime, org: Iterable[Freeze] = ()) -> datetime:
    """Return the first moment from `now` on at which a step up may be taken."""
    spans, when = list(_spans(keys, org)), now
    while True:
        frozen = _frozen(spans, when)
        if frozen is not None:
            when = frozen.until
        elif keys.hours is not None and not is_open(keys.hours, when):
            when = _opens(keys.hours, when)
        else:
            return when


def is_open(hours: Hours, now: datetime) -> bool:
    """Return whether a moment lies in the hours."""
    minute = _week_minute(hours, now)
    return any(first <= minute < end for first, end in hours.spans)


def _week_minute(hours: Hours, now: datetime) -> int:
    local = now.astimezone(ZoneInfo(hours.zone))
    return MINUTES_PER_DAY * local.weekday() + 60 * local.hour + local.minute


def _opens(hours: Hours, now: datetime) -> datetime:
    """Return when hours that are closed open next.

    The way to the next span is measured on the local clock and gone in UTC, but for the last hours
    of it, which are gone minute by minute: clocks that change on the way make it shorter or longer.
    """
    when = now.astimezone(UTC).replace(second=0, microsecond=0)
    while not is_open(hours, when):
        minute = _week_minute(hours, when)
        way = min((first - minute) % WEEK_MINUTES for first, _ in hours.spans)
        when += MINUTE * max(1, way - LARGEST_CHANGE_MINUTES)
    return when


class _Span(NamedTuple):
    begins: datetime
    ends: datetime
    reason: str


def _spans(keys: BrakeKeys, org: Iterable[Freeze]) -> Iterator[_Span]:
    zone = keys.hours.zone if keys.hours else None
    for freezes, whose in ((keys.freezes, ""), (org, " for everybody")):
        for freeze in freezes:
            begins, ends = (when.astimezone(UTC) for when in freeze.moments(zone))
            why = f" ({freeze.reason})" if freeze.reason else ""
            yield _Span(begins, ends, f"Frozen{whose} since {moment(begins)}{why}")


def _frozen(spans: Iterable[_Span], now: datetime) -> Closed | None:
    """Return the freeze that holds now, until the end of the last one that begins before it ends;
    the one that began first gives the reason.
    """
    reason, until = "", now
    for span in sorted(spans):
        if span.begins <= until < span.ends:
            reason, until = reason or span.reason, span.ends
    return Closed("freeze", reason, until) if reason else None
