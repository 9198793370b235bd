"""How long the judge itself takes, measured beside the rest: a tick from the checkpoint, and a full
replay.
"""

import sys
from collections.abc import Callable
from statistics import median
from subprocess import run
from time import process_time

from benchmarks.verdicts.worlds import generator
from canary.domain.judge.bets.day import Day, day_of
from canary.domain.judge.bets.sketches import KeptSketch, Sketches
from canary.domain.judge.judge import judge
from canary.domain.judge.windows import Counts, Window
from canary.domain.plan.one_minute import days_of
from canary.domain.plan.plan import BakeInterval, Plan
from canary.domain.plan.spec import read_spec
from canary.domain.plan.standard_guards import ERRORS, SLOW_REQUESTS
from canary.stats.history import FULL_HISTORY_MINUTES
from canaryctl.forecast import assume

MINUTES = 240
RECENT = 16
RATES = {ERRORS: 0.001, SLOW_REQUESTS: 0.05}
THIRD_PARTY = "numpy", "scipy", "boto3", "pydantic", "sklearn"


def measure(seed: int) -> dict[str, float | bool]:
    """Return CPU milliseconds of a tick and of a replay of 240 minutes x 2 guards, and whether
    stats stands alone.
    """
    bakes = [BakeInterval(step=1, reached_minute=-1)]
    plan, day = _planned(seed)
    windows, known = _windows(seed), Sketches(lambda: day)
    frozen = judge(plan, bakes, windows[:-RECENT], MINUTES - 1, sketches=known)
    kept = [one.model_dump_json() for one in known.made]
    # The newest minute is a first read, as at every tick.
    recent = [*windows[-RECENT - 2 : -1], windows[-1].but(since=MINUTES)]

    def tick() -> None:
        read = Sketches(lambda: day, lambda _: [KeptSketch.model_validate_json(k) for k in kept])
        judge(plan, bakes, recent, MINUTES, checkpoint=frozen.checkpoint, sketches=read)

    return {
        "tick_ms": _median_ms(tick),
        "replay_ms": _median_ms(lambda: judge(plan, bakes, windows, MINUTES, sketches=known)),
        "stats_alone": _stats_alone(),
    }


def _planned(seed: int) -> tuple[Plan, Day]:
    """Return a plan with the day that its minutes are compared with."""
    plan, rng = _plan(), generator(seed, "day")
    history = {
        guard: [(60_000, int(x)) for x in rng.binomial(60_000, rate, FULL_HISTORY_MINUTES)]
        for guard, rate in RATES.items()
    }
    days = days_of(plan.guards, [step.share for step in plan.steps], history)
    return plan.but(days=days), day_of(days, history)


def _plan() -> Plan:
    steps = [{"share": 0.25, "bake_minutes": {"min": 5, "max": 600}}, {"share": 1.0}]
    spec = read_spec({"endpoint": "e", "canary": "c", "steps": steps})
    return assume(spec, 1000, RATES, burstiness=0.02)


def _windows(seed: int) -> list[Window]:
    rng = generator(seed, "speed")
    sides = {"canary": 15_000, "baseline": 45_000}
    return [
        Window(
            minute=t,
            **{
                name: Counts(
                    requests=n,
                    guards={
                        guard: (int(rng.binomial(n, rate)), n) for guard, rate in RATES.items()
                    },
                )
                for name, n in sides.items()
            },
        )
        for t in range(MINUTES)
    ]


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(15):
        start = process_time()
        work()
        times.append(1000 * (process_time() - start))
    return round(median(times), 2)


def _stats_alone() -> bool:
    """Return whether a fresh interpreter can use every module of stats without a third-party
    import.
    """
    code = (
        "import pkgutil, importlib, sys, canary.stats as s\n"
        "[importlib.import_module(f'canary.stats.{m.name}') for m in "
        "pkgutil.iter_modules(s.__path__)]\n"
        f"sys.exit(any(name in sys.modules for name in {THIRD_PARTY!r}))"
    )
    alone = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"]
    # The code stands above.
    return run(alone, check=False).returncode == 0  # noqa: S603
