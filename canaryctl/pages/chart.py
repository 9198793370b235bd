"""A chart as plain values: what is drawn, in which role, and what each point says.

Rules: a colour is a role that the style sheet knows, so that light, dark and paper get their own;
None is a gap in a line, never a zero. Nothing here knows coordinates.
"""

from dataclasses import dataclass
from typing import Literal

from canaryctl.pages.scale import Scale

Mark = Literal["full", "hollow", "open"]
"""How a point counts: as it stands, not as evidence, or not yet whole."""


@dataclass(frozen=True)
class Series:
    """One line, or one layer of stacked bars: `y` over `x`, `notes` what each point says.

    `marks` has one entry a point, or none where all are full. `width` is what a bar covers of x.
    """

    name: str
    role: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    notes: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    width: float = 1.0
    strong: bool = False

    def mark(self, index: int) -> Mark:
        """Return how a point counts."""
        return self.marks[index] if self.marks else "full"


@dataclass(frozen=True)
class Band:
    """A stretch of x shaded behind the lines, with the word above it."""

    first: float
    last: float
    role: str
    label: str = ""
    strength: float = 0.1


@dataclass(frozen=True)
class Level:
    """A value that lines are compared with, dashed across the whole chart."""

    value: float
    role: str
    label: str

    @property
    def number(self) -> str:
        """Return the value as it stands at the axis: no more digits than it means."""
        return f"{self.value:,.0f}" if self.value >= 10 else f"{self.value:.2g}"


@dataclass(frozen=True)
class Chart:
    """One chart: a title, how to read it, and what is drawn. `x_word` names a place: minute 12."""

    id: str
    title: str
    note: str
    x: Scale
    y: Scale
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    x_word: str = "minute"
    bands: tuple[Band, ...] = ()
    levels: tuple[Level, ...] = ()
    stacked: bool = False
    points: bool = True
