"""Time that belongs to people: while one of them pauses, or is waited for, limits stand still.

Rules: values in, values out. Stretches may overlap, come in any order and reach into the future:
a minute counts once, and only once it has begun.
"""

from collections.abc import Iterable
from datetime import datetime
from math import ceil
from typing import Literal

from canary.domain.model import Frozen
from canary.domain.words import duration, moment

StandstillKind = Literal["pause", "approval", "hours", "freeze", "advice", "place"]
WORDS: dict[StandstillKind, str] = {
    "pause": "paused",
    "approval": "waiting for an approval",
    "hours": "waiting for its hours",
    "freeze": "waiting for the end of a freeze",
    "advice": "waiting for a person to take the step",
    "place": "waiting for a place",
}


class Standstill(Frozen):
    """One stretch of time in which limits stand still, from `since` until `until` (None: until
    somebody answers); on whose behalf and why, '' where nobody said.
    """

    kind: StandstillKind = "pause"
    since: datetime
    until: datetime | None = None
    by: str = ""
    reason: str = ""

    @property
    def words(self) -> str:
        """Return what stands still for whom, such as: paused by ana until ... (long weekend)."""
        by = f" by {self.by}" if self.by else ""
        known = self.kind != "place"  # nobody knows when its turn comes
        until = f" until {moment(self.until)}" if self.until and known else ""
        return f"{WORDS[self.kind]}{by}{until}{f' ({self.reason})' if self.reason else ''}"


def stood_still(standstills: Iterable[Standstill], first_minute: int, now_minute: int) -> int:
    """Return how many of the minutes [first_minute, now_minute) limits stood still; a minute that a
    stretch only touches counts.
    """
    total, through = 0, first_minute
    for first, last in sorted(_minutes(one, now_minute) for one in standstills):
        begin, end = max(first, through), min(last, now_minute)
        if end > begin:
            total, through = total + end - begin, end
    return total


def stood_still_words(standstills: Iterable[Standstill], first_minute: int, now_minute: int) -> str:
    """Return how long limits stood still in those minutes and for whom, '' where they did not."""
    meant = [one for one in standstills if stood_still((one,), first_minute, now_minute)]
    if not meant:
        return ""
    minutes = stood_still(meant, first_minute, now_minute)
    newest = max(meant, key=lambda one: one.since)
    more = f", {len(meant)} times, the last" if len(meant) > 1 else ""
    return f"{duration(60 * minutes)} more stood still{more}: {newest.words}"


def _minutes(one: Standstill, now_minute: int) -> tuple[int, int]:
    last = now_minute if one.until is None else ceil(one.until.timestamp() / 60)
    return int(one.since.timestamp() // 60), last
