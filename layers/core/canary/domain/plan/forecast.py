"""What a plan may expect before anything moves: can each step conclude, when, and which regression
would it see?

Rules: pure; built on what the plan remembers of the baseline, silent about a guard whose traffic is
unknown.
"""

import math

from canary.domain.errors import Refused
from canary.domain.model import Frozen
from canary.domain.plan.custom.value_history import exceeds
from canary.domain.plan.guards import AnyMargin, CountGuard, GuardHistory
from canary.domain.plan.plan import Plan
from canary.domain.plan.target import compared
from canary.domain.words import percent
from canary.stats import worse_minute
from canary.stats.counts import limit
from canary.stats.forecast import (
    SMALLEST_RATE,
    Traffic,
    advance_minutes,
    detection_minutes,
    smallest_loss_seen,
    smallest_ratio_seen,
)
from canary.stats.setting import FIRST_MASS, Setting, settle

# Ratios tried, smallest first, when a wider margin is proposed.
PROPOSED_RATIOS = (1.3, 1.5, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)


SEEN_RATIOS = (1.05, 1.1, 1.15, 1.2, 1.25, *PROPOSED_RATIOS)


class StepForecast(Frozen):
    """One guard at one step; minutes count from REACHED, None where no traffic would do it."""

    step: int
    share: float
    guard: str
    median_minutes: float | None
    p90_minutes: float | None
    bake_max_minutes: int
    smallest_ratio: float | None
    """The smallest multiple of the baseline's rate that a whole bake would typically take back; of
    good events how many times the canary's the baseline's would have to be. None where the baseline
    has none, of which every rate is a multiple without a number.
    """
    smallest_rate: float | None = None
    """That regression as the canary's own rate; None of one number a minute."""
    baseline_rate: float | None = None
    """What it is a regression from."""
    twice_as_bad_minutes: float | None
    """Typical minutes until a canary with twice the rate, or half of it for good events, is taken
    back; None too where there is no such canary: twice nothing, or more than every request.
    """
    warning: str | None = None

    @property
    def conclusive(self) -> bool:
        """Return whether nine of ten good canaries are shown within the margin before the longest
        bake.
        """
        return self.warning is None


def forecast(plan: Plan) -> tuple[StepForecast, ...]:
    """Return the forecast of every step below share 1 and every guard whose traffic the plan
    knows.
    """
    return tuple(
        _forecast(plan, index, guard)
        for index, step in enumerate(plan.steps)
        if 0 < step.share < 1
        for guard in plan.guards
        if guard.history.requests_per_minute > 0 or guard.history.spread
    )


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


def _forecast(plan: Plan, step: int, guard: CountGuard) -> StepForecast:
    if guard.value is not None:
        return _of_minutes(plan, step, guard)
    planned = plan.steps[step]
    traffic = _traffic(plan, step, guard)
    setting = _setting(plan, step, guard, plan.margin_at(step, guard))
    median, p90 = _advance(plan, step, setting, traffic)
    alpha, rate = plan.budget.live, guard.history.rate
    count = 1 / plan.budget.guards[guard.name]
    judged = planned.bake_max_minutes - plan.warm_up_minutes
    lower, edge = guard.better == "lower", setting.roll_back
    seen = smallest_ratio_seen if lower else smallest_loss_seen
    rates = (rate, 2 * rate) if lower else (rate / 2, rate)
    uncapped = plan.uncapped_minutes(step, guard)
    twice = detection_minutes(*rates, edge, traffic, alpha, count, uncapped)
    ratio = seen(rate, edge, traffic, alpha, count, judged)
    smallest = (
        None if ratio is None else max(rate, SMALLEST_RATE) * ratio if lower else rate / ratio
    )
    return StepForecast(
        step=step,
        share=planned.share,
        guard=guard.name,
        median_minutes=_finite(median),
        p90_minutes=_finite(p90),
        bake_max_minutes=planned.bake_max_minutes,
        smallest_ratio=ratio if rate >= SMALLEST_RATE else None,
        smallest_rate=smallest,
        baseline_rate=rate,
        twice_as_bad_minutes=_finite(twice + plan.warm_up_minutes) if 0 < max(rates) <= 1 else None,
        warning=_warning(plan, step, guard, p90) if p90 > planned.bake_max_minutes else None,
    )


def _of_minutes(plan: Plan, step: int, guard: CountGuard) -> StepForecast:
    """Return the forecast of a value guard: a good canary is taken to differ from the baseline as
    two of the baseline's minutes do.
    """
    planned, warm_up = plan.steps[step], plan.warm_up_minutes
    margin, history = plan.margin_at(step, guard), guard.history
    beyond = exceeds(history, _times(margin, history))
    median, p90 = (
        max(planned.bake_min_minutes, minutes + warm_up)
        for minutes in worse_minute.advance_minutes(beyond or 0.0, plan.budget.promotion)
    )
    guards, judged = 1 / plan.budget.guards[guard.name], planned.bake_max_minutes - warm_up

    def falls_after(ratio: float) -> float:
        edge = _times(guard.roll_back_beyond, history)
        worse = exceeds(history, edge / ratio) or 0.0
        return worse_minute.detection_minutes(worse, plan.budget.live, guards, FIRST_MASS)

    warning = None
    if p90 > planned.bake_max_minutes:
        warning = (
            f"step {step} ({percent(planned.share)}) cannot conclude on {guard.words.bad} in "
            f"{planned.bake_max_minutes} min: in {percent(beyond or 0.0)} of the baseline's own "
            f"minutes it is beyond {guard.margin_words(margin)} of the minute before; widen the "
            "margin or lengthen the bake"
        )
    return StepForecast(
        step=step,
        share=planned.share,
        guard=guard.name,
        median_minutes=_finite(median),
        p90_minutes=_finite(p90),
        bake_max_minutes=planned.bake_max_minutes,
        smallest_ratio=next((r for r in SEEN_RATIOS if falls_after(r) <= judged), None),
        twice_as_bad_minutes=_finite(falls_after(2.0) + warm_up),
        warning=warning,
    )


def _times(margin: AnyMargin, history: GuardHistory) -> float:
    """Return how many times the day's mean a margin lies at, its absolute part included."""
    mean = history.rate
    return limit(mean, margin.bound) / mean if mean > 0 else margin.ratio


def _traffic(plan: Plan, step: int, guard: CountGuard) -> Traffic:
    """Return the traffic that is compared at a step as the guard's bets see it: of good events the
    baseline's side is the one that may be worse.
    """
    share, part = compared(plan.steps[step].share, plan.beside(step))
    seen = share if guard.better == "lower" else 1 - share
    return Traffic(seen, part * guard.history.requests_per_minute)


def _setting(plan: Plan, step: int, guard: CountGuard, allowed: AnyMargin) -> Setting:
    return settle(
        guard.history.known,
        guard.roll_back_beyond.bound,
        allowed.bound,
        plan.steps[step].share,
        guard.grid,
        beside=plan.beside(step),
        swapped=guard.better == "higher",
    )


def _advance(plan: Plan, step: int, setting: Setting, traffic: Traffic) -> tuple[float, float]:
    """Return (median, 90th percentile) of minutes from REACHED, warm-up and minimum bake
    included.
    """
    judged = advance_minutes(setting, traffic, plan.budget.promotion)
    least = plan.steps[step].bake_min_minutes
    median, p90 = (max(least, minutes + plan.warm_up_minutes) for minutes in judged)
    return median, p90


def _finite(minutes: float) -> float | None:
    return round(minutes, 1) if math.isfinite(minutes) else None


def _warning(plan: Plan, step: int, guard: CountGuard, p90: float) -> str:
    planned = plan.steps[step]
    per_minute = planned.share * guard.history.requests_per_minute
    yields = per_minute * (planned.bake_max_minutes - plan.warm_up_minutes)
    where = (
        f"step {step} ({percent(planned.share)}) cannot conclude on "
        f"{guard.words.bad} in {planned.bake_max_minutes} min"
    )
    if not math.isfinite(p90):
        why = "equal variants are no evidence at this margin"
    else:
        why = (
            f"it needs {per_minute * (p90 - plan.warm_up_minutes):,.0f} canary requests, "
            f"traffic yields {yields:,.0f}"
        )
    wider = _wider_margin(plan, step, guard)
    widen = f"widen the margin to {guard.margin_words(wider)}" if wider else "widen the margin"
    return f"{where}: {why}; raise the share, {widen} or lengthen the bake"


def _wider_margin(plan: Plan, step: int, guard: CountGuard) -> AnyMargin | None:
    """Return the smallest wider margin at which the step would conclude; None when none tried
    would.
    """
    now, planned = plan.margin_at(step, guard), plan.steps[step]
    traffic = _traffic(plan, step, guard)
    for ratio in PROPOSED_RATIOS:
        if ratio <= now.ratio:
            continue
        wider = now.but(ratio=ratio)
        if (
            _advance(plan, step, _setting(plan, step, guard, wider), traffic)[1]
            <= planned.bake_max_minutes
        ):
            return wider
    return None
