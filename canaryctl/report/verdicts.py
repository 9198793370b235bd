"""Every verdict with its reason, runs of the same one folded together."""

import re
from dataclasses import dataclass
from itertools import groupby

from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.words import clock, percent
from canaryctl.history import RolloutHistory
from canaryctl.report.minutes import start_of

NUMBERS = re.compile(r"\d[\d.,:]*")


@dataclass(frozen=True)
class Row:
    """One look."""

    minute: int
    clock: str
    share: str
    verdict: str
    by: str
    reason: str


@dataclass(frozen=True)
class Group:
    """Looks that said the same in other numbers; the newest speaks for them, `folded` are all of
    them.
    """

    rows: tuple[Row, ...]

    @property
    def last(self) -> Row:
        """Return the look that speaks for the group."""
        return self.rows[-1]

    @property
    def span(self) -> str:
        """Return the minutes the group covers."""
        first, last = self.rows[0].minute, self.last.minute
        return f"{first}" if first == last else f"{first}-{last}"


def groups_of(history: RolloutHistory) -> list[Group]:
    """Return the verdicts in order of time, repeated ones folded."""
    rows = [_row(verdict, history) for verdict in history.verdicts]
    keyed = groupby(
        rows, key=lambda row: (row.verdict, row.share, row.by, NUMBERS.sub("#", row.reason))
    )
    return [Group(tuple(group)) for _, group in keyed]


def _row(verdict: VerdictRecord, history: RolloutHistory) -> Row:
    return Row(
        minute=verdict.minute - start_of(history.record),
        clock=clock(verdict.minute),
        share=percent(history.record.plan.steps[verdict.step].share),
        verdict=verdict.verdict,
        by=verdict.by,
        reason=verdict.reason,
    )
