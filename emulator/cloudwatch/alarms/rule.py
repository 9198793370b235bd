"""When an alarm is in ALARM: M of N, missing data, comparison. Values in, a state out; nothing else
is known here.

CloudWatch looks at some more periods than N (here two). If at least N of them have data, only the N
newest of those count; otherwise the missing ones are filled as TreatMissingData says. Source:
CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", whose tables the
tests repeat.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

EXTRA_PERIODS = 2
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")


@dataclass(frozen=True)
class AlarmRule:
    """`datapoints_to_alarm` (M) of `evaluation_periods` (N) must compare so with the threshold."""

    comparison: str
    threshold: float
    evaluation_periods: int
    datapoints_to_alarm: int
    treat_missing_data: str = "missing"

    @property
    def periods_looked_at(self) -> int:
        """Return how many periods an evaluation reads."""
        return self.evaluation_periods + EXTRA_PERIODS

    def evaluated(self, newest_first: Sequence[float | None]) -> list[float]:
        """Return the values that count, newest first: at most N, those that are there."""
        return [value for value in newest_first if value is not None][: self.evaluation_periods]

    def state(self, newest_first: Sequence[float | None], state_now: str) -> str:
        """Return OK, ALARM or INSUFFICIENT_DATA for the periods looked at; None is a period without
        data.
        """
        values = self.evaluated(newest_first)
        breaching = sum(self.breaches(value) for value in values)
        missing = self.evaluation_periods - len(values)
        if breaching >= self.datapoints_to_alarm:
            return "ALARM"
        if self.treat_missing_data == "breaching":
            return "ALARM" if breaching + missing >= self.datapoints_to_alarm else "OK"
        if self.treat_missing_data == "notBreaching" or not missing:
            return "OK"
        return self._undecided(values, breaching, state_now)

    def breaches(self, value: float) -> bool:
        """Return whether one value is on the wrong side of the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)

    def _undecided(self, values: Sequence[float], breaching: int, state_now: str) -> str:
        """Return the state when data is missing and neither filling it in nor the rest settles the
        question.
        """
        if not values:
            return state_now if self.treat_missing_data == "ignore" else "INSUFFICIENT_DATA"
        if breaching < len(values):
            return "OK"
        return state_now if self.treat_missing_data == "ignore" else "ALARM"
