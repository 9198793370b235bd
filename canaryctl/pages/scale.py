"""Scales: a number to its place between 0 and 1, and the round numbers to write beside it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

MOST_TICKS = 6
NARROWEST = 1e-9


@dataclass(frozen=True)
class Tick:
    """One number written at an axis; `at` is its place, 0-1."""

    at: float
    label: str


@dataclass(frozen=True)
class Scale:
    """From `low` to `high`; `log` counts in powers of ten. `unit` follows each number."""

    low: float
    high: float
    log: bool = False
    unit: str = ""

    def at(self, value: float) -> float:
        """Return the place of a value, 0-1; what lies outside is put at the edge."""
        low, high, here = (self._measure(each) for each in (self.low, self.high, value))
        return min(max((here - low) / max(high - low, NARROWEST), 0.0), 1.0)

    def _measure(self, value: float) -> float:
        return math.log10(max(value, self.low)) if self.log else value

    @property
    def ticks(self) -> list[Tick]:
        """Return at most seven round numbers inside the scale, smallest first."""
        return [Tick(self.at(value), self.label(value)) for value in self._values()]

    def _values(self) -> list[float]:
        if not self.log:
            step = round_step(self.high - self.low)
            first, last = math.ceil(self.low / step), math.floor(self.high / step + NARROWEST)
            return [index * step for index in range(first, last + 1)]
        first = math.ceil(math.log10(self.low) - NARROWEST)
        last = math.floor(math.log10(self.high))
        every = math.ceil((last - first + 1) / MOST_TICKS)
        return [10.0**power for power in range(first, last + 1) if power % every == 0]

    def label(self, value: float) -> str:
        """Return a number as it is written at the axis."""
        return f"{value:,.0f}{self.unit}" if abs(value) >= 1000 else f"{value:.4g}{self.unit}"


def round_step(span: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that cuts a span into at most six."""
    least = max(span, NARROWEST) / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least - NARROWEST)


@dataclass(frozen=True)
class Minutes(Scale):
    """Minutes since a beginning; long ones are written in hours and days."""

    def _values(self) -> list[float]:
        span = max(self.high - self.low, NARROWEST)
        step = next((s for s in STEPS if span / s <= MOST_TICKS), round_step(span / DAY) * DAY)
        first, last = math.ceil(self.low / step), math.floor(self.high / step + NARROWEST)
        return [index * step for index in range(first, last + 1)]

    def label(self, value: float) -> str:
        """Return a time as it is written at the axis."""
        for unit, minutes in (("d", DAY), ("h", HOUR)):
            if self.high - self.low > 3 * minutes and value % minutes == 0:
                return f"{value / minutes:,.0f} {unit}" if value else "0"
        return f"{value:g}"


HOUR, DAY = 60.0, 1440.0
STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY)


def linear(values: Iterable[float], unit: str = "") -> Scale:
    """Return a scale from zero to a little above the highest of these; to 1 where there is none."""
    top = max((value for value in values if math.isfinite(value)), default=0.0)
    low = min((value for value in values if math.isfinite(value)), default=0.0)
    return Scale(min(low, 0.0) * 1.08, top * 1.08 or 1.0, unit=unit)
