"""From a spec to a plan, a record and a lease; or a clear refusal with nothing changed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from canary.domain.errors import Refused
from canary.domain.judge.metrics import RawSeries, VariantQuery, counts_of, together
from canary.domain.judge.windows import Counts
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.forecast import forecast
from canary.domain.plan.plan import CountGuard, GuardHistory, Plan
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.spec import SlowRequestsGuard, Spec, read_spec
from canary.domain.plan.steps import check_endpoint, plan_steps, safe_target
from canary.domain.plan.target import Target
from canary.domain.rollout.record import Record
from canary.domain.rollout.transitions.beginning import begin
from canary.domain.time import minute_of
from canary.ports.aws import Alarms, EndpointReader
from canary.ports.metrics import Metrics
from canary.ports.rollouts import Rollouts
from canary.stats.history import LEAST_HISTORY_MINUTES, learn

HISTORY = timedelta(hours=24)
PROBE = timedelta(hours=2)
ROLLOUT_ID_ENDPOINT = 36


class Planner:
    """Plans rollouts. Every check reads; the only write is the record with its lease, in one
    transaction.
    """

    def __init__(
        self,
        rollouts: Rollouts,
        endpoints: EndpointReader,
        metrics: Metrics,
        alarms: Alarms,
        check_labelled_set: Callable[[QualityGuardSpec], object],
    ) -> None:
        """Take the ports it reads through, and the check of a labelled set's head."""
        self._rollouts = rollouts
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
        plan = with_forecast(self._plan(spec, now), require_conclusive=spec.require_conclusive)
        asked = spec.model_dump(mode="json", exclude_unset=True)
        return self._rollouts.create(begin(rollout, execution, asked, plan, now))

    def _plan(self, spec: Spec, now: datetime) -> Plan:
        view = self._endpoints.describe(spec.endpoint)
        check_endpoint(spec, view)
        self._check_alarms(spec.guards.alarms)
        if spec.guards.quality:
            self._check_labelled_set(spec.guards.quality)
        found = Target(weights=view.current_weights)
        safe = safe_target(found, spec.canary)
        baselines = tuple(name for name, weight in safe.weights.items() if weight > 0)
        guards, notices = self._guards(spec, baselines, now)
        return Plan(
            endpoint=spec.endpoint,
            config_name=view.config_name,
            canary=spec.canary,
            baselines=baselines,
            found_target=found,
            safe_target=safe,
            steps=plan_steps(spec, safe),
            guards=guards,
            alarms=spec.guards.alarms,
            quality=spec.guards.quality,
            error_rates=spec.error_rates,
            budget=share_out(
                spec.error_rates,
                [guard.name for guard in guards],
                labelled_set=spec.guards.quality is not None,
            ),
            on_inconclusive=spec.on_inconclusive,
            hold_at_most_minutes=spec.hold_at_most_minutes,
            watch_minutes=spec.watch_minutes,
            notices=notices,
        )

    def _check_alarms(self, names: Sequence[str]) -> None:
        states = self._alarms.states(names) if names else {}
        for index, name in enumerate(names):
            field = f"guards.alarms.{index}"
            if name not in states:
                raise Refused(
                    field, f"no alarm named {name!r} here", "Create it or take it out of the spec"
                )
            if states[name] == "ALARM":
                raise Refused(
                    field,
                    f"{name} is in ALARM before anything was moved",
                    "Start again when it is OK",
                )

    def _guards(
        self, spec: Spec, baselines: Sequence[str], now: datetime
    ) -> tuple[tuple[CountGuard, ...], Any]:
        threshold, notice = self._slow_threshold(spec, baselines, now)
        notices = [notice] if notice else []
        minutes = self._history(spec, baselines, threshold, now)
        errors = CountGuard(
            name="errors",
            count=spec.guards.errors.count,
            history=_learn([(c.requests, c.errors) if c else None for c in minutes]),
            **_margins(spec.guards.errors),
        )
        guards = [errors]
        if threshold is not None:
            counted = [c and c.slow is not None for c in minutes]
            history = [
                (c.timed if c.timed is not None else c.requests, c.slow or 0) if ok and c else None
                for c, ok in zip(minutes, counted, strict=True)
            ]
            slow = spec.guards.slow_requests or SlowRequestsGuard()
            guards.append(
                CountGuard(
                    name="slow_requests",
                    threshold_ms=threshold,
                    history=_learn(history),
                    **_margins(slow),
                )
            )
        known = errors.history.minutes
        if known < LEAST_HISTORY_MINUTES:
            notices.append(
                f"The baseline has {known} minutes of history, not {LEAST_HISTORY_MINUTES}: "
                "nothing is known of bursts."
            )
        return tuple(guards), tuple(notices)

    def _slow_threshold(
        self, spec: Spec, baselines: Sequence[str], now: datetime
    ) -> tuple[float | None, str]:
        """Return the threshold in ms and a notice; no threshold where slow requests cannot or shall
        not be watched.
        """
        named = spec.guards.slow_requests_named
        if named and spec.guards.slow_requests is None:
            return None, ""
        wanted = spec.guards.slow_requests.threshold_ms if spec.guards.slow_requests else None
        threshold = wanted or self._baseline_p95(spec.endpoint, baselines, now)
        problem = "the baseline has no latency of the last hours" if threshold is None else None
        if threshold is not None and not self._can_count_slow(
            spec.endpoint, baselines, threshold, now
        ):
            problem = "CloudWatch does not give the statistic that counts slow requests"
        if problem is None:
            return threshold, ""
        if named:
            raise Refused(
                "guards.slow_requests",
                problem,
                'Give "threshold_ms" with traffic on the baseline, or leave the guard out',
            )
        return None, f"slow_requests is not watched: {problem}."

    def _baseline_p95(self, endpoint: str, baselines: Sequence[str], now: datetime) -> float | None:
        hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        found = [self._metrics.p95_latency_ms(endpoint, name, hour, now) for name in baselines]
        present = [value for value in found if value]
        return float(f"{max(present):.4g}") if present else None

    def _can_count_slow(
        self, endpoint: str, baselines: Sequence[str], threshold: float, now: datetime
    ) -> bool:
        """Return whether no minute has a sample count without the count of requests within the
        threshold.
        """
        queries = [
            VariantQuery(endpoint=endpoint, variant=name, threshold_ms=threshold)
            for name in baselines
        ]
        answer = self._metrics.minutes(queries, _floor(now - PROBE), _floor(now))
        raw = [one for series in answer.values() for one in series.minutes.values() if one.timed]
        return any(one.within is not None for one in raw) if raw else True

    def _history(
        self, spec: Spec, baselines: Sequence[str], threshold: float | None, now: datetime
    ) -> list[Counts | None]:
        count = spec.guards.errors.count
        queries = {
            name: VariantQuery(
                endpoint=spec.endpoint, variant=name, count=count, threshold_ms=threshold
            )
            for name in baselines
        }
        end = _floor(now) - timedelta(minutes=1)
        answer = self._metrics.minutes(list(queries.values()), end - HISTORY, end)
        return baseline_minutes(queries, answer, minute_of(end - HISTORY), minute_of(end))


def with_forecast(plan: Plan, *, require_conclusive: bool) -> Plan:
    """Return the plan with a notice for every step that cannot conclude in its bake.

    Raises Refused instead when the spec requires conclusive steps.
    """
    warnings = tuple(step.warning for step in forecast(plan) if step.warning)
    if warnings and require_conclusive:
        raise Refused(
            "require_conclusive",
            "; ".join(warnings),
            "Change the spec so, or leave require_conclusive out",
        )
    return plan.but(notices=plan.notices + tuple(f"Forecast: {text}." for text in warnings))


def baseline_minutes(
    queries: Mapping[str, VariantQuery],
    answer: Mapping[VariantQuery, RawSeries],
    first: int,
    end: int,
) -> list[Counts | None]:
    """Return the baselines' counts together for every minute in [first, end), None where one is
    missing.
    """
    return [
        together([counts_of(answer[query].minutes.get(minute)) for query in queries.values()])
        for minute in range(first, end)
    ]


def rollout_id(endpoint: str, execution: str) -> str:
    """Return the rollout's id, at most 60 characters, the same for the same execution."""
    digest = hashlib.sha256(execution.encode()).hexdigest()[:12]
    return f"{endpoint[:ROLLOUT_ID_ENDPOINT].rstrip('-')}-{digest}"


def _learn(minutes: Sequence[tuple[int, int] | None]) -> GuardHistory:
    history = learn(minutes)
    return GuardHistory(
        minutes=history.minutes,
        rate=history.rate,
        burstiness=history.burstiness,
        burst_lags=history.burst_lags,
        requests_per_minute=history.requests_per_minute,
    )


def _margins(guard: Any) -> dict[str, Any]:
    return {
        "roll_back_beyond": guard.roll_back_beyond,
        "last_gate": guard.last_gate,
        "early_steps": guard.early_steps,
    }


def _floor(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)
