"""Reaction over time: one guard at a fixed share, how fast a regression is found, and what may
delay it.
"""

import numpy as np

from benchmarks.verdicts.bake import RUNS_A_HISTORY, Crossings, cross, placed
from benchmarks.verdicts.bound import edge_minutes
from benchmarks.verdicts.cells import Array, Cell, Figures, mean, middle, percent
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.guard_bets import TWO_BETS, Bets
from benchmarks.verdicts.worlds import Guarded, Shared, fixed_share, generator

REQUESTS, SHARE, ALPHA = 6000, 0.05, 0.05
DAY = 1440
OUTAGE = Shared(outage_minute=30, outage_minutes=5, outage_rate=0.2)


def watched(
    seed: int,
    runs: int,
    world: Guarded,
    minutes: int,
    *name: object,
    advance: bool = False,
    bets: Bets = TWO_BETS,
) -> tuple[Array, Crossings]:
    """Return (counts, crossings) of a guard judged from its first minute, its history learnt; by
    the request and pair bet alone unless other bets are given.
    """
    rng = generator(seed, "time", world.base, world.ratio, minutes, *name)
    here = placed(world, rng, ERRORS, runs, REQUESTS, SHARE, RUNS_A_HISTORY if bets.history else 1)
    counts = fixed_share(world, rng, runs, REQUESTS, SHARE, minutes)
    return counts, cross(counts, here, ALPHA, ALPHA, advance=advance, bets=bets)


def measure_detection(
    seed: int, runs: int, base: float, ratio: float, bets: Bets = TWO_BETS
) -> Figures:
    """Return the mean minutes until a regression present from the first judged window is taken
    back.
    """
    minutes = 240
    counts, crossed = watched(seed, runs, Guarded(base, ratio), minutes, "detection", bets=bets)
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


def cells() -> list[Cell]:
    """Return detection, late onset, recovery and rhythm."""
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
    return found


def _outage(seed: int, runs: int, base: float, outage: bool) -> Figures:  # noqa: FBT001
    return measure_outage(seed, runs, base, outage=outage)
