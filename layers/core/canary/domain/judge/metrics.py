"""Minutes as CloudWatch has them, and how they become counts.

Rules: what is read follows from the guards' sources. Zero and missing stay apart: a variant whose
requests have no point in a minute has no counts for it, and no guard has any whose metric has none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from canary.domain.judge.windows import Counts, Window
from canary.domain.model import Frozen
from canary.domain.plan.guards import REQUESTS, CountGuard, CountSource, Metric
from canary.domain.plan.plan import Plan


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
        """Return several variants' counts summed by minute; minutes in which any of them has none
        are left out.
        """
        first, *others = (self.counts(series, variant) for variant in variants)
        if not others:
            return first
        shared = set(first).intersection(*others)
        return {minute: _sum([one[minute] for one in (first, *others)]) for minute in shared}

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
    names = [name for name in parts[0].guards if all(name in part.guards for part in parts)]
    return Counts(
        requests=sum(part.requests for part in parts),
        guards={
            name: (
                sum(part.guards[name][0] for part in parts),
                sum(part.guards[name][1] for part in parts),
            )
            for name in names
        },
    )


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
    canaries, together = reading.counts(series, canary), reading.together(series, baselines)
    return tuple(
        Window(minute=minute, canary=canaries.get(minute), baseline=together.get(minute))
        for minute in minutes
    )
