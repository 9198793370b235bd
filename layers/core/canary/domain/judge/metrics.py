"""Raw minutes as CloudWatch has them, and how they become counts.

Zero and missing stay apart: a variant whose Invocations or errors have no point in a minute has no
counts for it.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from canary.domain.judge.windows import Counts, Window
from canary.domain.model import Frozen
from canary.domain.plan.plan import CountGuard, Plan

ERROR_METRICS = {
    "model_errors": "InvocationModelErrors",
    "5xx": "Invocation5XXErrors",
    "4xx": "Invocation4XXErrors",
}


class VariantQuery(Frozen):
    """What to read of one variant: its requests, one error counter, and slow requests when a
    threshold is given.
    """

    endpoint: str
    variant: str
    count: Literal["model_errors", "5xx", "4xx"] = "model_errors"
    threshold_ms: float | None = None


class RawMinute(Frozen):
    """One variant's points in one minute; None where CloudWatch has none. `within` counts the
    requests not slow.
    """

    requests: float | None = None
    errors: float | None = None
    timed: float | None = None
    within: float | None = None


class RawSeries(Frozen):
    """The minutes read for one query. `complete` is False unless CloudWatch said so of every metric
    in it.
    """

    minutes: dict[int, RawMinute]
    complete: bool


def queries_of(plan: Plan) -> tuple[VariantQuery, ...]:
    """Return what to read for a plan: the canary first, then the baselines."""
    errors = _guard(plan, "errors")
    slow = _guard(plan, "slow_requests")
    return tuple(
        VariantQuery(
            endpoint=plan.endpoint,
            variant=variant,
            count=errors.count if errors else "model_errors",
            threshold_ms=slow.threshold_ms if slow else None,
        )
        for variant in (plan.canary, *plan.baselines)
    )


def _guard(plan: Plan, name: str) -> CountGuard | None:
    return next((guard for guard in plan.guards if guard.name == name), None)


def counts_of(raw: RawMinute | None) -> Counts | None:
    """Return the counts of one variant's minute, or None when requests or errors are missing."""
    if raw is None or raw.requests is None or raw.errors is None:
        return None
    requests = round(raw.requests)
    slow = timed = None
    if raw.timed is not None and raw.within is not None:
        timed = round(raw.timed)
        slow = min(timed, max(0, round(raw.timed - raw.within)))
    return Counts(
        requests=requests, errors=min(requests, round(raw.errors)), slow=slow, timed=timed
    )


def together(parts: Sequence[Counts | None]) -> Counts | None:
    """Return the sum of several variants' counts, or None when any of them is missing."""
    present = [part for part in parts if part is not None]
    if not present or len(present) < len(parts):
        return None
    slow = [part.slow for part in present if part.slow is not None]
    timed = [part.timed for part in present if part.timed is not None]
    whole = len(slow) == len(timed) == len(present)
    return Counts(
        requests=sum(part.requests for part in present),
        errors=sum(part.errors for part in present),
        slow=sum(slow) if whole else None,
        timed=sum(timed) if whole else None,
    )


def windows_of(plan: Plan, series: Mapping[str, RawSeries]) -> tuple[Window, ...]:
    """Return a window for every minute in which any variant has a point; `series` by variant
    name.
    """
    minutes = sorted({minute for one in series.values() for minute in one.minutes})
    return tuple(
        Window(
            minute=minute,
            canary=counts_of(_raw(series, plan.canary, minute)),
            baseline=together([counts_of(_raw(series, name, minute)) for name in plan.baselines]),
        )
        for minute in minutes
    )


def _raw(series: Mapping[str, RawSeries], variant: str, minute: int) -> RawMinute | None:
    one = series.get(variant)
    return one.minutes.get(minute) if one else None
