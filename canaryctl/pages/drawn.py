"""A chart as SVG paths and places: the geometry, once, so that the template only writes it down.

Rules: the drawing is a square of SIDE units that the page stretches to whatever room there is;
strokes and dots keep their size, and every word stands outside of it as text of the page. So one
drawing serves a phone, a desk and paper.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from canaryctl.pages.chart import Band, Chart, Level, Mark, Series
from canaryctl.pages.scale import Tick

SIDE = 1000
LEAST_LABEL = 0.09
"""Part of the width below which a band's word would run into its neighbour on a phone."""

LEAST_TICK = 0.09
"""Part of the height below which a number would touch a level's own on a phone."""


@dataclass(frozen=True)
class Path:
    """One path of the drawing with the classes that colour it."""

    classes: str
    d: str


@dataclass(frozen=True)
class Strip:
    """A stretch of x that can be pointed at, and what it says."""

    x: float
    width: float
    title: str


@dataclass(frozen=True)
class Drawn:
    """Everything the template writes down; places are parts of width and height, 0-1."""

    chart: Chart

    @property
    def x_ticks(self) -> list[Tick]:
        """Return the numbers below."""
        return self.chart.x.ticks

    @property
    def y_ticks(self) -> list[Tick]:
        """Return the numbers at the side, but for those a level's own would touch."""
        numbers = [at for _, at in self.level_numbers]
        return [t for t in self.chart.y.ticks if all(abs(t.at - at) > LEAST_TICK for at in numbers)]

    @property
    def bands(self) -> Iterator[tuple[Band, float, float]]:
        """Yield each band with its left edge and width, 0-1."""
        for band in self.chart.bands:
            left, right = self.chart.x.at(band.first), self.chart.x.at(band.last)
            yield band, left, right - left

    @property
    def labels(self) -> Iterator[tuple[str, float]]:
        """Yield the words above bands with the middle of each; narrow bands have none."""
        for band, left, width in self.bands:
            if band.label and width >= LEAST_LABEL:
                yield band.label, left + width / 2

    @property
    def levels(self) -> list[tuple[Level, float]]:
        """Return each level with its height, 0-1."""
        return [(level, self.chart.y.at(level.value)) for level in self.chart.levels]

    @property
    def level_numbers(self) -> list[tuple[Level, float]]:
        """Return each level with the height of its number: its own, or above the one below it where
        the two would touch.
        """
        placed: list[tuple[Level, float]] = []
        for level, at in sorted(self.levels, key=lambda one: one[1]):
            lowest = placed[-1][1] + LEAST_TICK if placed else at
            placed.append((level, max(at, lowest)))
        return placed

    @property
    def paths(self) -> list[Path]:
        """Return what is stroked and filled, the first at the bottom."""
        if self.chart.stacked:
            return list(self._bars())
        return [path for series in self.chart.series for path in self._line(series)]

    def _line(self, series: Series) -> Iterator[Path]:
        strong = " strong" if series.strong else ""
        pieces = list(_pieces(series))
        d = "".join(self._piece(series, piece) for piece in pieces)
        if d:
            yield Path(f"line {series.role}{strong}", d)
        alone = {piece[0] for piece in pieces if len(piece) == 1}
        for mark in ("full", "hollow", "open"):
            d = "".join(
                f"M{self._place(series, index)}h0"
                for index, y in enumerate(series.y)
                if y is not None
                and series.mark(index) == mark
                and (self.chart.points or index in alone)
            )
            if d:
                yield Path(f"dot {series.role}{strong}", d)
                if mark != "full":
                    yield Path(f"core {mark}", d)

    def _piece(self, series: Series, piece: Sequence[int]) -> str:
        return "M" + "L".join(self._place(series, index) for index in piece) if piece[1:] else ""

    def _place(self, series: Series, index: int) -> str:
        return f"{self._x(series.x[index])} {self._y(series.y[index] or 0.0)}"

    def _x(self, value: float) -> str:
        return _short(SIDE * self.chart.x.at(value))

    def _y(self, value: float) -> str:
        return _short(SIDE * (1 - self.chart.y.at(value)))

    def _bars(self) -> Iterator[Path]:
        below: dict[float, float] = {}
        for series in self.chart.series:
            d: dict[Mark, str] = {}
            for index, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
                if not y:
                    continue
                low, high = below.get(x, 0.0), below.get(x, 0.0) + y
                below[x] = high
                left, right = self._x(x - series.width / 2), self._x(x + series.width / 2)
                bar = f"M{left} {self._y(low)}V{self._y(high)}H{right}V{self._y(low)}z"
                d[series.mark(index)] = d.get(series.mark(index), "") + bar
            yield from (Path(f"bar {series.role} {mark}", d[mark]) for mark in d)

    @property
    def strips(self) -> list[Strip]:
        """Return a strip for every place of x at which something is known."""
        rows = self.rows
        edges = [x for x, _ in rows]
        wide = min((b - a for a, b in pairwise(edges)), default=1.0)
        return [
            Strip(
                SIDE * self.chart.x.at(x - wide / 2),
                SIDE * (self.chart.x.at(x + wide / 2) - self.chart.x.at(x - wide / 2)),
                self._said(x, notes),
            )
            for x, notes in rows
        ]

    def _said(self, x: float, notes: Sequence[str]) -> str:
        named = zip(self.chart.series, notes, strict=True)
        words = "; ".join(f"{series.name}: {note}" for series, note in named if note)
        return f"{self.chart.x_word} {x:.0f}: {words}"

    @property
    def rows(self) -> list[tuple[float, tuple[str, ...]]]:
        """Return what each series says at every place of x: the chart as a table."""
        told = [dict(zip(s.x, s.notes, strict=True)) for s in self.chart.series]
        places = sorted({x for notes in told for x in notes})
        rows = [(x, tuple(notes.get(x, "") for notes in told)) for x in places]
        return [(x, notes) for x, notes in rows if any(notes)]


def _pieces(series: Series) -> Iterator[list[int]]:
    """Yield the indices of unbroken stretches; a missing value or place breaks a line."""
    piece: list[int] = []
    for index, y in enumerate(series.y):
        if piece and (y is None or series.x[index] - series.x[piece[-1]] > 1.5 * series.width):
            yield piece
            piece = []
        if y is not None:
            piece.append(index)
    if piece:
        yield piece


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def drawn(charts: Iterable[Chart]) -> list[Drawn]:
    """Return charts ready for the template."""
    return [Drawn(chart) for chart in charts]
