"""Every minute: fetch what CloudWatch knows by now of every listed rollout, store it, say so."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from canary.domain.arrival import agreed, is_suspicious
from canary.domain.metrics import RawSeries, VariantQuery, queries_of, windows_of
from canary.domain.record import Record, minute_of
from canary.domain.tick import Tick
from canary.domain.verdict import FREEZE_AFTER_MINUTES
from canary.ports.aws import Alarms, Announcer, EndpointReader, Metrics
from canary.ports.rollouts import Evidence, Rollouts


class Collector:
    """Collects evidence; it never judges."""

    def __init__(
        self,
        rollouts: Rollouts,
        evidence: Evidence,
        metrics: Metrics,
        alarms: Alarms,
        endpoints: EndpointReader,
        announcer: Announcer,
    ) -> None:
        """Take the stores and what it reads through."""
        self._rollouts = rollouts
        self._evidence = evidence
        self._metrics = metrics
        self._alarms = alarms
        self._endpoints = endpoints
        self._announcer = announcer

    def collect(self, now: datetime) -> int:
        """Store the closed minutes and surroundings of every listed rollout and announce each; return how many.

        Ended rollouts with something left to tell are announced too, so that the telling is tried again.
        """
        records = [self._rollouts.load(rollout) for rollout in self._rollouts.listed()]
        running = [record for record in records if not record.ended]
        if running:
            self._collect(running, now)
        self._announcer.evidence_collected([record.rollout for record in records], minute_of(now))
        return len(records)

    def _collect(self, records: list[Record], now: datetime) -> None:
        end = now.replace(second=0, microsecond=0)
        queries = {record.rollout: queries_of(record.plan) for record in records}
        everything = [query for several in queries.values() for query in several]
        answer = self._metrics.minutes(everything, end - timedelta(minutes=FREEZE_AFTER_MINUTES), end)
        names = sorted({name for record in records for name in record.plan.alarms})
        states = self._alarms.states(names) if names else {}
        for record in records:
            self._store(record, queries[record.rollout], answer, states, now)

    def _store(
        self,
        record: Record,
        queries: tuple[VariantQuery, ...],
        answer: Mapping[VariantQuery, RawSeries],
        states: Mapping[str, str],
        now: datetime,
    ) -> None:
        series = {query.variant: answer[query] for query in queries}
        began, minute = minute_of(record.started_at), minute_of(now)
        before = {w.minute: w for w in self._evidence.windows(record.rollout, minute - FREEZE_AFTER_MINUTES)}
        read = (w.model_copy(update={"since": minute}) for w in windows_of(record.plan, series) if w.minute >= began)
        windows = [before[w.minute].read_again(w) if w.minute in before else w for w in read]
        if windows:
            self._evidence.save_windows(record.rollout, windows)
        view = agreed(lambda: self._endpoints.describe(record.endpoint), is_suspicious(record, now))
        self._evidence.save_tick(
            Tick(
                rollout=record.rollout,
                minute=minute_of(now),
                complete=all(one.complete for one in series.values()),
                alarms={name: states[name] for name in record.plan.alarms if name in states},
                endpoint=view,
            )
        )
