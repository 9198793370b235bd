"""How near the information bound the bets come: one guard with no margin, and the whole composition
at the default margin.
"""

import numpy as np

from benchmarks.verdicts.boost import boosted_request_bet
from benchmarks.verdicts.bound import edge_minutes, information_minutes, request_bet
from benchmarks.verdicts.cells import Cell, Figures, mean, percent
from benchmarks.verdicts.composition import ALPHA, HOWS, REQUESTS, SHARE, crossing, seen
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.worlds import Guarded, fixed_share, generator

EIGHT_POINTS = (1.3, 1.7, 2.3, 3.3, 5.0, 8.0, 14.0, 30.0)
KNOWN, BOOSTED = "knows the ratio", " (experiment)"
GRIDS = {
    "4-point grid": ERRORS.grid,
    "8-point grid": EIGHT_POINTS,
    KNOWN: None,
    "4-point grid, boosted (experiment)": ERRORS.grid,
    "knows the ratio, boosted (experiment)": None,
}
PLACES = ((0.001, 3.0), (0.001, 5.0), (0.005, 2.0), (0.01, 2.0))
WORSE = {(0.001, 2.0): 240, (0.005, 2.0): 90, (0.01, 2.0): 60, (0.001, 5.0): 90}
"""(base, ratio) -> minutes of at most."""
HOUR = 60
FALLING = "on the edge, rate halved, base 0.1%"


def measure_bound(seed: int, runs: int, base: float, ratio: float, grid: str) -> Figures:
    """Return the request bet's mean detection time over the information bound (ratio 1, difference
    0, alpha 1%).
    """
    bound = information_minutes(REQUESTS, SHARE, base, ratio, 0.01)
    rng = generator(seed, "bound", base, ratio)
    counts = fixed_share(Guarded(base, ratio), rng, runs, REQUESTS, SHARE, int(15 * bound) + 20)
    rule = boosted_request_bet if BOOSTED in grid else request_bet
    minutes = rule(counts, 0.01, GRIDS[grid] or (ratio,))
    return {
        "bound_minutes": round(bound, 2),
        "mean_minutes": mean(minutes),
        "times_bound": round(float(minutes.mean()) / bound, 2),
    }


def measure_worse(seed: int, runs: int, how: str, base: float, ratio: float) -> Figures:
    """Return the composition's mean detection time over the bound at the edge of its null."""
    minutes, line = WORSE[base, ratio], ERRORS.roll_back
    truth = base * ratio / line.rate(base)
    found = crossing(seen(seed, runs, base, ratio, 0.0, minutes), HOWS[how], truth)
    until = np.minimum(found, minutes)
    edge = edge_minutes(REQUESTS, SHARE, base, ratio, line, ALPHA)
    return {"mean_minutes": mean(until), "times_bound": round(float(until.mean() / edge), 2)}


def measure_false(seed: int, runs: int, how: str, base: float, ratio: float) -> Figures:
    """Return how many canaries that are no worse than tolerated are taken back in an hour."""
    points = ERRORS.roll_back.difference if ratio > 1 else 0.0
    found = crossing(seen(seed, runs, base, ratio, points, HOUR), HOWS[how], 1.5)
    return {"rolled_back": percent(found <= HOUR)}


def cells() -> list[Cell]:
    """Return the request bet with no margin beside its bound."""
    return [
        Cell("bound", grid, f"base {base:.1%} x{ratio:g}", measure_bound, (base, ratio, grid))
        for grid in GRIDS
        if not grid.startswith(KNOWN)
        for base, ratio in PLACES
    ]


def experiments() -> list[Cell]:
    """Return what bets that know the ratio reach, and what each part of the composition costs, with
    the false roll-backs of what was tried.
    """
    found = [
        Cell("bound", grid, f"base {base:.1%} x{ratio:g}", measure_bound, (base, ratio, grid))
        for grid in GRIDS
        for base, ratio in PLACES
    ]
    table = "composition bound"
    for base, ratio in WORSE:
        column = f"base {base:.1%} x{ratio:g}"
        found += [Cell(table, how, column, measure_worse, (how, base, ratio)) for how in HOWS]
    for base in (0.001, 0.005):
        column = f"equal, base {base:.1%}"
        found += [Cell(table, how, column, measure_false, (how, base, 1.0)) for how in HOWS]
    edge = ERRORS.roll_back.ratio
    return found + [Cell(table, how, FALLING, measure_false, (how, -0.001, edge)) for how in HOWS]
