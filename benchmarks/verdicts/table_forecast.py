"""The forecast against simulation: median minutes to advance an equal canary, and to take a worse
one back.
"""

import numpy as np

from benchmarks.verdicts.bake import cross, placed
from benchmarks.verdicts.cells import LAWS, Cell, Figures, middle
from benchmarks.verdicts.course import ERRORS, SLOW, GuardPlan
from benchmarks.verdicts.guard_bets import TWO_BETS
from benchmarks.verdicts.worlds import Guarded, fixed_share, generator
from canary.stats import forecast
from canary.stats.history import History
from canary.stats.setting import settle as settle_one

LIMIT = 480
GUARDS = {"errors": ERRORS, "slow_requests": SLOW}
ADVANCES = [
    ("errors", "none", 10, 0.05, 0.01),
    ("errors", "none", 100, 0.05, 0.001),
    ("errors", "none", 100, 0.05, 0.01),
    ("errors", "none", 30, 0.25, 0.005),
    ("errors", "none", 10, 0.1, 0.0),
    ("slow_requests", "none", 10, 0.1, 0.05),
    ("slow_requests", "none", 100, 0.05, 0.05),
    ("errors", "gamma, CV 0.5", 100, 0.25, 0.005),
    ("errors", "gamma, CV 0.5", 1000, 0.1, 0.002),
    ("errors", "gamma, CV 1.4", 1000, 0.25, 0.001),
]
DETECTIONS = [
    ("errors", 100, 0.05, 0.001, 2.0),
    ("errors", 100, 0.05, 0.001, 5.0),
    ("errors", 100, 0.05, 0.005, 2.0),
    ("errors", 10, 0.1, 0.01, 2.0),
    ("errors", 10, 0.05, 0.01, 5.0),
    ("errors", 10, 0.25, 0.002, 5.0),
    ("errors", 100, 0.05, 0.01, 1.5),
    ("errors", 1000, 0.05, 0.001, 2.0),
    ("slow_requests", 10, 0.1, 0.05, 1.5),
    ("slow_requests", 10, 0.05, 0.05, 2.0),
]


def measure_advance(
    seed: int, runs: int, name: str, law: str, per_second: int, share: float, base: float
) -> Figures:
    """Return forecast and simulated median minutes until an equal canary is within the margin."""
    guard, requests = GUARDS[name], per_second * 60
    world = Guarded(base, burst=LAWS[law])
    crossed, facts = _simulated(
        generator(seed, "forecast", name, law, per_second, share, base),
        world,
        guard,
        requests,
        share,
        runs,
        advance=True,
    )
    setting = settle_one(facts, guard.roll_back, guard.last_gate, share, guard.grid)
    median, p90 = forecast.advance_minutes(setting, forecast.Traffic(share, requests), 0.05)
    return _figures(median, crossed, p90)


def measure_detection(
    seed: int, runs: int, name: str, per_second: int, share: float, base: float, ratio: float
) -> Figures:
    """Return forecast and simulated median minutes until a worse canary is taken back."""
    guard, requests = GUARDS[name], per_second * 60
    rng = generator(seed, "detection forecast", name, per_second, share, base, ratio)
    crossed, _ = _simulated(rng, Guarded(base, ratio), guard, requests, share, runs, advance=False)
    traffic = forecast.Traffic(share, requests)
    return _figures(
        forecast.detection_minutes(base, base * ratio, guard.roll_back, traffic, 0.05, 1), crossed
    )


def _simulated(
    rng: np.random.Generator,
    world: Guarded,
    guard: GuardPlan,
    requests: int,
    share: float,
    runs: int,
    *,
    advance: bool,
) -> tuple[np.ndarray, History]:
    """Return (crossing minutes, the typical history)."""
    here = placed(world, rng, guard, runs, requests, share, runs_a_history=1)
    known = here.terms.history
    counts = fixed_share(world, rng, runs, requests, share, LIMIT)
    crossed = cross(counts, here, 0.05, 0.05, advance=advance, roll_back=not advance, bets=TWO_BETS)
    facts = History(
        1440,
        float(np.median(known.rate)),
        float(np.median(known.burstiness)),
        int(np.median(known.burst_lags)),
        float(requests),
    )
    return (crossed.advance if advance else crossed.roll_back), facts


def _figures(median: float, crossed: np.ndarray, p90: float | None = None) -> Figures:
    simulated = middle(crossed)
    figures: Figures = {"forecast_median": round(median, 1), "simulated_median": simulated}
    if simulated is not None:
        figures["relative_error"] = round(median / simulated - 1, 3)
    if p90 is not None:
        figures["forecast_p90"] = round(p90, 1)
        figures["simulated_p90"] = (
            round(float(np.quantile(crossed, 0.9)), 1)
            if np.quantile(crossed, 0.9) < np.inf
            else None
        )
    return figures


def cells() -> list[Cell]:
    """Return ten forecasts of advancing and ten of detection."""
    found = [
        Cell(
            "forecast of advancing",
            f"{name}, {law}",
            f"{n}/s {share:.0%} base {base:.1%}",
            measure_advance,
            (name, law, n, share, base),
        )
        for name, law, n, share, base in ADVANCES
    ]
    return found + [
        Cell(
            "forecast of detection",
            f"{name} x{ratio:g}",
            f"{n}/s {share:.0%} base {base:.1%}",
            measure_detection,
            (name, n, share, base, ratio),
        )
        for name, n, share, base, ratio in DETECTIONS
    ]
