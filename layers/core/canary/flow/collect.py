"""Every minute: fetch what CloudWatch knows by now of every listed rollout, store it, say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from canary.domain.judge.metrics import Series, metrics_of, reading_of, windows_of
from canary.domain.judge.windows import BELIEVED_AFTER_MINUTES, FROZEN_AFTER_MINUTES
from canary.domain.plan.endpoint import EndpointView
from canary.domain.rollout.arrival import agreed, is_suspicious
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Blind, Tick
from canary.domain.time import minute_of
from canary.flow.collecting.blind import noted, partial, since
from canary.flow.collecting.hand_out import hand_out, is_one_visit, slices_of
from canary.flow.collecting.together import minutes_of
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
    tick did not count them. `unvisited` are those owed a look less those that were given one: over
    a tick and the visits of its slices they add up to those that nobody looked at. `handed_out` are
    those that other invocations visit.
    """

    rollouts: int
    unproven: int
    untold: int
    announced: bool = True
    failed: Exception | None = None
    left_out: tuple[str, ...] = ()
    subscribers: int | None = None
    unvisited: int = 0
    handed_out: int = 0


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
        pause: Callable[[float], None] | None = None,
    ) -> None:
        """Take the stores and what it reads through; no `subscribers` where nobody need be told,
        and no `pause` where slices need not be handed out at a pace.
        """
        self._pause = pause or (lambda _seconds: None)
        self._subscribers = subscribers
        self._meter = meter
        self._rollouts = rollouts
        self._evidence = evidence
        self._metrics = metrics
        self._alarms = alarms
        self._endpoints = endpoints
        self._announcer = announcer

    def collect(self, now: datetime, remaining_seconds: Callable[[], float]) -> Visit:
        """Visit every listed rollout, or hand them out in slices where they are more than one
        visit, and count who would hear.
        """
        listed, problems = self._rollouts.listed(), Problems()
        look = self.visit if is_one_visit(listed) else self._hand_out
        visit = look(listed, now, remaining_seconds)
        subscribers: int | None = None
        with problems.kept():  # when everything else is done
            subscribers = self._subscribed(now)
        return visit._replace(subscribers=subscribers, failed=visit.failed or problems.first)

    def _hand_out(
        self, listed: Sequence[str], now: datetime, remaining_seconds: Callable[[], float]
    ) -> Visit:
        """Hand out every rollout; those of slices that nobody took are unvisited and told."""
        minute, problems = minute_of(now), Problems()
        slices = slices_of(in_turn(listed, minute))
        left_out = hand_out(
            slices, minute, self._announcer, remaining_seconds, self._pause, problems
        )
        return Visit(
            rollouts=0,
            unproven=0,
            untold=0,
            announced=not left_out,
            failed=problems.first,
            left_out=left_out,
            unvisited=len(listed),
            handed_out=len(listed) - len(left_out),
        )

    def visit_slice(
        self, rollouts: Sequence[str], now: datetime, remaining_seconds: Callable[[], float]
    ) -> Visit:
        """Visit what a tick handed out; its `unvisited` takes from what the tick owes those that
        were visited here.
        """
        visit = self.visit(rollouts, now, remaining_seconds)
        return visit._replace(unvisited=visit.unvisited - visit.rollouts)

    def visit(
        self, rollouts: Sequence[str], now: datetime, remaining_seconds: Callable[[], float]
    ) -> Visit:
        """Store the closed minutes and surroundings of some rollouts, announce each, and count
        them.

        Ended rollouts with something left to tell are announced too, so that the telling is tried
        again. What fails for one rollout, or for all of them, never keeps a rollout from being
        announced: taking over a dead execution needs no metrics. The first problem is returned with
        the count, so that alarms on the count stay awake; only what fails before there is anything
        to count is raised. While AWS is slow, collecting stops with KEPT_SECONDS of
        `remaining_seconds` left, so that all are announced before the function is killed; those
        whose canary serves come first.
        """
        problems, time_left = Problems(), TimeLeft(remaining_seconds, KEPT_SECONDS)
        records = []
        for rollout in in_turn(rollouts, minute_of(now)):
            with problems.kept():
                time_left.ask(rollout)
                records.append(self._rollouts.load(rollout))
        running = [record for record in records if not record.ended]
        looked_at: list[str] = []
        if running:
            with problems.kept():
                by_share = sorted(running, key=lambda record: record.share == 0)
                looked_at = self._collect(by_share, now, problems, time_left)
        announced = False
        with problems.kept():
            self._announcer.evidence_collected(rollouts, minute_of(now))
            announced = True
        late = [m for record in records for m in record.outbox if now - m.at >= TOLD_WITHIN]
        unproven = sum(record.phase is Phase.UNPROVEN for record in records)
        if self._meter:
            for one in of_phases(records):
                self._meter.note(one.dimensions, one.values)
        visited = len(records) - len(running) + len(looked_at) if announced else 0
        return Visit(
            len(rollouts),
            unproven,
            len(late),
            announced,
            problems.first,
            tuple(time_left.left_out),
            unvisited=len(rollouts) - visited,
        )

    def _subscribed(self, now: datetime) -> int | None:
        """Return how many would hear; None where that is not this minute's to count."""
        if self._subscribers is None or minute_of(now) % COUNTED_EVERY_MINUTES:
            return None
        return self._subscribers.confirmed()

    def _collect(
        self, records: list[Record], now: datetime, problems: Problems, time_left: TimeLeft
    ) -> list[str]:
        """Store what can be read of every rollout, and return those whose tick is kept: a read that
        fails is kept as a problem and in the tick, and spoils no other.
        """
        end, minute = now.replace(second=0, microsecond=0), minute_of(now)
        rollouts = [record.rollout for record in records]
        states: Mapping[str, str] = {}
        no_alarms: list[Blind] = []
        answer, no_metrics = minutes_of(records, self._metrics, end, problems, time_left)
        names = sorted({name for record in records for name in record.plan.alarms})
        with problems.kept(), noted("DescribeAlarms", no_alarms, minute):
            time_left.ask(*rollouts)
            states = self._alarms.states(names) if names else {}
        looked_at = []
        for record in records:
            unread = no_metrics.get(record.rollout)
            blind = [*([unread] if unread else ()), *(no_alarms if record.plan.alarms else ())]
            if unread is None:
                wanted = metrics_of(record.plan)
                series = {metric: answer[metric] for metric in wanted if metric in answer}
                blind += partial(series, minute)
                with problems.kept():
                    self._store_windows(record, series, blind, now, time_left)
            with problems.kept():
                self._store_tick(record, states, blind, now, problems, time_left)
                looked_at.append(record.rollout)
        return looked_at

    def _store_windows(
        self,
        record: Record,
        series: Series,
        blind: list[Blind],
        now: datetime,
        time_left: TimeLeft,
    ) -> None:
        began, minute = minute_of(record.started_at), minute_of(now)
        with noted("Query", blind, minute):
            time_left.ask(record.rollout)
            kept = self._evidence.windows(record.rollout, minute - FROZEN_AFTER_MINUTES)
        before = {w.minute: w for w in kept}
        reading = reading_of(record.plan, minute - BELIEVED_AFTER_MINUTES - 1)
        plan = record.plan
        found = windows_of(reading, series, record.canary, plan.baselines, plan.control)
        read = (w.but(since=minute) for w in found if w.minute >= began)
        windows = [before[w.minute].read_again(w) if w.minute in before else w for w in read]
        changed = [window for window in windows if before.get(window.minute) != window]
        if changed:
            with noted("UpdateItem", blind, minute):
                time_left.ask(record.rollout)
                self._evidence.save_windows(record.rollout, changed)

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
        with problems.kept(), noted("DescribeEndpoint", blind, minute):
            endpoint = agreed(read, is_suspicious(record, now))
        if blind:
            time_left.ask(record.rollout)
            with problems.kept():
                blind = since(blind, self._evidence.tick(record.rollout))
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
