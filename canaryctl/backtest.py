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
from canary.domain.judge.bets.sketches import Sketches
from canary.domain.judge.metrics import MetricReading, first_looks, windows_of
from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.guards import REQUESTS
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec
from canary.domain.plan.standard_guards import guards_of
from canary.flow.plan import learnt_thresholds
from canary.ports.metrics import Metrics
from canaryctl.offline_plan import guards_in, plan_offline, sketches_offline
from canaryctl.replay_run import FIRST_LIVE_STEP, RunEnd, replay_run

HISTORY = timedelta(hours=24)
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
    learnt = learnt_thresholds(spec, metrics, baselines, start)
    thresholds = {name: one.threshold_ms for name, one in learnt.items()}
    asked = MetricReading(spec.endpoint, guards_of(spec.guards, thresholds))
    wanted = asked.metrics((spec.canary, *baselines))
    series = metrics.minutes(wanted, start - HISTORY, end)
    first = int(start.timestamp() // 60)
    looks = first_looks(asked, series, baselines, spec.canary, first - 1)
    reading = MetricReading(
        spec.endpoint, guards_of(spec.guards, thresholds, looks, spec.steps[0].share)
    )
    windows = windows_of(reading, series, spec.canary, baselines)
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
    plan = plan_offline(spec, history, measured=guards_in(served))
    mixed = [w for w in period if w.canary is not None and w.canary.requests > 0]
    outcome = _replayed(_at_share(plan, _share(mixed)), mixed, history) if mixed else None
    outcomes = make_believe(plan, served, seed, bakes, sketches_offline(plan, history))
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


def _replayed(plan: Plan, mixed: Sequence[Window], history: Sequence[Window]) -> RunEnd:
    return replay_run(plan, mixed, sketches_offline(plan, history))


def make_believe(
    plan: Plan, served: Sequence[Window], seed: int, bakes: int, sketches: Sketches | None = None
) -> list[RunEnd]:
    """Return the outcomes of bakes whose canary is the baseline itself, starting at minutes drawn
    by lot.
    """
    rng = np.random.default_rng(seed)
    step = plan.steps[FIRST_LIVE_STEP]
    length = min(step.bake_max_minutes, len(served))
    starts = rng.integers(0, len(served) - length + 1, bakes)
    return [
        replay_run(
            plan, [_split(rng, plan, w, step.share) for w in served[s : s + length]], sketches
        )
        for s in starts
    ]


def _split(rng: np.random.Generator, plan: Plan, window: Window, share: float) -> Window:
    """Return the baseline's minute with some of its requests given to a make-believe canary."""
    whole = window.baseline
    if whole is None:
        return window
    requests = int(rng.binomial(whole.requests, share))
    canary, baseline = {}, {}
    for guard in plan.guards:
        if guard.name not in whole.guards:
            continue
        bad, events = whole.guards[guard.name]
        of_requests = guard.source is not None and guard.source.of == REQUESTS
        taken = requests if of_requests else int(rng.binomial(events, share))
        taken_bad = int(rng.hypergeometric(bad, events - bad, taken)) if taken else 0
        canary[guard.name] = (taken_bad, taken)
        baseline[guard.name] = (bad - taken_bad, events - taken)
    return Window(
        minute=window.minute,
        canary=Counts(requests=requests, guards=canary, values=whole.values),
        baseline=Counts(requests=whole.requests - requests, guards=baseline, values=whole.values),
    )


def _share(windows: Sequence[Window]) -> float:
    canary = sum(w.canary.requests for w in windows if w.canary)
    return canary / (canary + sum(w.baseline.requests for w in windows if w.baseline))


def _at_share(plan: Plan, share: float) -> Plan:
    """Return the plan with its first live step at the share the canary really had."""
    steps = list(plan.steps)
    steps[FIRST_LIVE_STEP] = steps[FIRST_LIVE_STEP].but(share=min(max(share, 1e-6), 1 - 1e-6))
    return plan.but(steps=tuple(steps))
