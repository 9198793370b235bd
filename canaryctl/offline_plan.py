"""A plan without an endpoint: what the planner would compute, from a spec and recorded history
alone.
"""

from collections.abc import Sequence

from canary.domain.judge.terms import counted
from canary.domain.judge.windows import Window
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.plan import CountGuard, GuardHistory, Plan
from canary.domain.plan.spec import Guards, SlowRequestsGuard, Spec
from canary.domain.plan.steps import plan_steps
from canary.domain.plan.target import Target
from canary.stats.history import FULL_HISTORY_MINUTES, learn

BASELINE = "baseline"


def plan_offline(
    spec: Spec, history: Sequence[Window] = (), *, slow_measured: bool, warm_up_minutes: int = 2
) -> Plan:
    """Return the plan of a two-variant endpoint; `history` are the baseline's minutes before the
    rollout.

    The slow_requests guard is planned where the spec names it, or does not mention it and the
    windows carry it.
    """
    baseline = BASELINE if spec.canary != BASELINE else "others"
    safe = Target(weights={baseline: 1.0, spec.canary: 0.0})
    guards = tuple(
        _learnt(guard, history) for guard in _guards(spec.guards, slow_measured=slow_measured)
    )
    return Plan(
        endpoint=spec.endpoint,
        config_name="recorded",
        canary=spec.canary,
        baselines=(baseline,),
        found_target=safe,
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
        warm_up_minutes=warm_up_minutes,
    )


def _guards(guards: Guards, *, slow_measured: bool) -> list[CountGuard]:
    errors = guards.errors
    planned = [
        CountGuard(
            name="errors",
            roll_back_beyond=errors.roll_back_beyond,
            last_gate=errors.last_gate,
            early_steps=errors.early_steps,
            count=errors.count,
        )
    ]
    watched = (
        guards.slow_requests
        if guards.slow_requests_named
        else SlowRequestsGuard()
        if slow_measured
        else None
    )
    if watched is not None:
        slow = CountGuard(
            name="slow_requests",
            roll_back_beyond=watched.roll_back_beyond,
            last_gate=watched.last_gate,
            early_steps=watched.early_steps,
            threshold_ms=watched.threshold_ms,
        )
        planned.append(slow)
    return planned


def _learnt(guard: CountGuard, history: Sequence[Window]) -> CountGuard:
    """Return the guard with what the last day of the history teaches; missing minutes stay
    missing.
    """
    minutes = {window.minute: counted(guard, window.baseline) for window in history}
    if not minutes:
        return guard
    last = max(minutes)
    first = max(min(minutes), last - FULL_HISTORY_MINUTES + 1)
    pairs = [minutes.get(minute) for minute in range(first, last + 1)]
    facts = learn([None if pair is None else (pair[1], pair[0]) for pair in pairs])
    learnt = GuardHistory(
        minutes=facts.minutes,
        rate=facts.rate,
        burstiness=facts.burstiness,
        burst_lags=facts.burst_lags,
        requests_per_minute=facts.requests_per_minute,
    )
    return guard.but(history=learnt)
