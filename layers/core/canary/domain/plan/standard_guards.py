"""The guards that a spec asks for, as values: the one place that knows any of them by name.

Rules: a block of the spec's `guards` becomes a value here and nowhere else; so do the counts and
guards that version 5d17009 stored under names of their own. To add a guard, add what makes its
value to MAKERS.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from canary.domain.plan.custom.first_look import FirstLook
from canary.domain.plan.custom.guards import custom_guards, value_guards
from canary.domain.plan.guards import (
    COMMON_GRID,
    RARE_GRID,
    REQUESTS,
    CountGuard,
    CountSource,
    GuardWords,
    Metric,
)
from canary.domain.plan.watching.keys import ErrorsGuard, Guards, SlowRequestsGuard

ERRORS, SLOW_REQUESTS = "errors", "slow_requests"
STANDARD = frozenset({ERRORS, SLOW_REQUESTS})
ERRORS_GRID, SLOW_GRID = RARE_GRID, COMMON_GRID
ERROR_METRICS = {
    "model_errors": "InvocationModelErrors",
    "5xx": "Invocation5XXErrors",
    "4xx": "Invocation4XXErrors",
}
MICROSECONDS_A_MILLISECOND = 1000

Thresholds = Mapping[str, float]
"""Thresholds learnt from the baseline, by guard."""


def guards_of(
    guards: Guards,
    thresholds: Thresholds,
    looks: Mapping[str, FirstLook] | None = None,
    share: float = 1.0,
) -> tuple[CountGuard, ...]:
    """Return the count guards a spec asks for; one whose threshold nobody knows has no source.

    Guards of the user's own are as their first look and the canary's first live share leave them;
    without looks only what is read of them counts. Raises Refused where a look forbids one.
    """
    made = (make(guards, thresholds) for make in MAKERS)
    standard = tuple(guard for guard in made if guard is not None)
    counts = custom_guards(guards.counts, looks, share)
    return (*standard, *counts, *value_guards(guards.values, looks))


def may_be_left_out(guards: Guards, name: str) -> bool:
    """Return whether the spec watches a guard only where it can be measured."""
    return name == SLOW_REQUESTS and not guards.slow_requests_named


def _errors(guards: Guards, _: Thresholds) -> CountGuard:
    errors = CountGuard(**_errors_are(guards.errors.count), **_margins(guards.errors))
    return errors.but(warm_up_from=1)


def _slow_requests(guards: Guards, thresholds: Thresholds) -> CountGuard | None:
    if guards.slow_requests_named and guards.slow_requests is None:
        return None
    wanted = guards.slow_requests or SlowRequestsGuard()
    threshold_ms = wanted.threshold_ms or thresholds.get(SLOW_REQUESTS)
    slow = CountGuard(**_slow_requests_are(threshold_ms), **_margins(wanted))
    return slow.but(warm_up_from=2)  # only at the first live step caches are cold


MAKERS: tuple[Callable[[Guards, Thresholds], CountGuard | None], ...] = (_errors, _slow_requests)


def _errors_are(count: Literal["model_errors", "5xx", "4xx"]) -> dict[str, Any]:
    title = f"Failed requests ({count.replace('_', ' ')})"
    return {
        "name": ERRORS,
        "words": GuardWords(bad="errors", title=title, detail=count, fuse="failed"),
        "grid": ERRORS_GRID,
        "source": CountSource(of=REQUESTS, bad=Metric(name=ERROR_METRICS[count])),
        "fuse": True,
    }


def _slow_requests_are(threshold_ms: float | None) -> dict[str, Any]:
    bad = "slow requests"
    if threshold_ms is None:
        return {"name": SLOW_REQUESTS, "words": GuardWords(bad=bad), "grid": SLOW_GRID}
    latency = Metric(name="ModelLatency", statistic="SampleCount")
    within = f"TC(:{threshold_ms * MICROSECONDS_A_MILLISECOND:.10g})"
    return {
        "name": SLOW_REQUESTS,
        "words": GuardWords(
            bad=bad,
            title=f"Requests slower than {threshold_ms:g} ms",
            detail=f"over {threshold_ms:g} ms",
        ),
        "grid": SLOW_GRID,
        "source": CountSource(of=latency, good=latency.but(statistic=within)),
    }


def _margins(guard: ErrorsGuard | SlowRequestsGuard) -> dict[str, Any]:
    return {
        "roll_back_beyond": guard.roll_back_beyond,
        "last_gate": guard.last_gate,
        "early_steps": guard.early_steps,
    }


def read_guard(stored: Any) -> Any:
    """Return a stored guard as a value, where version 5d17009 kept its name and threshold alone."""
    if not isinstance(stored, dict) or "words" in stored:
        return stored
    kept = {k: v for k, v in stored.items() if k not in {"name", "threshold_ms", "count"}}
    if stored.get("name") == ERRORS:
        return {**_errors_are(stored.get("count", "model_errors")), **kept}
    if stored.get("name") == SLOW_REQUESTS:
        return {**_slow_requests_are(stored.get("threshold_ms")), **kept}
    return stored


def read_counts(stored: Any) -> Any:
    """Return stored counts by guard, where `errors`, `slow` and `timed` (the requests
    `slow` is out of; all of them unless given) stand beside `requests`.
    """
    if not isinstance(stored, dict) or "errors" not in stored:
        return stored
    requests, slow, timed = (stored.get(name) for name in ("requests", "slow", "timed"))
    named = {ERRORS: (stored["errors"], requests)}
    if slow is not None:
        named[SLOW_REQUESTS] = (slow, requests if timed is None else timed)
    kept = {k: v for k, v in stored.items() if k not in {"errors", "slow", "timed", "guards"}}
    return {**kept, "guards": {**named, **stored.get("guards", {})}}
