"""Minutes as CloudWatch has them, and how they become counts.

Rules: what is read follows from the guards' sources. Zero and missing stay apart: a variant whose
requests have no point in a minute has no counts for it, and no guard has any whose metric has none.
Several baselines are what of them speaks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from canary.domain.judge.windows import Counts, Window
from canary.domain.model import Frozen
from canary.domain.plan.guards import REQUESTS, CountGuard, CountSource, Metric
from canary.domain.plan.plan import Plan

MEASURED_PART = 0.9


class RawSeries(Frozen):
    """The points of one metric by minute. `complete` is False unless CloudWatch said so."""

    minutes: dict[int, float]
    complete: bool = True


Series = Mapping[Metric, RawSeries]
"""What was read of each metric of each variant."""


@dataclass(frozen=True)
class MetricReading:
    """What is read of an endpoint for its guards, and how it becomes their counts."""

    endpoint: str
    guards: tuple[CountGuard, ...]

    def metrics(self, variants: Iterable[str]) -> tuple[Metric, ...]:
        """Return what to read for some variants, each metric once."""
        wanted = [REQUESTS]
        for source in (guard.source for guard in self.guards if guard.source):
            wanted += [source.marked, source.of]
        return tuple(
            dict.fromkeys(m.at(self.endpoint, variant) for variant in variants for m in wanted)
        )

    def counts(self, series: Series, variant: str) -> dict[int, Counts]:
        """Return a variant's counts by minute; minutes without any are left out."""
        requests = self._points(series, REQUESTS, variant)
        read = [
            (guard, guard.source, self._source(series, guard.source, variant))
            for guard in self.guards
            if guard.source
        ]
        found = {}
        for minute, value in requests.items():
            guards = {}
            for guard, source, (of, marked) in read:
                if minute in of and minute in marked:
                    guards[guard.name] = source.counts(of[minute], marked[minute])
            if all(guard.name in guards for guard, _, _ in read if guard.fuse):
                found[minute] = Counts(requests=round(value), guards=guards)
        return found

    def together(self, series: Series, variants: Sequence[str]) -> dict[int, Counts]:
        """Return several variants' counts summed by minute over those that have any."""
        return {minute: _sum([*parts.values()]) for minute, parts in self.each(series, variants)}

    def each(
        self, series: Series, variants: Sequence[str]
    ) -> Iterator[tuple[int, dict[str, Counts]]]:
        """Yield the minutes in which a variant has counts, with the counts of all that have."""
        found = {variant: self.counts(series, variant) for variant in variants}
        for minute in sorted(set().union(*found.values())):
            yield minute, {name: one[minute] for name, one in found.items() if minute in one}

    def silences(self, series: Series, variants: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return in how many minutes each variant was silent, of those in which another spoke."""
        minutes = [set(parts) for _, parts in self.each(series, variants)]
        return {
            name: (sum(name not in parts for parts in minutes), len(minutes)) for name in variants
        }

    def uncounted(self, series: Series, variants: Sequence[str]) -> tuple[CountGuard, ...]:
        """Return the guards whose events have points in CloudWatch while the statistic that tells
        bad from good has none.
        """
        return tuple(guard for guard in self.guards if self._uncounted(series, guard, variants))

    def _uncounted(self, series: Series, guard: CountGuard, variants: Sequence[str]) -> bool:
        source = guard.source
        if source is None or not source.by_statistic:
            return False
        read = [self._source(series, source, variant) for variant in variants]
        events = [(minute, marked) for of, marked in read for minute, n in of.items() if n]
        return bool(events) and not any(minute in marked for minute, marked in events)

    def _source(
        self, series: Series, source: CountSource, variant: str
    ) -> tuple[Mapping[int, float], Mapping[int, float]]:
        return self._points(series, source.of, variant), self._points(
            series, source.marked, variant
        )

    def _points(self, series: Series, metric: Metric, variant: str) -> Mapping[int, float]:
        one = series.get(metric.at(self.endpoint, variant))
        return one.minutes if one else {}


def _sum(parts: Sequence[Counts]) -> Counts:
    """Return the counts together; of each guard over the variants that have any, unless those
    without serve more than a tenth of the requests.
    """
    requests = sum(part.requests for part in parts)
    guards = {}
    for name in dict.fromkeys(name for part in parts for name in part.guards):
        measured = [part for part in parts if name in part.guards]
        if sum(part.requests for part in measured) >= MEASURED_PART * requests:
            bad, of = zip(*(part.guards[name] for part in measured), strict=True)
            guards[name] = (sum(bad), sum(of))
    return Counts(requests=requests, guards=guards)


def reading_of(plan: Plan) -> MetricReading:
    """Return what a rollout reads."""
    return MetricReading(plan.endpoint, plan.guards)


def metrics_of(plan: Plan) -> tuple[Metric, ...]:
    """Return what to read for a plan: the canary first, then the baselines."""
    return reading_of(plan).metrics((plan.canary, *plan.baselines))


def windows_of(
    reading: MetricReading, series: Series, canary: str, baselines: Sequence[str]
) -> tuple[Window, ...]:
    """Return a window for every minute in which any of the series, all of these variants, has a
    point.
    """
    minutes = sorted({minute for one in series.values() for minute in one.minutes})
    canaries, each = reading.counts(series, canary), dict(reading.each(series, baselines))
    return tuple(
        _window(minute, canaries.get(minute), each.get(minute, {}), len(baselines))
        for minute in minutes
    )


def _window(minute: int, canary: Counts | None, parts: Mapping[str, Counts], of: int) -> Window:
    served = {name: counts.requests for name, counts in parts.items()}
    return Window(
        minute=minute,
        canary=canary,
        baseline=_sum([*parts.values()]) if parts else None,
        served=served if of > 1 else {},
    )
