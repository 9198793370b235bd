"""What the controller would have done on an endpoint's own past, read from CloudWatch.

Two questions. With the minutes a canary served: the verdict of the replay. From the baseline alone:
its requests are split by lot into a make-believe canary at the spec's first share, bake after bake,
so that every roll-back is a false alarm by construction.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from canary.domain.errors import Refused
from canary.domain.judge.metrics import VariantQuery, counts_of, together
from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec
from canary.ports.metrics import Metrics
from canaryctl.offline_plan import plan_offline
from canaryctl.replay_run import FIRST_LIVE_STEP, RunEnd, replay_run

HISTORY = timedelta(hours=24)
HOUR = timedelta(hours=1)
BAKES = 200


@dataclass(frozen=True)
class Backtest:
    """The past, judged: the canary's own outcome (None when it served nothing), and what
    make-believe bakes came to.
    """

    outcome: RunEnd | None
    minutes: int
    bakes: int
    false_alarms: int
    advanced: int
    median_windows_to_advance: float | None


def backtest(
    spec: Spec,
    metrics: Metrics,
    baselines: Sequence[str],
    start: datetime,
    end: datetime,
    *,
    seed: int = 1,
    bakes: int = BAKES,
) -> Backtest:
    """Return what the controller would have done between two aware times, `start` < `end`.

    The day before `start` is the history. Raises Refused where the past holds nothing to judge.
    """
    threshold = _threshold(spec, metrics, baselines, start)
    windows = read_windows(spec, metrics, baselines, threshold, start - HISTORY, end)
    first = int(start.timestamp() // 60)
    history, period = (
        [w for w in windows if w.minute < first],
        [w for w in windows if w.minute >= first],
    )
    served = [w for w in period if w.baseline is not None and w.baseline.requests > 0]
    if not served:
        raise Refused(
            "--from",
            f"the baseline has no minute between {start} and {end}",
            "Choose a time with traffic",
        )
    plan = plan_offline(
        spec, history, slow_measured=any(w.baseline and w.baseline.slow is not None for w in served)
    )
    mixed = [w for w in period if w.canary is not None and w.canary.requests > 0]
    outcome = replay_run(_at_share(plan, _share(mixed)), mixed) if mixed else None
    outcomes = make_believe(plan, served, seed, bakes)
    verdicts = Counter(one.verdict for one in outcomes)
    advances = [one.windows for one in outcomes if one.verdict == "ADVANCE"]
    return Backtest(
        outcome,
        len(period),
        len(outcomes),
        verdicts["ROLL_BACK"],
        verdicts["ADVANCE"],
        median(advances) if advances else None,
    )


def read_windows(
    spec: Spec,
    metrics: Metrics,
    baselines: Sequence[str],
    threshold_ms: float | None,
    start: datetime,
    end: datetime,
) -> list[Window]:
    """Return a window for every minute in [start, end) in which any variant has a point."""
    queries = {
        name: VariantQuery(
            endpoint=spec.endpoint,
            variant=name,
            count=spec.guards.errors.count,
            threshold_ms=threshold_ms,
        )
        for name in (spec.canary, *baselines)
    }
    series = metrics.minutes(list(queries.values()), start, end)
    counts = {
        name: {m: counts_of(raw) for m, raw in series[query].minutes.items()}
        for name, query in queries.items()
    }
    minutes = sorted({minute for by_minute in counts.values() for minute in by_minute})
    return [
        Window(
            minute=minute,
            canary=counts[spec.canary].get(minute),
            baseline=together([counts[name].get(minute) for name in baselines]),
        )
        for minute in minutes
    ]


def make_believe(plan: Plan, served: Sequence[Window], seed: int, bakes: int) -> list[RunEnd]:
    """Return the outcomes of bakes whose canary is the baseline itself, starting at minutes drawn
    by lot.
    """
    rng = np.random.default_rng(seed)
    step = plan.steps[FIRST_LIVE_STEP]
    length = min(step.bake_max_minutes, len(served))
    starts = rng.integers(0, len(served) - length + 1, bakes)
    return [
        replay_run(plan, [_split(rng, w, step.share) for w in served[s : s + length]])
        for s in starts
    ]


def _split(rng: np.random.Generator, window: Window, share: float) -> Window:
    """Return the baseline's minute with some of its requests given to a make-believe canary."""
    whole = window.baseline
    if whole is None:
        return window
    requests = int(rng.binomial(whole.requests, share))
    errors = _drawn(rng, whole.errors, whole.requests, requests)
    canary, baseline = (
        {"requests": requests, "errors": errors},
        {"requests": whole.requests - requests, "errors": whole.errors - errors},
    )
    if whole.slow is not None:
        timed = whole.requests if whole.timed is None else whole.timed
        taken = int(rng.binomial(timed, share))
        slow = _drawn(rng, whole.slow, timed, taken)
        canary |= {"timed": taken, "slow": slow}
        baseline |= {"timed": timed - taken, "slow": whole.slow - slow}
    return Window(minute=window.minute, canary=Counts(**canary), baseline=Counts(**baseline))


def _drawn(rng: np.random.Generator, bad: int, requests: int, taken: int) -> int:
    return int(rng.hypergeometric(bad, requests - bad, taken)) if taken else 0


def _threshold(
    spec: Spec, metrics: Metrics, baselines: Sequence[str], start: datetime
) -> float | None:
    """Return the slow guard's threshold: the spec's, or the baseline's p95 of the hour before;
    None: not watched.
    """
    slow = spec.guards.slow_requests
    if spec.guards.slow_requests_named and slow is None:
        return None
    if slow is not None and slow.threshold_ms is not None:
        return slow.threshold_ms
    found = [metrics.p95_latency_ms(spec.endpoint, name, start - HOUR, start) for name in baselines]
    return max((value for value in found if value), default=None)


def _share(windows: Sequence[Window]) -> float:
    canary = sum(w.canary.requests for w in windows if w.canary)
    return canary / (canary + sum(w.baseline.requests for w in windows if w.baseline))


def _at_share(plan: Plan, share: float) -> Plan:
    """Return the plan with its first live step at the share the canary really had."""
    steps = list(plan.steps)
    steps[FIRST_LIVE_STEP] = steps[FIRST_LIVE_STEP].but(share=min(max(share, 1e-6), 1 - 1e-6))
    return plan.but(steps=tuple(steps))
