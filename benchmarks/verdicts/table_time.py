"""Reaction over time: one guard at a fixed share, how fast a regression is found, and what may
delay it.
"""

import numpy as np

from benchmarks.verdicts.bake import Crossings, cross
from benchmarks.verdicts.boost import boosted_request_bet
from benchmarks.verdicts.bound import edge_minutes, information_minutes, request_bet
from benchmarks.verdicts.cells import Array, Cell, Figures, mean, middle, percent
from benchmarks.verdicts.learning import learn
from benchmarks.verdicts.processes import settle
from benchmarks.verdicts.rollout import ERRORS
from benchmarks.verdicts.worlds import Guarded, Shared, fixed_share, generator

REQUESTS, SHARE, ALPHA = 6000, 0.05, 0.05
DAY = 1440
EIGHT_POINTS = (1.3, 1.7, 2.3, 3.3, 5.0, 8.0, 14.0, 30.0)
GRIDS = {
    "4-point grid": ERRORS.grid,
    "8-point grid": EIGHT_POINTS,
    "4-point grid, boosted (experiment)": ERRORS.grid,
}
OUTAGE = Shared(outage_minute=30, outage_minutes=5, outage_rate=0.2)


def watched(
    seed: int, runs: int, world: Guarded, minutes: int, *name: object, advance: bool = False
) -> tuple[Array, Crossings]:
    """Return (counts, crossings) of a guard judged from its first minute, its history learnt."""
    rng = generator(seed, "time", world.base, world.ratio, minutes, *name)
    history = learn(world.history(rng, runs, REQUESTS), REQUESTS)
    terms = settle(history, ERRORS.roll_back, ERRORS.last_gate, np.full(runs, SHARE), ERRORS.grid)
    counts = fixed_share(world, rng, runs, REQUESTS, SHARE, minutes)
    return counts, cross(counts, terms, ALPHA, ALPHA, advance=advance)


def measure_detection(seed: int, runs: int, base: float, ratio: float) -> Figures:
    """Return the mean minutes until a regression present from the first judged window is taken
    back.
    """
    minutes = 240
    counts, crossed = watched(seed, runs, Guarded(base, ratio), minutes, "detection")
    until = np.minimum(crossed.roll_back, minutes)
    bad = np.cumsum(counts[:, 0], axis=0)[until.astype(int) - 1, np.arange(runs)]
    edge = edge_minutes(REQUESTS, SHARE, base, ratio, ERRORS.roll_back, ALPHA)
    return {
        "mean_minutes": mean(until),
        "median_minutes": middle(until),
        "bad_served": mean(bad),
        "missed": percent(crossed.roll_back > minutes),
        "times_bound": round(float(until.mean() / edge), 2),
    }


def measure_onset(seed: int, runs: int, base: float, onset: int) -> Figures:
    """Return the mean minutes from a five-fold regression's onset, late in a bake, to its
    roll-back.
    """
    _, crossed = watched(
        seed, runs, Guarded(base, 5, onset_minute=onset), onset + 240, "onset", onset
    )
    valid = crossed.roll_back > onset
    delay = np.minimum(crossed.roll_back[valid] - onset, 240)
    return {"mean_minutes": mean(delay), "rolled_back_before": percent(~valid)}


def measure_outage(seed: int, runs: int, base: float, *, outage: bool) -> Figures:
    """Return the mean minutes to a roll-back of a regression at minute 40, after an outage both
    shared or none.
    """
    world = Guarded(base, 5, onset_minute=40, shared=OUTAGE if outage else Shared())
    _, crossed = watched(seed, runs, world, 240, "outage", outage)
    valid = crossed.roll_back > 40
    return {
        "mean_minutes": mean(crossed.roll_back[valid] - 40),
        "rolled_back_before": percent(~valid),
    }


def measure_diurnal(seed: int, runs: int, base: float, ratio: float) -> Figures:
    """Return what a day's rhythm (half to one and a half of the rate) does to a day of looks."""
    points = ERRORS.last_gate.difference if ratio == ERRORS.last_gate.ratio else 0.0
    world = Guarded(base, ratio, points, shared=Shared(diurnal=0.5))
    _, crossed = watched(seed, runs, world, DAY, "diurnal", advance=True)
    return {
        "rolled_back": percent(crossed.roll_back <= DAY),
        "advanced": percent(crossed.advance <= DAY),
        "median_advance": middle(crossed.advance),
    }


def measure_bound(seed: int, runs: int, base: float, ratio: float, grid: str) -> Figures:
    """Return the request bet's mean detection time over the information bound (ratio 1, difference
    0, alpha 1%).
    """
    bound = information_minutes(REQUESTS, SHARE, base, ratio, 0.01)
    rng = generator(seed, "bound", base, ratio)
    counts = fixed_share(Guarded(base, ratio), rng, runs, REQUESTS, SHARE, int(15 * bound) + 20)
    rule = boosted_request_bet if "boosted" in grid else request_bet
    minutes = rule(counts, 0.01, GRIDS[grid])
    return {
        "bound_minutes": round(bound, 2),
        "mean_minutes": mean(minutes),
        "times_bound": round(float(minutes.mean()) / bound, 2),
    }


def cells() -> list[Cell]:
    """Return detection, late onset, recovery, rhythm and the information bound."""
    found = [
        Cell("detection", f"{ratio:g}x", f"base {base:.1%}", measure_detection, (base, ratio))
        for base in (0.001, 0.005, 0.01)
        for ratio in (2.0, 5.0, 20.0)
    ]
    found += [
        Cell("late onset", name, f"base {base:.1%}", measure_onset, (base, onset))
        for base in (0.001, 0.005)
        for name, onset in (("0", 0), ("1 h", 60), ("4 h", 240), ("24 h", DAY))
    ]
    found += [
        Cell(
            "shared outage",
            "after an outage" if outage else "without",
            f"base {base:.1%}",
            _outage,
            (base, outage),
        )
        for base in (0.001, 0.005)
        for outage in (False, True)
    ]
    found += [
        Cell("diurnal", name, f"base {base:.1%}", measure_diurnal, (base, ratio))
        for base in (0.001, 0.005)
        for name, ratio in (("equal", 1.0), ("at the margin", 1.5))
    ]
    found += [
        Cell("bound", grid, f"base {base:.1%} x{ratio:g}", measure_bound, (base, ratio, grid))
        for grid in GRIDS
        for base, ratio in ((0.001, 3.0), (0.001, 5.0), (0.005, 2.0), (0.01, 2.0))
    ]
    return found


def _outage(seed: int, runs: int, base: float, outage: bool) -> Figures:  # noqa: FBT001
    return measure_outage(seed, runs, base, outage=outage)
