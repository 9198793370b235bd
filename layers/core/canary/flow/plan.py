"""From a spec to a plan, a record and a lease; or a clear refusal with nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from canary.domain.judge.bets.day import day_of
from canary.domain.judge.metrics import MetricReading, first_looks
from canary.domain.judge.windows import BELIEVED_AFTER_MINUTES, Counts, counted
from canary.domain.plan.forecast import with_forecast
from canary.domain.plan.guards import CountGuard
from canary.domain.plan.make_plan import Facts, baselines_of, check_alarms, make_plan
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.spec import Spec, read_spec
from canary.domain.plan.standard_guards import guards_of
from canary.domain.plan.steps import check_endpoint
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions.beginning import begin
from canary.domain.time import minute_of
from canary.stats.history import Minute

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.ports.aws import Alarms, EndpointReader
    from canary.ports.days import Days
    from canary.ports.metrics import Metrics
    from canary.ports.rollouts import Rollouts

HISTORY = timedelta(hours=24)
NO_LATENCY = "the baseline has no latency of the last hours"
ROLLOUT_ID_ENDPOINT = 36


class Planner:
    """Plans rollouts. Every check reads; what is written is the day a rollout is compared with, and
    then the record with its lease, in one transaction.
    """

    def __init__(
        self,
        rollouts: Rollouts,
        days: Days,
        endpoints: EndpointReader,
        metrics: Metrics,
        alarms: Alarms,
        check_labelled_set: Callable[[QualityGuardSpec], object],
    ) -> None:
        """Take the ports it reads through, and the check of a labelled set's head."""
        self._rollouts = rollouts
        self._days = days
        self._endpoints = endpoints
        self._metrics = metrics
        self._alarms = alarms
        self._check_labelled_set = check_labelled_set

    def plan(self, document: object, execution: str, now: datetime) -> Record:
        """Return the stored record of a new rollout, or the one this execution created before.

        Raises Refused naming field and remedy; then nothing was changed.
        """
        spec = read_spec(document)
        rollout = rollout_id(spec.endpoint, execution)
        if self._rollouts.holding(spec.endpoint) == rollout:
            return self._rollouts.load(rollout)
        facts = self._facts(spec, now)
        plan = with_forecast(make_plan(spec, facts), require_conclusive=spec.require_conclusive)
        asked = spec.model_dump(mode="json", exclude_unset=True)
        if plan.days:  # before the record, whose plan says that it is there
            day = day_of(plan.days, facts.history)
            self._days.save(rollout, day, minute_of(now))
        return self._rollouts.create(begin(rollout, execution, asked, plan, now))

    def _facts(self, spec: Spec, now: datetime) -> Facts:
        """Return what the plan rests on; what reading alone can refuse is refused on the way."""
        view = self._endpoints.describe(spec.endpoint)
        check_endpoint(spec, view)
        names = spec.guards.alarms
        alarms = self._alarms.states(names) if names else {}
        check_alarms(spec, alarms)
        if spec.guards.quality:
            self._check_labelled_set(spec.guards.quality)
        baselines = baselines_of(spec, view)
        thresholds = self._thresholds(spec, baselines, now)
        asked = MetricReading(spec.endpoint, guards_of(spec.guards, thresholds))
        end = _floor(now) - timedelta(minutes=1)
        read = asked.metrics((*baselines, spec.canary) if spec.guards.counts else baselines)
        series = self._metrics.minutes(read, end - HISTORY, end)
        over = minute_of(now) - BELIEVED_AFTER_MINUTES - 1
        looks = first_looks(asked, series, baselines, spec.canary, over)
        guards = guards_of(spec.guards, thresholds, looks, spec.steps[0].share)
        reading = MetricReading(spec.endpoint, guards, over)
        unmeasured = {guard.name: NO_LATENCY for guard in guards if guard.source is None} | {
            guard.name: f"CloudWatch does not give the statistic that counts {guard.words.bad}"
            for guard in reading.uncounted(series, baselines)
        }
        together = reading.together(series, baselines)
        minutes = range(minute_of(end - HISTORY), minute_of(end))
        history = {
            guard.name: [_events(guard, together.get(minute)) for minute in minutes]
            for guard in guards
        }
        silences = reading.silences(series, baselines)
        return Facts(view, history, thresholds, unmeasured, silences, looks, alarms)

    def _thresholds(self, spec: Spec, baselines: Sequence[str], now: datetime) -> dict[str, float]:
        """Return the thresholds that the spec leaves to the baseline's own latency: its p95 of the
        last hour.
        """
        wanted = [guard.name for guard in guards_of(spec.guards, {}) if guard.source is None]
        if not wanted:
            return {}
        hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        found = [self._metrics.p95_latency_ms(spec.endpoint, name, hour, now) for name in baselines]
        present = [value for value in found if value]
        return dict.fromkeys(wanted, float(f"{max(present):.4g}")) if present else {}


def _events(guard: CountGuard, counts: Counts | None) -> Minute:
    pair = counted(guard, counts)
    return (pair[1], pair[0]) if pair else None


def rollout_id(endpoint: str, execution: str) -> str:
    """Return the rollout's id, at most 60 characters, the same for the same execution."""
    digest = hashlib.sha256(execution.encode()).hexdigest()[:12]
    return f"{endpoint[:ROLLOUT_ID_ENDPOINT].rstrip('-')}-{digest}"


def _floor(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)
