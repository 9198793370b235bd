"""From a spec to a plan, a record and a lease; or a clear refusal with nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from canary.domain.errors import CanaryError
from canary.domain.judge.bets.day import day_of
from canary.domain.judge.metrics import MetricReading, Series, first_looks, silences, together
from canary.domain.judge.windows import BELIEVED_AFTER_MINUTES, Counts, counted, measured
from canary.domain.plan.brakes.checks import check_opens, told_of_brakes
from canary.domain.plan.capacity.needs import PER_INSTANCE, CapacityFacts
from canary.domain.plan.capacity.values import Bounds
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.forecast import with_forecast
from canary.domain.plan.guards import REQUESTS, CountGuard, Metric
from canary.domain.plan.kinds.check import check_endpoint, check_kind
from canary.domain.plan.kinds.control import check_control_hosting
from canary.domain.plan.kinds.hosting import check_hosting
from canary.domain.plan.make_plan import (
    NOBODY_SUBSCRIBED,
    Facts,
    baselines_of,
    check_alarms,
    make_plan,
    origin_of,
)
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.release.staging import Release, with_canary
from canary.domain.plan.spec import LATEST_PAUSE_MINUTES, Spec, read_spec
from canary.domain.plan.standard_guards import MICROSECONDS_A_MILLISECOND, guards_of
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions.beginning import begin
from canary.domain.time import minute_of
from canary.stats.history import Minute
from canary.stats.threshold import (
    LEAST_SLICES,
    LEAST_TIMED,
    LatencySlice,
    LearntThreshold,
    learn_threshold,
)

if TYPE_CHECKING:  # a cold start needs no protocols
    from canary.ports.aws import (
        Alarms,
        EndpointReader,
        HostingReader,
        ScalingReader,
        Subscribers,
    )
    from canary.ports.days import Days
    from canary.ports.metrics import Metrics
    from canary.ports.rollouts import Rollouts

HISTORY = timedelta(hours=24)
LONGEST_ERROR = 200
AT_REST_MINUTES = 15
PUBLISHED_AFTER_MINUTES = 2
TIMED = Metric(name="ModelLatency", statistic="SampleCount")
P95 = TIMED.but(statistic="p95")
NO_LATENCY = (
    f"the baseline's last 24 hours have fewer than {LEAST_SLICES} hours, or minutes, with "
    f"{LEAST_TIMED} timed requests, so no threshold can be learnt"
)
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
        hosting: HostingReader,
        metrics: Metrics,
        alarms: Alarms,
        check_labelled_set: Callable[[QualityGuardSpec], object],
        release_of: Callable[[Spec, str, EndpointView], Release],
        subscribers: Subscribers | None = None,
        scaling: ScalingReader | None = None,
    ) -> None:
        """Take the ports it reads through, the check of a labelled set's head, and what plans a
        release; no `subscribers` where nobody need be told, no `scaling` where instances are
        nobody's business.
        """
        self._scaling = scaling
        self._subscribers = subscribers
        self._rollouts = rollouts
        self._days = days
        self._endpoints = endpoints
        self._hosting = hosting
        self._metrics = metrics
        self._alarms = alarms
        self._check_labelled_set = check_labelled_set
        self._release_of = release_of

    def plan(self, document: object, execution: str, now: datetime) -> Record:
        """Return the stored record of a new rollout, or the one this execution created before.

        Raises Refused naming field and remedy; then nothing was changed.
        """
        spec = read_spec(document)
        rollout = rollout_id(spec.endpoint, execution)
        if self._rollouts.holding(spec.endpoint) == rollout:
            return self._rollouts.load(rollout)
        facts = self._facts(spec, rollout, now)
        plan = with_forecast(make_plan(spec, facts), require_conclusive=spec.require_conclusive)
        check_opens(plan.brakes, now, timedelta(minutes=LATEST_PAUSE_MINUTES))
        plan = plan.but(notices=(*plan.notices, *told_of_brakes(plan.brakes, now)))
        asked = spec.model_dump(mode="json", exclude_unset=True)
        if plan.days:  # before the record, whose plan says that it is there
            day = day_of(plan.days, facts.history)
            self._days.save(rollout, day, minute_of(now))
        return self._rollouts.create(begin(rollout, execution, asked, plan, now))

    def _facts(self, spec: Spec, rollout: str, now: datetime) -> Facts:
        """Return what the plan rests on; what reading alone can refuse is refused on the way."""
        view = self._endpoints.describe(spec.endpoint)
        check_kind(spec, view)
        configured = self._hosting.configured(view)
        release = self._release_of(spec, rollout, view) if spec.releases else None
        if release is not None and release.staging is not None:
            view = with_canary(view, release.staging)
            configured = self._hosting.with_canary(configured, release.staging)
        check_endpoint(spec, view)
        check_hosting(spec, view, configured)
        check_control_hosting(spec, view, configured, release)
        names = spec.guards.alarms
        alarms = self._alarms.states(names) if names else {}
        check_alarms(spec, alarms)
        if spec.guards.quality:
            self._check_labelled_set(spec.guards.quality)
        baselines = baselines_of(spec, view)
        end = _floor(now) - timedelta(minutes=1)
        learnt = learnt_thresholds(spec, self._metrics, baselines, end)
        thresholds = {name: one.threshold_ms for name, one in learnt.items()}
        asked = MetricReading(spec.endpoint, guards_of(spec.guards, thresholds))
        read = asked.metrics((*baselines, spec.canary) if spec.guards.custom else baselines)
        requests = REQUESTS.at(spec.endpoint, spec.canary)
        each = [PER_INSTANCE.at(spec.endpoint, name) for name in baselines if self._plans(spec)]
        series = self._metrics.minutes((*read, requests, *each), end - HISTORY, end)
        over = minute_of(now) - BELIEVED_AFTER_MINUTES - 1
        looks = first_looks(asked, series, baselines, spec.canary, over)
        guards = guards_of(spec.guards, thresholds, looks, spec.steps[0].share)
        reading = MetricReading(spec.endpoint, guards, over)
        unmeasured = {guard.name: NO_LATENCY for guard in guards if guard.unmeasurable}
        unmeasured |= reading.uncounted(series, baselines)
        parts = reading.each(series, baselines)
        summed = together(parts)
        minutes = range(minute_of(end - HISTORY), minute_of(end))
        history = {
            guard.name: [_events(guard, summed.get(minute)) for minute in minutes]
            for guard in guards
            if guard.value is None
        }
        values = {
            guard.name: [measured(guard, summed.get(minute)) for minute in minutes]
            for guard in guards
            if guard.value is not None
        }
        return Facts(
            endpoint=view,
            configured=configured,
            history=history,
            values=values,
            thresholds=thresholds,
            origins={name: origin_of(one) for name, one in learnt.items()},
            unmeasured=unmeasured,
            canary_requests_at_rest=_at_rest(reading, series, view, spec.canary, end),
            silences=silences(parts, baselines),
            looks=looks,
            alarms=alarms,
            capacity=self._capacity(spec, baselines, series) if self._plans(spec) else None,
            untold=self._untold(),
            release=release,
        )

    def _plans(self, spec: Spec) -> bool:
        """Return whether instances are planned for."""
        return self._scaling is not None and spec.capacity != "off"

    def _capacity(self, spec: Spec, baselines: Sequence[str], series: Series) -> CapacityFacts:
        """Return what was found of instances; scalable targets that cannot be read never keep a
        rollout from starting.
        """
        bounds: Mapping[str, Bounds] = {}
        unread = ""
        try:
            if self._scaling is not None:
                bounds = self._scaling.bounds(spec.endpoint, (*baselines, *spec.from_zero))
        except CanaryError as error:
            unread = str(error)[:LONGEST_ERROR]

        def values(metric: Metric) -> dict[str, tuple[float, ...]]:
            found = {name: series[metric.at(spec.endpoint, name)] for name in baselines}
            return {name: tuple(one.minutes.values()) for name, one in found.items()}

        return CapacityFacts(values(REQUESTS), values(PER_INSTANCE), bounds, unread)

    def _untold(self) -> str:
        """Return why nobody may hear of the rollout, '' where somebody is subscribed; a count that
        cannot be read never keeps a rollout from starting.
        """
        if self._subscribers is None:
            return ""
        try:
            return "" if self._subscribers.confirmed() else NOBODY_SUBSCRIBED
        except CanaryError as error:
            return (
                f"Whether anybody is subscribed could not be read ({str(error)[:LONGEST_ERROR]})."
            )


def _at_rest(
    reading: MetricReading, series: Series, view: EndpointView, canary: str, end: datetime
) -> float:
    """Return the requests a minute that the canary steadily has while its weight is 0."""
    if view.current_weights.get(canary):
        return 0.0
    newest = minute_of(end) - PUBLISHED_AFTER_MINUTES
    return reading.at_rest(series, canary, range(newest - AT_REST_MINUTES, newest))


def learnt_thresholds(
    spec: Spec, metrics: Metrics, baselines: Sequence[str], end: datetime
) -> dict[str, LearntThreshold]:
    """Return the thresholds that the spec leaves to the baseline's own latency of the day before
    `end`, by guard; none where the latency does not suffice.
    """
    wanted = [guard.name for guard in guards_of(spec.guards, {}) if guard.unmeasurable]
    if not wanted:
        return {}

    def read(span_minutes: int) -> list[list[LatencySlice]]:
        asked = [m.at(spec.endpoint, name) for name in baselines for m in (TIMED, P95)]
        found = metrics.periods(asked, end - HISTORY, end, span_minutes)
        return [_slices(found, spec.endpoint, name) for name in baselines]

    learnt = learn_threshold(read)
    return dict.fromkeys(wanted, learnt) if learnt else {}


def _slices(series: Series, endpoint: str, variant: str) -> list[LatencySlice]:
    timed, p95 = (series[metric.at(endpoint, variant)].minutes for metric in (TIMED, P95))
    return [
        LatencySlice(start, timed[start], value / MICROSECONDS_A_MILLISECOND)
        for start, value in p95.items()
        if timed.get(start) and value > 0
    ]


def _events(guard: CountGuard, counts: Counts | None) -> Minute:
    pair = counted(guard, counts)
    return (pair[1], pair[0]) if pair else None


def rollout_id(endpoint: str, execution: str) -> str:
    """Return the rollout's id, at most 60 characters, the same for the same execution."""
    digest = hashlib.sha256(execution.encode()).hexdigest()[:12]
    return f"{endpoint[:ROLLOUT_ID_ENDPOINT].rstrip('-')}-{digest}"


def _floor(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)
