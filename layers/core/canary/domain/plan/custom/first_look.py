"""What the last day shows of a guard's metrics, and how they are read from then on.

Rules: pure. What can be read in two ways is refused with both readings; what is inferred is told in
one sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn, Self

from canary.domain.errors import Refused
from canary.domain.plan.custom.keys import CountGuardKeys, MetricKeys
from canary.domain.plan.guards import Better, CountSource, Gap
from canary.domain.words import clock, duration

DENSE = 10.0
"""Marked events a minute from which on a minute without any cannot be chance: e^-10 is 1 in 22,000.
"""
MOST_UNREAD = 0.1
"""The part of minutes that may hold counts that cannot be."""
COMMON_RATE = 0.02
"""From this rate on events are not rare: nothing can be 22 times as frequent."""
HALF = 0.5
LONG_SILENT_MINUTES = 60


@dataclass(frozen=True)
class Published:
    """What a day holds of one variant's two metrics, in minutes and events."""

    minutes: int = 0
    """Minutes with events."""
    marked_minutes: int = 0
    """Minutes with a point of the marked events, whether there were events or not."""
    gaps: int = 0
    """Minutes with events and no such point."""
    zeros: int = 0
    """Minutes with events whose point is 0."""
    events: float = 0.0
    """Events in minutes that could be read."""
    marked: float = 0.0
    """Marked events in those."""
    gap_events: float = 0.0
    """Events in minutes with a gap."""
    unread: int = 0
    """Minutes whose counts cannot be."""
    problem: str = ""
    """What was read in the last of those."""
    newest: int | None = None
    """The newest minute with events."""

    def and_also(self, other: Self) -> "Published":
        """Return two variants together."""
        return Published(
            minutes=self.minutes + other.minutes,
            marked_minutes=self.marked_minutes + other.marked_minutes,
            gaps=self.gaps + other.gaps,
            zeros=self.zeros + other.zeros,
            events=self.events + other.events,
            marked=self.marked + other.marked,
            gap_events=self.gap_events + other.gap_events,
            unread=self.unread + other.unread,
            problem=other.problem or self.problem,
            newest=max((m for m in (self.newest, other.newest) if m is not None), default=None),
        )

    def rate(self, missing: Gap) -> float:
        """Return the rate of the marked events; 0 where there were no events."""
        events = self.events + (self.gap_events if missing == "zero" else 0.0)
        return self.marked / events if events else 0.0


def published(
    of: Mapping[int, float], marked: Mapping[int, float], source: CountSource, through: int
) -> Published:
    """Return what the points of a guard's metrics hold, by minute; later ones than `through` may
    still be on their way.
    """
    found = Published(marked_minutes=sum(minute <= through for minute in marked))
    for minute, events in of.items():
        if minute <= through and events:
            found = found.and_also(_minute(source, events, marked.get(minute)))
            found = replace(found, newest=max(minute, found.newest or minute))
    return found


def _minute(source: CountSource, events: float, marked: float | None) -> Published:
    if marked is None:
        return Published(minutes=1, gaps=1, gap_events=events)
    read = source.counts(events, marked)
    if isinstance(read, str):
        return Published(minutes=1, unread=1, problem=read)
    return Published(minutes=1, zeros=int(marked == 0), events=events, marked=marked)


@dataclass(frozen=True)
class FirstLook:
    """What was found of one guard: by baseline, and of the canary where somebody looked."""

    baselines: Mapping[str, Published] = field(default_factory=dict)
    canary: tuple[str, Published] | None = None
    through: int | None = None
    """The newest minute that was looked at."""
    recorded: bool = False
    """Whether counts come with a recording: then no metric was read that could be wrong."""

    @property
    def together(self) -> Published:
        """Return the baselines together."""
        whole = Published()
        for one in self.baselines.values():
            whole = whole.and_also(one)
        return whole

    @property
    def stopped(self) -> str:
        """Return, in words, that no baseline has had a point for over an hour, '' where one has."""
        newest = self.together.newest
        if newest is None or self.through is None or self.through - newest <= LONG_SILENT_MINUTES:
            return ""
        silent = duration(60 * (self.through - newest))
        return (
            f"nothing since {clock(newest)}, for {silent}: its publisher stopped or nothing "
            "happened, and while it is silent the share does not rise"
        )


@dataclass(frozen=True)
class Reading:
    """How a guard's counts are read, as the spec says or the baseline's day shows."""

    missing: Gap
    better: Better
    rate: float
    """Of the judged events."""

    @property
    def rare(self) -> bool:
        """Return whether the judged events are rare."""
        return self.rate < COMMON_RATE


def read_as(keys: CountGuardKeys, look: FirstLook, share: float, name: str) -> Reading:
    """Return how a guard is read, its first live step having this share; `name` is its field.

    Raises Refused where a metric has no points, counts that cannot be, or two readings.
    """
    whole = look.together
    if not look.recorded:
        _check_points(keys, look, name)
    missing = _missing(keys, look, share, name)
    marked_rate = whole.rate(missing)
    good = _judged_good(keys, whole, marked_rate, name)
    rate = marked_rate if good is (keys.good is not None) else 1 - marked_rate
    return Reading(missing, "higher" if good else "lower", rate)


def _check_points(keys: CountGuardKeys, look: FirstLook, name: str) -> None:
    """Raise Refused where no baseline has points of a metric, or where they can be no counts."""
    whole = look.together
    marked_name = "bad" if keys.bad else "good"
    for key, metric, minutes in (
        ("of", keys.of, whole.minutes),
        (marked_name, keys.marked, whole.marked_minutes),
    ):
        if not minutes:
            no_point(f"{name}.{key}", metric, look, " with events" if key == "of" else "")
    if whole.unread > MOST_UNREAD * whole.minutes:
        raise Refused(
            f"{name}.{marked_name}",
            f"in {whole.unread:,} of {whole.minutes:,} minutes {whole.problem}",
            "Publish both counts at the minute of the event, and count one event once in each",
        )


def no_point(field: str, metric: MetricKeys, look: FirstLook, which: str = "") -> NoReturn:
    """Raise Refused: a metric has no point of any baseline."""
    raise Refused(
        field,
        f"{metric.namespace}/{metric.metric} ({metric.statistic}) has no point{which} for "
        f"{' and '.join(look.baselines)} in the last 24 hours: another name or dimension is "
        "published, or nothing happened",
        f"Compare with `aws cloudwatch list-metrics --namespace {metric.namespace!r}`; if nothing "
        "happened, publish one 0 for the baseline first",
    )


def _missing(keys: CountGuardKeys, look: FirstLook, share: float, name: str) -> Gap:
    if keys.missing is not None:
        return keys.missing
    whole, metric = look.together, keys.marked.metric
    if look.recorded or keys.source.by_statistic or whole.zeros:
        return "unknown"
    minutes = max((one.minutes for one in look.baselines.values()), default=whole.minutes)
    expected = share * whole.marked / max(1, minutes)
    if not whole.gaps and expected >= DENSE:
        return "unknown"
    seen = (
        f"in {whole.gaps:,} of {whole.minutes:,} minutes with events {metric} has no point"
        if whole.gaps
        else f"{metric} had a point in every minute and none of them 0, but at {share:.3g} of the "
        f"traffic only {expected:.1f} events a minute are to be expected, and some minutes have "
        "none"
    )
    raise Refused(
        f"{name}.missing",
        f"{seen}: such a minute may say that none happened, or nothing at all",
        'Say "zero" (it is published only when something happens) or "unknown" (it is published '
        "every minute, so a gap is a fault)",
    )


def _judged_good(keys: CountGuardKeys, whole: Published, marked_rate: float, name: str) -> bool:
    if keys.bad is not None:
        return False
    if keys.judged_by is not None:
        return keys.judged_by == "good"
    if not whole.events:
        raise Refused(
            f"{name}.judged_by",
            "nothing is known of the baseline, so nobody can tell which events are the rarer ones",
            'Say "good" (few events are good, as with conversions) or "bad" (nearly all are good)',
        )
    return marked_rate < HALF
