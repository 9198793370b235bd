"""A cell of a table: a name, a piece of work that can be sent to another process, and what it
measures.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.verdicts.worlds import Burst, gamma_bursts, lasting_bursts, no_bursts, spikes

Array = np.ndarray
Figures = dict[str, float | None]

LAWS: dict[str, Burst] = {
    "none": no_bursts,
    "gamma, CV 0.5": gamma_bursts(0.5),
    "gamma, CV 1.4": gamma_bursts(1.4),
    "2% of minutes x30": spikes(0.02, 30),
    "5-minute bursts x20": lasting_bursts(5, 20),
}


@dataclass(frozen=True)
class Cell:
    """One cell; `work(seed, runs, *arguments)` returns its figures."""

    table: str
    row: str
    column: str
    work: Callable[..., Figures]
    arguments: tuple[object, ...] = ()

    @property
    def name(self) -> tuple[str, str, str]:
        """Return what the cell's random stream is named after."""
        return self.table, self.row, self.column

    def run(self, seed: int, runs: int) -> Figures:
        """Return the figures of the cell."""
        return self.work(seed, runs, *self.arguments)


def percent(flags: Array) -> float:
    """Return how many of 100 runs."""
    return round(float(100 * np.mean(flags)), 2)


def mean(values: Array) -> float | None:
    """Return the mean over finite values, None when there are none."""
    finite = values[np.isfinite(values)]
    return round(float(np.mean(finite)), 2) if finite.size else None


def middle(values: Array) -> float | None:
    """Return the median, None when half of the values are infinite."""
    value = float(np.median(values))
    return round(value, 2) if np.isfinite(value) else None
