"""Every verdict with its reason, runs of the same one folded together; of very many the middle ones
are left out, counted.
"""

import re
from dataclasses import dataclass
from itertools import groupby

from canary.domain.judge.judgement import Judgement, Nearness
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.words import clock, percent
from canaryctl.history import RolloutHistory
from canaryctl.report.minutes import start_of

NUMBERS = re.compile(r"\d[\d.,:]*")
FIRST_GROUPS, LAST_GROUPS = 20, 60
LISTED_A_GROUP, LISTED_A_PAGE = 12, 150
"""Looks that a folded group lists, and that all of a page do; the newest groups come first."""


@dataclass(frozen=True)
class Row:
    """One look. `nearness` is how near the canary was to being taken back."""

    minute: int
    clock: str
    share: str
    verdict: str
    by: str
    reason: str
    nearness: Nearness = "calm"

    @property
    def tone(self) -> str:
        """Return the colour of its label: a hold with a failing canary is no calm one."""
        return self.nearness if self.verdict == "HOLD" else self.verdict


@dataclass(frozen=True)
class Group:
    """Looks that said the same, details aside; the newest speaks for them, `listed` are those that
    are written out.
    """

    rows: tuple[Row, ...]
    listed: tuple[Row, ...] = ()

    @property
    def last(self) -> Row:
        """Return the look that speaks for the group."""
        return self.rows[-1]

    @property
    def span(self) -> str:
        """Return the minutes the group covers."""
        first, last = self.rows[0].minute, self.last.minute
        return f"{first}" if first == last else f"{first}-{last}"

    @property
    def left_out(self) -> int:
        """Return how many looks are counted and not written out."""
        return len(self.rows) - len(self.listed)


@dataclass(frozen=True)
class Verdicts:
    """The groups of a page in order of time; `left_out` looks stood between the first and the
    last ones.
    """

    first: tuple[Group, ...]
    last: tuple[Group, ...] = ()
    left_out: int = 0


def verdicts_of(history: RolloutHistory) -> Verdicts:
    """Return the verdicts as a page shows them."""
    groups = _listed(groups_of(history))
    if len(groups) <= FIRST_GROUPS + LAST_GROUPS:
        return Verdicts(tuple(groups))
    between = groups[FIRST_GROUPS:-LAST_GROUPS]
    return Verdicts(
        tuple(groups[:FIRST_GROUPS]),
        tuple(groups[-LAST_GROUPS:]),
        sum(len(group.rows) for group in between),
    )


def groups_of(history: RolloutHistory) -> list[Group]:
    """Return the verdicts in order of time, repeated ones folded."""
    rows = [_row(verdict, history) for verdict in history.verdicts]
    keyed = groupby(
        rows,
        key=lambda row: (row.tone, row.share, row.by, NUMBERS.sub("#", row.reason.split(":")[0])),
    )
    return [Group(tuple(group)) for _, group in keyed]


def _listed(groups: list[Group]) -> list[Group]:
    room, found = LISTED_A_PAGE, []
    for group in reversed(groups):
        count = min(len(group.rows), LISTED_A_GROUP, room) if group.rows[1:] else 0
        room -= count
        half = count // 2
        rows = group.rows
        listed = rows if count == len(rows) else (*rows[: count - half], *rows[len(rows) - half :])
        found.append(Group(rows, listed if count else ()))
    return found[::-1]


def _row(verdict: VerdictRecord, history: RolloutHistory) -> Row:
    judgement = Judgement.model_validate(verdict.judgement) if verdict.judgement else None
    return Row(
        minute=verdict.minute - start_of(history.record),
        clock=clock(verdict.minute),
        share=percent(history.record.plan.steps[verdict.step].share),
        verdict=verdict.verdict,
        by=verdict.by,
        reason=verdict.reason,
        nearness=judgement.evidence.nearness if judgement and verdict.step else "calm",
    )
