"""Minutes as CloudWatch has them, and how they become counts.

Rules: what is read follows from the guards' sources. Zero and missing stay apart: a variant whose
requests have no point in a minute has no counts for it, and no guard has any whose metric has none.
Several baselines are what of them speaks.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from canary.domain.judge.windows import Counts, Window
from canary.domain.model import Frozen
from canary.domain.plan.custom.first_look import FirstLook, Published, published
from canary.domain.plan.guards import REQUESTS, CountGuard, CountSource, Metric
from canary.domain.plan.plan import Plan
from canary.domain.words import percent

MEASURED_PART = 0.9
"""Of the requests that variants must have served whose counts stand for all."""
STEADY_PART = 0.8
LAST_MINUTES = 3
COVERED_PART = 0.9
"""Of a variant's minutes with events in which a statistic must be there to be relied on."""


COMPLETE = "Complete"


class RawSeries(Frozen):
    """The points of one metric by minute, and CloudWatch's own word for how much that is."""

    minutes: dict[int, float]
    answered: str = COMPLETE

    @property
    def complete(self) -> bool:
        """Return whether these are all the points there are."""
        return self.answered == COMPLETE


Series = Mapping[Metric, RawSeries]
"""What was read of each metric of each variant."""
Parts = Mapping[int, Mapping[str, Counts]]
"""By minute the counts of each variant that has any."""


@dataclass(frozen=True)
class MetricReading:
    """What is read of an endpoint for its guards, and how it becomes their counts."""

    endpoint: str
    guards: tuple[CountGuard, ...]
    through: int | None = None
    """The last minute of which no more points are expected; None: of no minute."""

    def metrics(self, variants: Iterable[str]) -> tuple[Metric, ...]:
        """Return what to read for some variants, each metric once."""
        wanted = [REQUESTS]
        for source in (guard.source for guard in self.guards if guard.source):
            wanted += [source.marked, source.of]
        wanted += [guard.value for guard in self.guards if guard.value]
        return tuple(
            dict.fromkeys(m.at(self.endpoint, variant) for variant in variants for m in wanted)
        )

    def counts(self, series: Series, variant: str) -> dict[int, Counts]:
        """Return a variant's counts by minute; minutes without any are left out."""
        requests = self.series_of(series, REQUESTS, variant)
        read = [
            (guard, guard.source, self.points(series, guard.source, variant))
            for guard in self.guards
            if guard.source
        ]
        values = {g.name: self.series_of(series, g.value, variant) for g in self.guards if g.value}
        found = {}
        for minute, value in requests.items():
            guards: dict[str, tuple[int, int]] = {}
            unread: dict[str, str] = {}
            for guard, source, (of, marked) in read:
                if minute in of and minute in marked:
                    counts = source.counts(of[minute], marked[minute])
                    if isinstance(counts, str):
                        unread[guard.name] = counts
                    else:
                        guards[guard.name] = counts
            if all(guard.name in guards for guard, _, _ in read if guard.fuse):
                found[minute] = Counts(
                    requests=round(value),
                    guards=guards,
                    values={n: one[minute] for n, one in values.items() if minute in one},
                    unread=unread,
                )
        return found

    def each(self, series: Series, variants: Sequence[str]) -> Parts:
        """Return the minutes in which a variant has counts, with the counts of all that have."""
        found = {variant: self.counts(series, variant) for variant in variants}
        return {
            minute: {name: one[minute] for name, one in found.items() if minute in one}
            for minute in sorted(set().union(*found.values()))
        }

    def at_rest(self, series: Series, variant: str, minutes: Sequence[int]) -> float:
        """Return the requests a minute of a variant that has some in nearly all of the minutes, the
        last ones among them; 0 where it has not.
        """
        points = self.series_of(series, REQUESTS, variant)
        served = [points[minute] for minute in minutes if points.get(minute)]
        lately = all(points.get(minute) for minute in minutes[-LAST_MINUTES:])
        steady = bool(served) and lately and len(served) >= STEADY_PART * len(minutes)
        return sum(served) / len(minutes) if steady else 0.0

    def uncounted(self, series: Series, variants: Sequence[str]) -> dict[str, str]:
        """Return the guards whose events have points in CloudWatch while the statistic that tells
        bad from good is missing in too many of their minutes, by name, with the reason.
        """
        found = {guard.name: self._uncounted(series, guard, variants) for guard in self.guards}
        return {name: reason for name, reason in found.items() if reason}

    def _uncounted(self, series: Series, guard: CountGuard, variants: Sequence[str]) -> str | None:
        """Return why a guard is uncounted in one of the variants that make up the baseline; one
        with less than a tenth of the events is left out of the minutes it lacks.
        """
        source = guard.source
        if source is None or not source.by_statistic:
            return None
        read = {variant: self.points(series, source, variant) for variant in variants}
        events = sum(sum(of.values()) for of, _ in read.values())
        for variant, (of, marked) in read.items():
            timed = [minute for minute, n in of.items() if n]
            counted = sum(minute in marked for minute in timed)
            much = sum(of.values()) > (1 - MEASURED_PART) * events
            if much and counted < COVERED_PART * len(timed):
                return _lacking(guard, variant, counted, len(timed))
        return None

    def points(
        self, series: Series, source: CountSource, variant: str
    ) -> tuple[Mapping[int, float], Mapping[int, float]]:
        """Return a source's events and marked events by minute, gaps that mean zero filled in.

        Where they do, a minute is read when no more points of it are expected, whether it has one
        or not: to read those with a point sooner would count bad minutes before good ones.
        """
        of, marked = (
            self.series_of(series, metric, variant) for metric in (source.of, source.marked)
        )
        if source.missing != "zero":
            return of, marked
        one = series.get(source.marked.at(self.endpoint, variant))
        if one is None or not one.complete:
            return of, {}
        over = {m: n for m, n in of.items() if self.through is None or m <= self.through}
        return over, {minute: marked.get(minute, 0.0) for minute in over}

    def series_of(self, series: Series, metric: Metric, variant: str) -> Mapping[int, float]:
        """Return the points of one metric of a variant by minute."""
        one = series.get(metric.at(self.endpoint, variant))
        return one.minutes if one else {}


def _lacking(guard: CountGuard, variant: str, counted: int, timed: int) -> str:
    what = f"CloudWatch does not give the statistic that counts {guard.words.bad}"
    if not counted:
        return what
    return (
        f"{what} in every minute: of {variant} in {counted:,} of {timed:,} with requests, "
        f"{percent(counted / timed)} and not the {percent(COVERED_PART)} it takes"
    )


def together(parts: Parts) -> dict[int, Counts]:
    """Return several variants' counts summed by minute over those that have any."""
    return {minute: _sum([*counts.values()]) for minute, counts in parts.items()}


def silences(parts: Parts, variants: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return in how many minutes each variant was silent, of those in which another spoke."""
    return {
        name: (sum(name not in counts for counts in parts.values()), len(parts))
        for name in variants
    }


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
    unread = {name: told for part in parts for name, told in part.unread.items()}
    return Counts(requests=requests, guards=guards, values=_means(parts), unread=unread)


def _means(parts: Sequence[Counts]) -> dict[str, float]:
    """Return the mean of each value over the variants that have one, by requests."""
    requests, means = sum(part.requests for part in parts), {}
    for name in dict.fromkeys(name for part in parts for name in part.values):
        having = [part for part in parts if name in part.values]
        weight = sum(part.requests for part in having)
        if weight and weight >= MEASURED_PART * requests:
            means[name] = math.fsum(p.requests * p.values[name] for p in having) / weight
    return means


def first_looks(
    reading: MetricReading, series: Series, baselines: Sequence[str], canary: str, through: int
) -> dict[str, FirstLook]:
    """Return what was read of each guard of the user's own, by guard; minutes after `through` may
    still gain points.
    """

    def of(source: CountSource, variant: str) -> Published:
        return published(*reading.points(series, source, variant), source, through)

    def value_of(metric: Metric, variant: str) -> Published:
        points = reading.series_of(series, metric, variant)
        newest = max(points, default=None)
        return Published(minutes=len(points), marked_minutes=len(points), newest=newest)

    found = {}
    for guard in reading.guards:
        seen: Callable[[str], Published]
        if guard.value is not None:
            seen = partial(value_of, guard.value)
        elif guard.source is not None and guard.source.exact:
            seen = partial(of, guard.source)
        else:
            continue
        found[guard.name] = FirstLook(
            {v: seen(v) for v in baselines}, (canary, seen(canary)), through
        )
    return found


def reading_of(plan: Plan, through: int | None = None) -> MetricReading:
    """Return what a rollout reads, no more points being expected up to a minute."""
    return MetricReading(plan.endpoint, plan.guards, through)


def metrics_of(plan: Plan) -> tuple[Metric, ...]:
    """Return what to read for a plan: the canary first, then its control, then the baselines."""
    control = () if plan.control is None else (plan.control,)
    return reading_of(plan).metrics((plan.canary, *control, *plan.baselines))


def windows_of(
    reading: MetricReading,
    series: Series,
    canary: str,
    baselines: Sequence[str],
    control: str | None = None,
) -> tuple[Window, ...]:
    """Return a window for every minute in which any of the series, all of these variants, has a
    point.
    """
    minutes = sorted({minute for one in series.values() for minute in one.minutes})
    canaries, each = reading.counts(series, canary), reading.each(series, baselines)
    controls = {} if control is None else reading.counts(series, control)
    return tuple(
        _window(
            minute,
            canaries.get(minute),
            controls.get(minute),
            each.get(minute, {}),
            len(baselines),
        )
        for minute in minutes
    )


def _window(
    minute: int,
    canary: Counts | None,
    control: Counts | None,
    parts: Mapping[str, Counts],
    of: int,
) -> Window:
    served = {name: counts.requests for name, counts in parts.items()}
    return Window(
        minute=minute,
        canary=canary,
        control=control,
        baseline=_sum([*parts.values()]) if parts else None,
        served=served if of > 1 else {},
    )
