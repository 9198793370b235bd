"""The charts of a rollout: requests, rates and evidence, all on the same minutes."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from canary.domain.judge.judgement import Judgement
from canary.domain.plan.guards import CountGuard
from canary.domain.words import percent, strength
from canaryctl.history import RolloutHistory
from canaryctl.pages.chart import Band, Chart, Level, Series
from canaryctl.pages.scale import Minutes, Scale, linear
from canaryctl.report.minutes import (
    Lines,
    Looked,
    looks_of,
    newest_minute,
    open_minutes,
    start_of,
)
from canaryctl.report.timeline import Segment, segments_of

LEAST, MOST = 1e-3, 1e6
GUARD_COLOURS = 6
POINTS_A_PAGE, LEAST_POINTS, MOST_POINTS = 600, 40, 120
"""How many points all charts of a page have together, so that a page of days stays a small file."""


def charts_of(history: RolloutHistory) -> list[Chart]:
    """Return the charts in reading order: rates where a live step was served, evidence where it was
    judged.
    """
    looks, record = looks_of(history), history.record
    count = 3 + len(record.plan.guards)
    segments = segments_of(record, newest_minute(history))
    scale = _span(history, segments)
    points = min(max(POINTS_A_PAGE // count, LEAST_POINTS), MOST_POINTS)
    drawing = _Charts(
        Lines(history, math.ceil((scale.high - scale.low) / points)), scale, _bands(segments), looks
    )
    charts = [drawing.requests()]
    if any(bake.step for bake in record.bakes):
        charts += [drawing.rates(guard) for guard in record.plan.guards]
    if any(look.judgement and look.verdict.step for look in looks):
        charts += [drawing.roll_back(), *drawing.advance()]
    return charts


class _Charts:
    """Makes each chart of one rollout on the same minutes, steps shaded and named."""

    def __init__(
        self, lines: Lines, scale: Scale, bands: tuple[Band, ...], looks: Sequence[Looked]
    ) -> None:
        self._lines, self._scale, self._bands = lines, scale, bands
        self._history = lines.history
        self._guards = lines.history.record.plan.guards
        self._live = [look for look in looks if look.verdict.step]

    def requests(self) -> Chart:
        counted = (
            "counted by the router itself"
            if self._history.ledger
            else f"as CloudWatch published them{self._still_open()}"
        )
        lines = self._lines.requests()
        tops: dict[float, float] = {}
        for line in lines:
            for x, y in zip(line.x, line.y, strict=True):
                tops[x] = tops.get(x, 0.0) + (y or 0.0)
        return self._chart(
            "requests",
            "Requests per minute and variant",
            f"Live traffic, {counted}. Shaded and named above: the share that was asked for; each "
            f"dotted line is a move that arrived.{self._thinned()}",
            lines,
            linear(tops.values()),
            "requests a minute",
            stacked=True,
        )

    def rates(self, guard: CountGuard) -> Chart:
        what, unit = "Percent of each variant's requests in each minute.", "%"
        if guard.value is not None:
            what, unit = "One number a minute and variant.", guard.unit
        lines = self._lines.rates(guard)
        return self._chart(
            guard.name,
            guard.title,
            f"{what} Filled dots were judged; hollow ones were not (warm-up after a move, a move "
            f"itself, or the evaluation's own calls).{self._still_open(' A thin ring is', '.')}"
            f"{self._thinned()}",
            lines,
            linear((y for line in lines for y in line.y if y is not None), unit),
            "percent" if guard.value is None else guard.unit.strip() or guard.words.bad,
        )

    def roll_back(self) -> Chart:
        guards = self._guards
        threshold = _threshold(self._live, lambda j: j.evidence.log_roll_back_threshold)
        parts = [
            self._lines.evidence(self._live, guard.words.bad, _colour(index), partial(_part, index))
            for index, guard in enumerate(guards)
        ]
        whole = self._lines.evidence(
            self._live, "all guards", "ink", lambda j: _shown(j.evidence.log_roll_back), strong=True
        )
        return self._evidence(
            "rollback",
            "Evidence that the canary is worse",
            f"The strong line is compared with the threshold, {strength(threshold)}: at or above "
            "it the canary is taken back. Coloured lines are each guard's share of it. However "
            "often one looks, a canary that is no worse than the tolerance crosses it in at most "
            f"1 of {strength(threshold)} rollouts.",
            (*(parts if len(guards) > 1 else []), whole),
            Level(math.exp(threshold), "bad", f"roll back at {strength(threshold)}"),
        )

    def advance(self) -> list[Chart]:
        gates = range(1, self._history.record.plan.last_step)
        live = [look for look in self._live if look.verdict.step in gates]
        if not any(look.judgement for look in live):
            return []
        lines = [
            _joined(
                [
                    self._lines.evidence(
                        [look for look in live if look.verdict.step == step],
                        guard.words.bad,
                        _colour(index),
                        partial(_log_advance, index),
                    )
                    for step in gates
                ]
            )
            for index, guard in enumerate(self._guards)
        ]
        threshold = _threshold(live, lambda j: j.evidence.log_advance_threshold)
        return [
            self._evidence(
                "advance",
                "Evidence that the canary is good enough",
                "Fresh at every step: the share rises only when every guard stands at or above "
                f"{strength(threshold)} after the shortest bake. The last step below 100% is "
                "judged at the strict margin.",
                tuple(lines),
                Level(math.exp(threshold), "good", f"advance at {strength(threshold)}"),
            )
        ]

    def _evidence(
        self, name: str, title: str, note: str, lines: tuple[Series, ...], level: Level
    ) -> Chart:
        values = [y for line in lines for y in line.y if y is not None]
        high = max([level.value * 5, *values]) * 1.5
        low = max(LEAST, min([0.5, *values]) / 1.5)
        scale = Scale(low, high, log=True)
        return self._chart(
            name, title, f"{note}{self._thinned()}", lines, scale, "evidence", levels=(level,)
        )

    def _chart(
        self,
        name: str,
        title: str,
        note: str,
        lines: tuple[Series, ...],
        scale: Scale,
        y_title: str,
        *,
        levels: tuple[Level, ...] = (),
        stacked: bool = False,
    ) -> Chart:
        return Chart(
            id=name,
            title=title,
            note=note,
            x=self._scale,
            y=scale,
            x_title="minutes since the start",
            y_title=y_title,
            series=lines,
            bands=self._bands,
            levels=levels,
            stacked=stacked,
            points=self._lines.minutes == 1,
        )

    def _thinned(self) -> str:
        minutes = self._lines.minutes
        return f" Each point is {minutes} minutes." if minutes > 1 else ""

    def _still_open(self, before: str = "; outlined:", after: str = "") -> str:
        if not open_minutes(self._history):
            return ""
        return f"{before} a minute read but once, of which more may have arrived since{after}"


def _span(history: RolloutHistory, segments: Sequence[Segment]) -> Minutes:
    """Return the same minutes for every chart of a page, so that one can be read below the
    other.
    """
    start = start_of(history.record)
    counted = [entry.minute - start for entry in history.ledger]
    return Minutes(
        min([0, *counted]) - 0.5, max([segments[-1].last, *(m + 1 for m in counted)]) + 0.5
    )


BAND_ROLES = {
    "gate": "baseline",
    "bake": "canary",
    "watch": "canary",
    "restore": "bad",
    "unproven": "alert",
}


def _bands(segments: Iterable[Segment]) -> tuple[Band, ...]:
    return tuple(
        Band(
            segment.first,
            segment.last,
            BAND_ROLES[segment.kind],
            percent(segment.share) if segment.serves else "",
            0.07 + 0.1 * segment.share,
        )
        for segment in segments
        if segment.kind in BAND_ROLES
    )


def _joined(lines: Sequence[Series]) -> Series:
    """Return lines of one guard as one, with a gap between two of them."""
    first, *others = [line for line in lines if line.x] or lines[:1]
    for line in others:
        gap = (first.x[-1] + line.x[0]) / 2
        first = Series(
            name=first.name,
            role=first.role,
            x=(*first.x, gap, *line.x),
            y=(*first.y, None, *line.y),
            notes=(*first.notes, "", *line.notes),
            width=first.width,
        )
    return first


def _part(index: int, judgement: Judgement) -> tuple[float, str]:
    """Return a guard's share of the combined evidence; the shares of all guards add up to it."""
    evidence = judgement.evidence
    if index >= len(evidence.guards) or not evidence.guards[index].share_of_roll_back:
        return _shown(-math.inf)
    share = math.log(evidence.guards[index].share_of_roll_back)
    return _shown(evidence.log_roll_back + share)


def _log_advance(index: int, judgement: Judgement) -> tuple[float, str]:
    return _shown(judgement.evidence.guards[index].log_advance)


def _shown(log_value: float) -> tuple[float, str]:
    """Return evidence where it is drawn, and as it is said."""
    return min(max(math.exp(min(log_value, 50)), LEAST), MOST), strength(log_value)


def _threshold(looks: Sequence[Looked], value: Callable[[Judgement], float]) -> float:
    return next((value(look.judgement) for look in reversed(looks) if look.judgement), math.log(20))


def _colour(index: int) -> str:
    """Return the colour of a guard by its place in the plan; they begin again after the last."""
    return f"guard-{index % GUARD_COLOURS}"
