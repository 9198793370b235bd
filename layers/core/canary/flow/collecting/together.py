"""One read of metrics for many rollouts, and what spoils it for one spoils it for no other.

Rules: what AWS refuses for good is asked again by halves, until those it is refused for are found;
what may succeed later is not, because more calls are the last thing an account over its quota
needs.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from canary.domain.errors import AwsDenied
from canary.domain.judge.windows import FROZEN_AFTER_MINUTES
from canary.domain.rollout.tick import Blind
from canary.domain.time import minute_of
from canary.flow.collecting.blind import noted
from canary.flow.collecting.due import metrics_behind, metrics_due

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from canary.domain.judge.metrics import Series
    from canary.domain.rollout.record import Record
    from canary.flow.problems import Problems
    from canary.flow.time_left import TimeLeft
    from canary.ports.metrics import Metrics

HALVED_AT_MOST = 16
"""Refused reads that are halved: two rollouts of fifty are found with 14. Where it is all of them,
as without the right to read, it ends after some thirty calls.
"""

Read = tuple["Series", "Mapping[str, Blind]"]
"""What could be read, and by rollout what could not."""


def minutes_of(
    records: Sequence[Record],
    metrics: Metrics,
    end: datetime,
    problems: Problems,
    time_left: TimeLeft,
) -> Read:
    """Return the minutes that may still change of all that is due of these rollouts, and those
    rollouts of which not all of it could be read; every failure is kept as a problem.
    """
    start, minute = end - timedelta(minutes=FROZEN_AFTER_MINUTES), minute_of(end)

    def due(group: Sequence[Record]) -> Series:
        time_left.ask(*(record.rollout for record in group))
        wanted = [metric for record in group for metric in metrics_due(record, minute)]
        return metrics.minutes(wanted, start, end)

    def behind(group: Sequence[Record]) -> Series:
        time_left.ask(*(record.rollout for record in group))
        wanted = [metric for record in group for metric in metrics_behind(record, read)]
        return metrics.minutes(wanted, start, end)

    read, blind = _apart(records, due, minute, problems)
    lacking = [r for r in records if r.rollout not in blind and metrics_behind(r, read)]
    more, also = _apart(lacking, behind, minute, problems)
    return {**read, **more}, {**blind, **also}


def _apart(
    records: Sequence[Record],
    read: Callable[[Sequence[Record]], Series],
    minute: int,
    problems: Problems,
) -> Read:
    groups, halved = deque([tuple(records)] if records else []), 0
    series: Series = {}
    blind: dict[str, Blind] = {}
    while groups:
        group, here = groups.popleft(), list[Blind]()
        with problems.kept(), noted("GetMetricData", here, minute):
            try:
                series = {**series, **read(group)}
            except AwsDenied:
                if len(group) == 1 or halved == HALVED_AT_MOST:
                    raise
                halved, half = halved + 1, len(group) // 2
                groups += [group[:half], group[half:]]
        blind |= {record.rollout: one for one in here for record in group}
    return series, blind
