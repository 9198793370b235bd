"""Per-minute series for the charts: requests, rates and evidence, with missing kept apart from
zero and what may still arrive apart from what came.

Rules: minutes count from the rollout's start; None is a gap in a line, never a zero. A long rollout
has several minutes to a point: counts are added up, of evidence the most extreme is kept.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TypeVar

from canary.domain.judge.judgement import Judgement
from canary.domain.judge.terms import terms_of
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Counts, Window, counted, measured
from canary.domain.plan.guards import CountGuard
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canaryctl.history import LedgerMinute, RolloutHistory
from canaryctl.pages.chart import Mark, Series

Side = Callable[[Window], Counts | None]
Item = TypeVar("Item", Window, LedgerMinute)
Figure = Callable[[Sequence[Item]], tuple[float | None, str]]
"""What a point shows, and what it says."""


@dataclass(frozen=True)
class Looked:
    """One verdict with the judgement behind it, where it had one, in minutes since the start."""

    at: int
    verdict: VerdictRecord
    judgement: Judgement | None


def start_of(record: Record) -> int:
    """Return the minute a rollout's own clock counts from."""
    return minute_of(record.started_at)


def newest_minute(history: RolloutHistory) -> int:
    """Return the last minute (since the epoch) anything is known of."""
    record = history.record
    known = [minute_of(record.ended_at or record.progress_at)]
    known += [window.minute for window in history.windows[-1:]]
    known += [verdict.minute for verdict in history.verdicts[-1:]]
    return max(known)


def open_minutes(history: RolloutHistory) -> frozenset[int]:
    """Return the minutes (since the epoch) that were read but once: CloudWatch may have published
    half of them, and nobody looked again.
    """
    looks = [verdict.minute for verdict in history.verdicts]
    reads = [window.since for window in history.windows if window.since is not None]
    last = max(looks + reads, default=0)
    return frozenset(window.minute for window in history.windows if not window.settled(last))


def looks_of(history: RolloutHistory) -> list[Looked]:
    """Return every verdict in order, its judgement read back."""
    start = start_of(history.record)
    return [
        Looked(v.minute - start, v, Judgement.model_validate(v.judgement) if v.judgement else None)
        for v in history.verdicts
    ]


def judged_minutes(history: RolloutHistory) -> frozenset[int]:
    """Return the minutes (since the epoch) that may count as evidence: baking, warm, not the
    evaluator's own.
    """
    terms = [bake for bake in terms_of(history.record.plan, history.record.bakes) if bake.share > 0]
    own = set(history.quality.called_minutes) if history.quality else set()
    near = {minute + offset for minute in own for offset in (-1, 0, 1)}
    return frozenset(
        window.minute
        for window in history.windows
        if window.minute not in near
        and any(b.covers(window.minute) and b.warm(window.minute) for b in terms)
    )


@dataclass(frozen=True)
class Lines:
    """The lines of one rollout, `minutes` to a point."""

    history: RolloutHistory
    minutes: int = 1

    @cached_property
    def _judged(self) -> frozenset[int]:
        return judged_minutes(self.history)

    @cached_property
    def _open(self) -> frozenset[int]:
        return open_minutes(self.history)

    def requests(self) -> tuple[Series, ...]:
        """Return requests a minute, the baselines first: by the router's own count where there is
        one.
        """
        record, ledger = self.history.record, self.history.ledger
        if ledger:
            control = [record.plan.control] if record.plan.control else []
            names = [*record.plan.baselines, *control, record.canary]
            mine = [[entry for entry in ledger if entry.variant == name] for name in names]
            return tuple(
                self._series(name, entries, _routed, lambda _: "full")
                for name, entries in zip(names, mine, strict=True)
            )
        windows = self.history.windows
        return tuple(
            self._series(name, windows, _requests(side), self._open_or_full)
            for name, side in self._sides()
        )

    def rates(self, guard: CountGuard) -> tuple[Series, ...]:
        """Return the percentage of judged events a minute of both sides, or a value guard's number,
        as CloudWatch published it.
        """
        figure = _rate if guard.value is None else _value
        return tuple(
            self._series(name, self.history.windows, figure(guard, side), self._evidence_or_not)
            for name, side in self._sides()
        )

    def evidence(
        self,
        looks: Iterable[Looked],
        name: str,
        role: str,
        value: Callable[[Judgement], tuple[float, str]],
        *,
        strong: bool = False,
    ) -> Series:
        """Return one evidence number over the looks that had a judgement, the highest of a
        point.
        """
        judged = [(look.at, value(look.judgement)) for look in looks if look.judgement]
        points = [
            (self._middle(place) if self.minutes > 1 else place, max(given for _, given in group))
            for place, group in groupby(judged, key=lambda pair: pair[0] // self.minutes)
        ]
        return Series(
            name=name,
            role=role,
            x=tuple(x for x, _ in points),
            y=tuple(y for _, (y, _) in points),
            notes=tuple(note for _, (_, note) in points),
            width=max(self.minutes, MOST_BETWEEN_LOOKS),
            strong=strong,
        )

    def _sides(self) -> Iterator[tuple[str, Side]]:
        record = self.history.record
        yield " + ".join(record.plan.baselines), lambda window: window.baseline
        if record.plan.control is not None:
            yield record.plan.control, lambda window: window.control
        yield record.canary, lambda window: window.canary

    def _series(
        self, name: str, items: Iterable[Item], figure: Figure[Item], mark: Callable[[int], Mark]
    ) -> Series:
        start = start_of(self.history.record)
        groups = [
            (place, list(group))
            for place, group in groupby(items, key=lambda i: (i.minute - start) // self.minutes)
        ]
        shown = [figure(group) for _, group in groups]
        return Series(
            name=name,
            role=self._role(name),
            x=tuple(self._middle(place) for place, _ in groups),
            y=tuple(value for value, _ in shown),
            notes=tuple(note for _, note in shown),
            marks=tuple(mark(group[-1].minute) for _, group in groups),
            width=self.minutes,
        )

    def _role(self, name: str) -> str:
        record = self.history.record
        return {record.canary: "canary", record.plan.control: "ink"}.get(name, "baseline")

    def _middle(self, place: int) -> float:
        return place * self.minutes + self.minutes / 2

    def _open_or_full(self, minute: int) -> Mark:
        return "open" if minute in self._open else "full"

    def _evidence_or_not(self, minute: int) -> Mark:
        if minute in self._open:
            return "open"
        return "full" if minute in self._judged else "hollow"


MOST_BETWEEN_LOOKS = 5
"""Minutes between two looks at evidence that a line still joins: a look may be late or left out."""


def _routed(entries: Sequence[LedgerMinute]) -> tuple[float | None, str]:
    requests, bad, slow = (
        sum(getattr(entry, name) for entry in entries) for name in ("requests", "bad", "slow")
    )
    return requests / len(entries), f"{requests:,} requests, {bad:,} failed, {slow:,} slow"


def _requests(side: Side) -> Figure[Window]:
    def figure(windows: Sequence[Window]) -> tuple[float | None, str]:
        known = [counts.requests for window in windows if (counts := side(window))]
        if not known:
            return None, "missing"
        return sum(known) / len(known), f"{sum(known):,} requests"

    return figure


def _rate(guard: CountGuard, side: Side) -> Figure[Window]:
    def figure(windows: Sequence[Window]) -> tuple[float | None, str]:
        pairs = [pair for window in windows if (pair := counted(guard, side(window)))]
        bad, events = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
        if not pairs:
            return None, "missing"
        if not events:
            return None, "0 of 0"
        return 100 * bad / events, f"{100 * bad / events:.3g}% ({bad:,} of {events:,})"

    return figure


def _value(guard: CountGuard, side: Side) -> Figure[Window]:
    def figure(windows: Sequence[Window]) -> tuple[float | None, str]:
        known = [v for window in windows if (v := measured(guard, side(window))) is not None]
        if not known:
            return None, "missing"
        mean = sum(known) / len(known)
        return mean, f"{mean:.4g}{guard.unit}"

    return figure
