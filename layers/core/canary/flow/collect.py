"""Every minute: fetch what CloudWatch knows by now of every listed rollout, store it, say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from canary.domain.errors import CanaryError
from canary.domain.judge.metrics import Series, metrics_of, reading_of, windows_of
from canary.domain.judge.windows import BELIEVED_AFTER_MINUTES, FROZEN_AFTER_MINUTES
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.guards import Metric
from canary.domain.rollout.arrival import agreed, is_suspicious
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Blind, Tick
from canary.domain.time import minute_of
from canary.flow.problems import Problems
from canary.flow.telling.phases import of_phases
from canary.flow.time_left import TimeLeft, in_turn

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.ports.aws import Alarms, Announcer, EndpointReader, Subscribers
    from canary.ports.evidence import EvidenceStore
    from canary.ports.metrics import Metrics
    from canary.ports.rollouts import Rollouts
    from canary.ports.telling import Meter

TOLD_WITHIN = timedelta(minutes=5)
"""Publishing is tried again every minute; a message older than this is told of by an alarm, which
needs no decider.
"""

COUNTED_EVERY_MINUTES = 15
"""How often subscribers are counted: people come and go in days, a call a minute tells no more."""

LONGEST_ERROR = 300
KEPT_SECONDS = 30.0
"""Half of the function's minute: longer than one call that hangs, so that it ends before all have
to be announced.
"""


class Visit(NamedTuple):
    """One tick's count: rollouts visited, those UNPROVEN, and messages that could not be told for
    minutes.

    `announced` says whether the decider was told of the tick; `failed` is the first problem met,
    None when all went well; `left_out` are the rollouts there was no time for, which is a problem
    too. What was counted counts either way. `subscribers` are the confirmed ones, None where this
    tick did not count them.
    """

    rollouts: int
    unproven: int
    untold: int
    announced: bool = True
    failed: Exception | None = None
    left_out: tuple[str, ...] = ()
    subscribers: int | None = None


class Collector:
    """Collects evidence; it never judges."""

    def __init__(
        self,
        rollouts: Rollouts,
        evidence: EvidenceStore,
        metrics: Metrics,
        alarms: Alarms,
        endpoints: EndpointReader,
        announcer: Announcer,
        subscribers: Subscribers | None = None,
        meter: Meter | None = None,
    ) -> None:
        """Take the stores and what it reads through; no `subscribers` where nobody need be told."""
        self._subscribers = subscribers
        self._meter = meter
        self._rollouts = rollouts
        self._evidence = evidence
        self._metrics = metrics
        self._alarms = alarms
        self._endpoints = endpoints
        self._announcer = announcer

    def collect(self, now: datetime, remaining_seconds: Callable[[], float]) -> Visit:
        """Store the closed minutes and surroundings of every listed rollout, announce each, and
        count them.

        Ended rollouts with something left to tell are announced too, so that the telling is tried
        again. What fails for one rollout, or for all of them, never keeps a rollout from being
        announced: taking over a dead execution needs no metrics. The first problem is returned with
        the count, so that alarms on the count stay awake; only what fails before there is anything
        to count is raised. While AWS is slow, collecting stops with KEPT_SECONDS of
        `remaining_seconds` left, so that all are announced before the function is killed.
        """
        listed, problems, time_left = (
            self._rollouts.listed(),
            Problems(),
            TimeLeft(remaining_seconds, KEPT_SECONDS),
        )
        records = []
        for rollout in in_turn(listed, minute_of(now)):
            with problems.kept():
                time_left.ask(rollout)
                records.append(self._rollouts.load(rollout))
        running = [record for record in records if not record.ended]
        if running:
            with problems.kept():
                self._collect(running, now, problems, time_left)
        announced = False
        with problems.kept():
            self._announcer.evidence_collected(listed, minute_of(now))
            announced = True
        late = [m for record in records for m in record.outbox if now - m.at >= TOLD_WITHIN]
        unproven = sum(record.phase is Phase.UNPROVEN for record in records)
        if self._meter:
            for one in of_phases(records):
                self._meter.note(one.dimensions, one.values)
        subscribers: int | None = None
        with problems.kept():  # when everything else is done
            subscribers = self._subscribed(now)
        return Visit(
            len(listed),
            unproven,
            len(late),
            announced,
            problems.first,
            tuple(time_left.left_out),
            subscribers,
        )

    def _subscribed(self, now: datetime) -> int | None:
        """Return how many would hear; None where that is not this minute's to count."""
        if self._subscribers is None or minute_of(now) % COUNTED_EVERY_MINUTES:
            return None
        return self._subscribers.confirmed()

    def _collect(
        self, records: list[Record], now: datetime, problems: Problems, time_left: TimeLeft
    ) -> None:
        """Store what can be read of every rollout: a read that fails is kept as a problem and in
        the tick, and spoils no other.
        """
        end, minute = now.replace(second=0, microsecond=0), minute_of(now)
        wanted = {record.rollout: metrics_of(record.plan) for record in records}
        everything = [metric for several in wanted.values() for metric in several]
        answer: Series | None = None
        states: Mapping[str, str] = {}
        no_metrics: list[Blind] = []
        no_alarms: list[Blind] = []
        with problems.kept(), _noted("GetMetricData", no_metrics, minute):
            time_left.ask(*wanted)
            start = end - timedelta(minutes=FROZEN_AFTER_MINUTES)
            answer = self._metrics.minutes(everything, start, end)
        names = sorted({name for record in records for name in record.plan.alarms})
        with problems.kept(), _noted("DescribeAlarms", no_alarms, minute):
            time_left.ask(*wanted)
            states = self._alarms.states(names) if names else {}
        for record in records:
            blind = [*no_metrics, *(no_alarms if record.plan.alarms else ())]
            if answer is not None:
                series = {metric: answer[metric] for metric in wanted[record.rollout]}
                blind += _partial(series, minute)
                with problems.kept():
                    self._store_windows(record, series, blind, now, time_left)
            with problems.kept():
                self._store_tick(record, states, blind, now, problems, time_left)

    def _store_windows(
        self,
        record: Record,
        series: Series,
        blind: list[Blind],
        now: datetime,
        time_left: TimeLeft,
    ) -> None:
        began, minute = minute_of(record.started_at), minute_of(now)
        with _noted("Query", blind, minute):
            time_left.ask(record.rollout)
            kept = self._evidence.windows(record.rollout, minute - FROZEN_AFTER_MINUTES)
        before = {w.minute: w for w in kept}
        reading = reading_of(record.plan, minute - BELIEVED_AFTER_MINUTES - 1)
        found = windows_of(reading, series, record.canary, record.plan.baselines)
        read = (w.but(since=minute) for w in found if w.minute >= began)
        windows = [before[w.minute].read_again(w) if w.minute in before else w for w in read]
        if windows:
            with _noted("UpdateItem", blind, minute):
                time_left.ask(record.rollout)
                self._evidence.save_windows(record.rollout, windows)

    def _store_tick(
        self,
        record: Record,
        states: Mapping[str, str],
        blind: list[Blind],
        now: datetime,
        problems: Problems,
        time_left: TimeLeft,
    ) -> None:
        def read() -> EndpointView:
            time_left.ask(record.rollout)
            return self._endpoints.describe(record.endpoint)

        endpoint, minute = None, minute_of(now)
        with problems.kept(), _noted("DescribeEndpoint", blind, minute):
            endpoint = agreed(read, is_suspicious(record, now))
        if blind:
            time_left.ask(record.rollout)
            with problems.kept():
                blind = _since(blind, self._evidence.tick(record.rollout))
        tick = Tick(
            rollout=record.rollout,
            minute=minute,
            complete=not blind,
            alarms={name: states[name] for name in record.plan.alarms if name in states},
            endpoint=endpoint,
            blind=tuple(blind),
        )
        time_left.ask(record.rollout)
        self._evidence.save_tick(tick)


@contextmanager
def _noted(query: str, blind: list[Blind], minute: int) -> Iterator[None]:
    """Note that a read failed, by AWS's own name for it, and let its error go on. Of an error that
    is not ours the kind alone is noted: its text may hold what was read.
    """
    try:
        yield
    except Exception as error:
        ours = isinstance(error, CanaryError)
        told = str(error).removeprefix(f"{query}: ") if ours else type(error).__name__
        blind.append(Blind(query=query, error=told[:LONGEST_ERROR], since_minute=minute))
        raise


def _partial(series: Series, minute: int) -> list[Blind]:
    """Return the metrics that CloudWatch did not answer completely."""
    return [
        Blind(query=_query_words(metric), error=one.answered[:LONGEST_ERROR], since_minute=minute)
        for metric, one in series.items()
        if not one.complete
    ]


def _query_words(metric: Metric) -> str:
    of = ", ".join(value for _, value in metric.dimensions)
    return f"GetMetricData of {metric.name} {metric.statistic} ({of})"


def _since(blind: list[Blind], before: Tick | None) -> list[Blind]:
    """Return what is blind now with the minute since which it is."""
    known = {one.query: one.since_minute for one in before.blind} if before else {}
    return [one.but(since_minute=known.get(one.query, one.since_minute)) for one in blind]
