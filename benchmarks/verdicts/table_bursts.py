"""Bursts alike in both variants, six cells; with a shared outage on top, and in the canary alone
(open).
"""

import numpy as np

from benchmarks.verdicts.bake import Place, cross, cross_requests_alone, placed
from benchmarks.verdicts.cells import LAWS, Cell, Figures, percent
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.guard_bets import AS_JUDGED, TWO_BETS, Bets
from benchmarks.verdicts.learning import known_calm
from benchmarks.verdicts.processes import settle
from benchmarks.verdicts.worlds import Guarded, Shared, fixed_share, generator, no_bursts

MINUTES = 60
PLACES = [
    (10, 0.1, 0.01),
    (100, 0.05, 0.002),
    (100, 0.25, 0.002),
    (100, 0.5, 0.01),
    (1000, 0.1, 0.002),
    (1000, 0.25, 0.001),
]
OUTAGE = Shared(outage_minute=20, outage_minutes=5, outage_factor=10.0)
RAMP = Shared(ramp=3.0)
BETS = {"both bets": TWO_BETS, "all bets": AS_JUDGED}
INCIDENTS = {"calm": Shared(), "shared outage x10": OUTAGE, "ramp x4": RAMP}


def place_for(
    seed: int, runs: int, law: str, place: tuple[int, float, float], bets: Bets, *name: object
) -> Place:
    """Return the place of every run, its history learnt from a day of its law."""
    per_second, share, base = place
    world, requests = Guarded(base, burst=LAWS[law]), per_second * 60
    if not bets.history:
        rng = generator(seed, "history", law, per_second, base)
        return placed(world, rng, ERRORS, runs, requests, share, runs_a_history=1)
    rng = generator(seed, "history", law, per_second, share, base, *name)
    return placed(world, rng, ERRORS, runs, requests, share)


def measure(
    seed: int, runs: int, law: str, place: tuple[int, float, float], incident: str, bets: str
) -> Figures:
    """Return false roll-backs of an equal canary, passes of one at the margin, and good ones
    passing, in percent.
    """
    per_second, share, base = place
    rng = generator(seed, "bursts", law, place, incident)
    shared, burst, requests = INCIDENTS[incident], LAWS[law], per_second * 60
    margin = Guarded(
        base, ERRORS.last_gate.ratio, ERRORS.last_gate.difference, burst=burst, shared=shared
    )
    equal = fixed_share(
        Guarded(base, burst=burst, shared=shared), rng, runs, requests, share, MINUTES
    )
    edge = fixed_share(margin, rng, runs, requests, share, MINUTES)
    if bets == "request bet alone":
        calm, shares = known_calm(runs, base, requests), np.full(runs, share)
        terms = settle(calm, ERRORS.roll_back, ERRORS.last_gate, shares, ERRORS.grid)
        good, bad = (cross_requests_alone(c, terms, 0.05, 0.05) for c in (equal, edge))
    else:
        bet = BETS[bets]
        here = place_for(seed, runs, law, place, bet, incident)
        good = cross(equal, here, 0.05, 0.05, bets=bet)
        bad = cross(edge, here, 0.05, 0.05, roll_back=False)
    return {
        "false_rollback": percent(good.roll_back <= MINUTES),
        "false_promotion": percent(bad.advance <= MINUTES),
        "good_advancing": percent(good.advance <= MINUTES),
    }


def measure_canary_only(
    seed: int, runs: int, law: str, place: tuple[int, float, float], bets: str = "both bets"
) -> Figures:
    """Return what happens when only the canary bursts, nothing learnt of it before: passes and
    roll-backs of one whose mean is at the margin, roll-backs of one whose mean is the baseline's.
    """
    per_second, share, base = place
    requests, rng = per_second * 60, generator(seed, "canary only", law, place)
    bet = BETS[bets]
    here = place_for(seed, runs, "none", place, bet, "canary only", law)
    factor = float(LAWS[law](generator(seed, "mean", law), (200, 2000)).mean())

    def counts(mean: float) -> np.ndarray:
        world = Guarded(base, mean / factor, burst=no_bursts, canary_burst=LAWS[law])
        return fixed_share(world, rng, runs, requests, share, MINUTES)

    crossed = cross(counts(ERRORS.last_gate.rate(base) / base), here, 0.05, 0.05, bets=bet)
    found: Figures = {
        "false_promotion": percent(crossed.advance <= np.minimum(crossed.roll_back - 1, MINUTES)),
        "rolled_back": percent(crossed.roll_back <= MINUTES),
    }
    if bets == "both bets":
        return found
    equal = cross(counts(1.0), here, 0.05, 0.05, advance=False, bets=bet)
    return {**found, "equal_rolled_back": percent(equal.roll_back <= MINUTES)}


def cells() -> list[Cell]:
    """Return every law in every place: alone and combined, with incidents on top, and in the canary
    alone.
    """
    found = []
    for law in LAWS:
        for place in PLACES:
            column = f"{place[0]}/s {place[1]:.0%} base {place[2]:.1%}"
            found += [
                Cell("bursts", f"{law}: {bets}", column, measure, (law, place, "calm", bets))
                for bets in ("request bet alone", "both bets")
            ]
            found += [
                Cell(
                    "bursts",
                    f"{law}: both bets, {incident}",
                    column,
                    measure,
                    (law, place, incident, "both bets"),
                )
                for incident in ("shared outage x10", "ramp x4")
            ]
            if law != "none":
                found.append(
                    Cell(
                        "bursts in the canary alone", law, column, measure_canary_only, (law, place)
                    )
                )
    return found
