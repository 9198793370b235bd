"""A baseline as small as the canary: error rates and minutes beside a control, and beside all the
rest of the traffic.
"""

import numpy as np

from benchmarks.verdicts.bake import cross, placed
from benchmarks.verdicts.cells import LAWS, Cell, Figures, middle, percent
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.worlds import Guarded, fixed_share, generator

MINUTES = 60
PLACES = [(100, 0.05, 0.002), (100, 0.25, 0.002)]
ROWS = ("none", "gamma, CV 0.5", "5-minute bursts x20")
WORSE = 3.0
"""The rate of the bad canary, as a multiple."""


def measure(
    seed: int, runs: int, law: str, place: tuple[int, float, float], *, control: bool
) -> Figures:
    """Return false roll-backs of an equal canary, passes of one at the margin and good ones
    passing, in percent; minutes of a good one to advance and of a bad one to be taken back, both
    the median.
    """
    per_second, share, base = place
    burst, requests = LAWS[law], per_second * 60
    rng = generator(seed, "control", law, place, control)
    equal = Guarded(base, burst=burst)
    known = generator(seed, "history of control", law, place, control)
    beside = share if control else None
    here = placed(equal, known, ERRORS, runs, requests, share, beside=beside)
    # As much again beside the canary's share: half of twice of it.
    served, part = (round(2 * share * requests), 0.5) if control else (requests, share)

    def counts(world: Guarded) -> np.ndarray:
        return fixed_share(world, rng, runs, served, part, MINUTES)

    edge = Guarded(base, ERRORS.last_gate.ratio, ERRORS.last_gate.difference, burst=burst)
    good = cross(counts(equal), here, 0.05, 0.05)
    passed = cross(counts(edge), here, 0.05, 0.05, roll_back=False)
    bad = cross(counts(Guarded(base, WORSE, burst=burst)), here, 0.05, 0.05, advance=False)
    return {
        "false_rollback": percent(good.roll_back <= MINUTES),
        "false_promotion": percent(passed.advance <= MINUTES),
        "good_advancing": percent(good.advance <= MINUTES),
        "advance_minutes": middle(good.advance),
        "taken_back": percent(bad.roll_back <= MINUTES),
        "taken_back_minutes": middle(bad.roll_back),
    }


def of_control(
    seed: int, runs: int, law: str, place: tuple[int, float, float], beside: str
) -> Figures:
    """Return the figures beside a control, or beside the whole baseline."""
    return measure(seed, runs, law, place, control=beside == "control")


def cells() -> list[Cell]:
    """Return every law in every place, beside the baseline and beside a control."""
    return [
        Cell(
            "control",
            f"{law}: beside the {beside}",
            f"{place[0]}/s {place[1]:.0%} base {place[2]:.1%}",
            of_control,
            (law, place, beside),
        )
        for law in ROWS
        for beside in ("baseline", "control")
        for place in PLACES
    ]
