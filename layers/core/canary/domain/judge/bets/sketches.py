"""Sketches of the baseline's day: made when a minute first asks for one, kept, and made no more.

Rules: a sketch follows from the day, the terms and the level, so one that is made again is equal,
and a judgement does not depend on which were kept. Making one costs milliseconds, a look at one
microseconds. The day itself is asked for only where one is to be made.
"""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from canary.domain.judge.bets.day import Day
from canary.domain.model import Frozen
from canary.stats.history_bet import Place, Sketch, sketch

MarginName = Literal["roll_back_beyond", "early_steps"]
NO_DAY = Day(guards={})


class SketchKey(NamedTuple):
    """Which comparison: a guard at a step against one of its margins, at a level of bad events."""

    step: int
    guard: str
    margin: MarginName
    level: int


class KeptSketch(Frozen):
    """A sketch as it is stored."""

    key: SketchKey
    sketch: Sketch


class Sketches:
    """The sketches of one rollout; those that were not kept are made from its day, once."""

    def __init__(
        self,
        day: Callable[[], Day | None] = lambda: NO_DAY,
        kept: Callable[[int], Iterable[KeptSketch]] = lambda _: (),
    ) -> None:
        """Take how to read the day, and the sketches kept of a step."""
        self._read_day, self._read_kept = day, kept
        self._known: dict[SketchKey, Sketch | None] = {}
        self._steps: set[int] = set()
        self._day: Day | None = None
        self.made: list[KeptSketch] = []
        """What was made and is to be kept."""

    def at(
        self, step: int, guard: str, margin: MarginName, place: Place | None
    ) -> Callable[[int], Sketch | None]:
        """Return a guard's history at a step and margin, by level; nothing without a place."""
        if place is None:
            return lambda _: None
        return lambda level: self.find(SketchKey(step, guard, margin, level), place)

    def find(self, key: SketchKey, place: Place) -> Sketch | None:
        """Return a sketch; None where the guard's day is not kept."""
        if key.step not in self._steps:
            self._steps.add(key.step)
            self._known |= {one.key: one.sketch for one in self._read_kept(key.step)}
        if key not in self._known:
            self._known[key] = self._make(key, place)
        return self._known[key]

    def _make(self, key: SketchKey, place: Place) -> Sketch | None:
        if self._day is None:
            self._day = self._read_day() or NO_DAY
        pairs = self._day.pairs(key.guard)
        if not pairs:
            return None
        made = sketch(pairs, place, key.level)
        self.made.append(KeptSketch(key=key, sketch=made))
        return made
