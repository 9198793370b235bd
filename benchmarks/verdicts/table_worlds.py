"""Worlds nothing was tuned on: extremes of traffic, share, rate and burst, with and without
history.
"""

import numpy as np

from benchmarks.verdicts.bake import Place, cross, placed
from benchmarks.verdicts.cells import Cell, Figures, middle, percent
from benchmarks.verdicts.course import ERRORS, SLOW
from benchmarks.verdicts.guard_bets import TWO_BETS
from benchmarks.verdicts.learning import nothing_known
from benchmarks.verdicts.processes import settle
from benchmarks.verdicts.worlds import (
    Burst,
    Guarded,
    fixed_share,
    gamma_bursts,
    generator,
    lasting_bursts,
    no_bursts,
    spikes,
)
from canary.stats.counts import Bound

MINUTES = 90
GUARDS = {"errors": ERRORS, "slow": SLOW}
BURSTS: dict[str, Burst] = {
    "no bursts": no_bursts,
    "CV .03": gamma_bursts(0.03),
    "CV .05": gamma_bursts(0.05),
    "CV .1": gamma_bursts(0.1),
    "CV .2": gamma_bursts(0.2),
    "CV .25": gamma_bursts(0.25),
    "CV 1": gamma_bursts(1.0),
    "3% of minutes x10": spikes(0.03, 10),
    "2-minute bursts x15": lasting_bursts(2, 15),
    "10-minute bursts x10": lasting_bursts(10, 10, 0.05),
}
# Requests a minute, share, base rate, guard, burst law, history known.
WORLDS = [
    (2, 0.5, 0.05, "errors", "no bursts", True),
    (60, 0.1, 0.0, "errors", "no bursts", True),
    (6000, 0.05, 0.0, "errors", "no bursts", True),
    (6_000_000, 0.5, 0.001, "errors", "no bursts", True),
    (6_000_000, 0.1, 0.01, "errors", "CV .03", True),
    (600_000, 0.01, 0.005, "errors", "CV .1", True),
    (60_000, 0.25, 0.05, "slow", "CV .05", True),
    (60_000, 0.25, 0.05, "slow", "CV .2", True),
    (6000, 0.25, 0.3, "slow", "no bursts", True),
    (6000, 0.05, 0.002, "errors", "no bursts", False),
    (6000, 0.25, 0.01, "errors", "no bursts", False),
    (6000, 0.25, 0.05, "slow", "no bursts", False),
    (6000, 0.5, 0.005, "errors", "CV .25", True),
    (6000, 0.9, 0.01, "errors", "no bursts", True),
    (6000, 0.9, 0.005, "errors", "CV 1", True),
    (30_000, 0.3, 0.003, "errors", "3% of minutes x10", True),
    (6000, 0.25, 0.003, "errors", "2-minute bursts x15", True),
    (6000, 0.25, 0.003, "errors", "10-minute bursts x10", True),
]


def measure(
    seed: int,
    runs: int,
    requests: int,
    share: float,
    base: float,
    name: str,
    law: str,
    *,
    known: bool,
) -> Figures:
    """Return roll-backs of canaries equal and on the tolerance's edge, and passes at the margin and
    of good ones.
    """
    guard, rng = GUARDS[name], generator(seed, "worlds", requests, share, base, name, law, known)
    equal = Guarded(base, burst=BURSTS[law])
    if known:
        here = placed(equal, rng, guard, runs, requests, share, runs_a_history=1)
    else:
        shares, nothing = np.full(runs, share), nothing_known(runs)
        terms = settle(nothing, guard.roll_back, guard.last_gate, shares, guard.grid)
        here = Place(terms, None, share)

    def crossed(bound: Bound) -> tuple[np.ndarray, np.ndarray]:
        world = Guarded(base, bound.ratio, bound.difference, burst=BURSTS[law])
        counts = fixed_share(world, rng, runs, requests, share, MINUTES)
        found = cross(counts, here, 0.05, 0.05, bets=TWO_BETS)
        return found.roll_back, found.advance

    same, edge, margin = (
        crossed(Bound(1.0, 0.0)),
        crossed(guard.roll_back),
        crossed(guard.last_gate),
    )
    return {
        "false_rollback": percent(same[0] <= MINUTES),
        "edge_rollback": percent(edge[0] <= MINUTES),
        "false_promotion": percent(margin[1] <= MINUTES),
        "good_advancing": percent(same[1] <= MINUTES),
        "median_advance": middle(same[1]),
    }


def _measure(seed: int, runs: int, *world: object) -> Figures:
    requests, share, base, name, law, known = world
    return measure(seed, runs, requests, share, base, name, law, known=bool(known))  # type: ignore[arg-type]


def cells() -> list[Cell]:
    """Return every world."""
    return [
        Cell(
            "other worlds",
            f"{w[0]:,} requests/min, {w[1]:.0%}, {w[3]} {w[2]:.1%}, {w[4]}",
            "history known" if w[5] else "no history",
            _measure,
            w,
        )
        for w in WORLDS
    ]
