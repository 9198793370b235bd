"""CloudWatch's statistics by their names: Sum ... p99.9, TM(10%:90%), TC(:200000), PR(:300), WM,
TS, IQM.

Bounds: `a:b`, either may be missing. Absolute bounds exclude the lower and include the upper one;
percentages cut by rank. Source: CloudWatch User Guide, "Statistics definitions".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from emulator.cloudwatch.distribution import Distribution, Floats

PLAIN: dict[str, Callable[[Distribution], float]] = {
    "SampleCount": lambda d: d.sample_count,
    "Sum": lambda d: d.total,
    "Average": lambda d: d.total / d.sample_count,
    "Minimum": lambda d: d.minimum,
    "Maximum": lambda d: d.maximum,
    "IQM": lambda d: _trimmed_mean(d, Bounds(25.0, 75.0, percent=True)),
}
SHORT = re.compile(r"(p|tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)")
LONG = re.compile(r"(TM|WM|PR|TC|TS)\((\d*\.?\d*%?):(\d*\.?\d*%?)\)")


class UnknownStatistic(ValueError):
    """CloudWatch has no statistic of this name."""


@dataclass(frozen=True)
class Bounds:
    """From `low` (excluded) to `high` (included); in percent of the sorted values, or absolute.
    None is open.
    """

    low: float | None
    high: float | None
    percent: bool

    def inside(self, values: Distribution) -> Floats:
        """Return how many values of each bin lie inside."""
        if self.percent:
            return values.between_ranks(
                (self.low or 0.0) / 100, 1.0 if self.high is None else self.high / 100
            )
        return values.between(_or(self.low, float("-inf")), _or(self.high, float("inf")))


@cache
def statistic(name: str) -> Callable[[Distribution], float]:
    """Return the function that computes the statistic. Raises UnknownStatistic."""
    if name in PLAIN:
        return PLAIN[name]
    if match := SHORT.fullmatch(name):
        kind, number = match[1], float(match[2])
        if kind == "p":
            return lambda values: values.percentile(number / 100)
        return _bounded(kind.upper(), Bounds(None, number, percent=True))
    if match := LONG.fullmatch(name):
        return _bounded(match[1], _bounds(name, match[2], match[3]))
    raise UnknownStatistic(f"The value {name} for parameter Stat is not supported.")


def _bounds(name: str, low: str, high: str) -> Bounds:
    given = [end for end in (low, high) if end]
    percents = {end.endswith("%") for end in given}
    if len(percents) != 1 or "%" in given or (name.startswith("PR") and percents == {True}):
        raise UnknownStatistic(f"The value {name} for parameter Stat is not supported.")
    low_value, high_value = (float(end.rstrip("%")) if end else None for end in (low, high))
    backwards = None not in {low_value, high_value} and _or(low_value, 0) > _or(high_value, 0)
    if backwards or (True in percents and max(_or(low_value, 0), _or(high_value, 0)) > 100):
        raise UnknownStatistic(f"The value {name} for parameter Stat is not supported.")
    return Bounds(low_value, high_value, percents.pop())


def _bounded(kind: str, bounds: Bounds) -> Callable[[Distribution], float]:
    functions: dict[str, Callable[[Distribution], float]] = {
        "TC": lambda d: float(bounds.inside(d).sum()),
        "TS": lambda d: float(bounds.inside(d) @ d.middles),
        "TM": lambda d: _trimmed_mean(d, bounds),
        "WM": lambda d: _winsorized_mean(d, bounds),
        "PR": lambda d: 100.0 * float(bounds.inside(d).sum()) / d.sample_count,
    }
    return functions[kind]


def _trimmed_mean(values: Distribution, bounds: Bounds) -> float:
    kept = bounds.inside(values)
    return float(kept @ values.middles) / float(kept.sum()) if kept.sum() else 0.0


def _winsorized_mean(values: Distribution, bounds: Bounds) -> float:
    kept = bounds.inside(values)
    low, high = _edges(values, bounds)
    below = float(_below(values, bounds).sum())
    above = values.sample_count - float(kept.sum()) - below
    return (float(kept @ values.middles) + below * low + above * high) / values.sample_count


def _below(values: Distribution, bounds: Bounds) -> Floats:
    return Bounds(None, bounds.low if bounds.low is not None else 0.0, bounds.percent).inside(
        values
    ) * (bounds.low is not None)


def _edges(values: Distribution, bounds: Bounds) -> tuple[float, float]:
    if not bounds.percent:
        return _or(bounds.low, values.minimum), _or(bounds.high, values.maximum)
    return values.percentile((bounds.low or 0.0) / 100), values.percentile(
        _or(bounds.high, 100.0) / 100
    )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
