"""The baseline's last day: the minutes that the history bet compares with, beside the plan as it is
read at every tick.
"""

from collections.abc import Iterable, Mapping, Sequence

from canary.domain.model import Frozen
from canary.stats.history import Minute, without_worst_hours
from canary.stats.history_bet import Served, pairs


class Day(Frozen):
    """The minutes of the day by guard, (events, bad), None where missing or left out."""

    guards: dict[str, tuple[tuple[int, int] | None, ...]]

    def pairs(self, guard: str) -> tuple[tuple[Served, Served], ...]:
        """Return the pairs of minutes a guard is compared with; none where its day is not kept."""
        return pairs(self.guards.get(guard, ()))


def day_of(guards: Iterable[str], history: Mapping[str, Sequence[Minute]]) -> Day:
    """Return the day that some guards are compared with, from the history a plan was made from."""
    return Day(guards={name: without_worst_hours(history.get(name, ())) for name in guards})
