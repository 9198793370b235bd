"""The keys of a spec that hold a step up: approvals, hours, freezes, advice.

Rules: they hold the share from rising and nothing else; nothing here delays a way back. Days and
times are local to a zone that is named, since a date alone begins at another moment elsewhere.
"""

import difflib
import re
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from canary.domain.model import Frozen

MINUTES_PER_DAY = 1440
LONGEST_APPROVAL_MINUTES = 14 * MINUTES_PER_DAY
MOST_FREEZES = 100
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


def known_zone(name: str) -> str:
    """Return the name of a zone. Raises ValueError naming zones that look like it."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        near = difflib.get_close_matches(name, available_timezones(), 3, 0.6)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        msg = f"no IANA time zone of this name (such as Europe/Berlin or UTC){meant}"
        raise ValueError(msg) from error
    return name


def _spanning(text: str) -> str:
    span_of(text)
    return text


Zone = Annotated[str, Field(min_length=1, max_length=64)]


class Hours(Frozen):
    """When the share may rise: weekdays and spans of local time in one zone."""

    zone: Zone = Field(
        description="IANA name of the zone that days and times are read in.",
        examples=["Europe/Berlin", "UTC"],
    )
    days: tuple[Day, ...] = Field(
        default=DAYS[:5],
        min_length=1,
        max_length=7,
        description="Weekdays on which the share may rise.",
        examples=[["mon", "tue", "wed", "thu"]],
    )
    times: tuple[Annotated[str, AfterValidator(_spanning)], ...] = Field(
        min_length=1,
        max_length=24,
        description="Spans of local time in which it may rise, hours and minutes; one past "
        "midnight is written as two.",
        examples=[["09:00-12:00", "13:00-16:30"]],
    )

    @field_validator("zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        return known_zone(zone)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Return the spans as (first, end) minutes of a local week that begins on Monday."""
        days = sorted({DAYS.index(day) for day in self.days})
        minutes = [span_of(text) for text in self.times]
        return tuple(
            (MINUTES_PER_DAY * day + first, MINUTES_PER_DAY * day + end)
            for day in days
            for first, end in sorted(minutes)
        )

    @property
    def words(self) -> str:
        """Return when it may rise, such as: mon, tue 09:00-17:00 Europe/Berlin."""
        return f"{', '.join(self.days)} {', '.join(self.times)} {self.zone}"


def span_of(text: str) -> tuple[int, int]:
    """Return (first, end) minutes of a day. Raises ValueError for what is no span of one day."""
    found = SPAN.fullmatch(text)
    if found is None:
        msg = f'{text!r} is no span of a day; write one as in "09:00-17:00" ("24:00" ends a day)'
        raise ValueError(msg)
    hours = [int(part) for part in found.groups()]
    first, end = 60 * hours[0] + hours[1], 60 * hours[2] + hours[3]
    if end > MINUTES_PER_DAY:
        msg = f"{text!r} ends after 24:00; end it there"
        raise ValueError(msg)
    if end == first:
        msg = f"{text!r} never opens: it ends when it begins; a whole day is 00:00-24:00"
        raise ValueError(msg)
    if end < first:
        msg = (
            f"{text!r} ends before it begins: past midnight write {text[:5]}-24:00 and "
            f"00:00-{text[6:]}, otherwise swap the two"
        )
        raise ValueError(msg)
    return first, end


class Freeze(Frozen):
    """A time in which no share rises: from `begins` up to `ends`; a date counts as a whole day."""

    begins: str = Field(
        description="First day, or the moment it begins; local unless it has an offset.",
        examples=["2026-12-20", "2026-12-20T18:00", "2026-12-20T18:00:00Z"],
    )
    ends: str = Field(
        description="Last day, which still counts, or the moment it ends.",
        examples=["2027-01-03"],
    )
    reason: str = Field(
        default="", max_length=200, description="Why, for people.", examples=["year's end"]
    )
    zone: Zone | None = Field(
        default=None,
        description="IANA name of the zone of local days and times; left out, that of `hours`, and "
        "without either local days are refused.",
        examples=["UTC"],
    )

    @field_validator("begins", "ends")
    @classmethod
    def _readable(cls, text: str, info: ValidationInfo) -> str:
        read_moment(text, last=info.field_name == "ends")
        return text

    @field_validator("zone")
    @classmethod
    def _zone(cls, zone: str | None) -> str | None:
        return zone if zone is None else known_zone(zone)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        begin, end = read_moment(self.begins, last=False), read_moment(self.ends, last=True)
        if (begin.tzinfo is None) == (end.tzinfo is None) and end <= begin:
            msg = f"ends ({self.ends}) is not after begins ({self.begins}); swap or correct them"
            raise ValueError(msg)
        return self

    @property
    def local(self) -> bool:
        """Return whether one of its moments has no offset, so that a zone has to say when it is."""
        moments = (read_moment(self.begins, last=False), read_moment(self.ends, last=True))
        return any(moment.tzinfo is None for moment in moments)

    def moments(self, zone: str | None = None) -> tuple[datetime, datetime]:
        """Return when it begins and ends; local moments in its own zone, else in `zone`."""
        name = self.zone or zone or "UTC"
        begin, end = read_moment(self.begins, last=False), read_moment(self.ends, last=True)
        return tuple(  # type: ignore[return-value]  # two in, two out
            moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(name))
            for moment in (begin, end)
        )


def read_moment(text: str, *, last: bool) -> datetime:
    """Return a moment; of a date its begin, or where it is the `last` day the next one's. Without
    an offset it stays naive. Raises ValueError.
    """
    try:
        if len(text) == len("2026-12-20"):
            day = date.fromisoformat(text) + timedelta(days=int(last))
            return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone comes later
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        msg = f"{text[:40]!r} is neither a date (2026-12-20) nor a moment (2026-12-20T18:00:00Z)"
        raise ValueError(msg) from error


Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class BrakeKeys(Frozen):
    """What holds a step up besides evidence; none unless written."""

    approve_before: tuple[Share, ...] = Field(
        default=(),
        max_length=50,
        description="Shares of steps, fractions of traffic, that a person has to approve before "
        "they are taken.",
        examples=[[0.5, 1.0]],
    )
    approve_within_minutes: int = Field(
        default=MINUTES_PER_DAY,
        ge=1,
        le=LONGEST_APPROVAL_MINUTES,
        description="Minutes for which a step that could be taken waits for its approval; no "
        "limit counts them.",
        examples=[480],
    )
    on_unapproved: Literal["hold", "roll_back"] = Field(
        default="hold",
        description="Without an approval by then: go on waiting while the limits run again, or "
        "take the canary back.",
        examples=["roll_back"],
    )
    hours: Hours | None = Field(
        default=None,
        description="When steps up may be taken; always unless given. The way back is always open.",
        examples=[{"zone": "Europe/Berlin", "times": ["09:00-17:00"]}],
    )
    freezes: tuple[Freeze, ...] = Field(
        default=(),
        max_length=MOST_FREEZES,
        description="Times in which no step up is taken.",
        examples=[[{"begins": "2026-12-20", "ends": "2027-01-03", "zone": "UTC"}]],
    )
    mode: Literal["automatic", "advise"] = Field(
        default="automatic",
        description="`advise`: steps up are proposed and a person takes them; the way back is "
        "still taken.",
        examples=["advise"],
    )
