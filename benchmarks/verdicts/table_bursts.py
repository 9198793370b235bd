"""Bursts alike in both variants, six cells; with a shared outage on top, and in the canary alone
(open).
"""

import numpy as np

from benchmarks.verdicts.bake import cross
from benchmarks.verdicts.cells import LAWS, Cell, Figures, percent
from benchmarks.verdicts.learning import known_calm, learn
from benchmarks.verdicts.processes import Terms, settle
from benchmarks.verdicts.rollout import ERRORS
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
INCIDENTS = {"calm": Shared(), "shared outage x10": OUTAGE, "ramp x4": RAMP}


def terms_for(seed: int, runs: int, law: str, per_second: int, share: float, base: float) -> Terms:
    """Return the terms of every run, its history learnt from its own day."""
    requests = per_second * 60
    history = Guarded(base, burst=LAWS[law]).history(
        generator(seed, "history", law, per_second, base), runs, requests
    )
    return settle(
        learn(history, requests),
        ERRORS.roll_back,
        ERRORS.last_gate,
        np.full(runs, share),
        ERRORS.grid,
    )


def measure(
    seed: int, runs: int, law: str, place: tuple[int, float, float], incident: str, bets: str
) -> Figures:
    """Return false roll-backs of an equal canary, passes of one at the margin, and good ones
    passing, in percent.
    """
    per_second, share, base = place
    rng = generator(seed, "bursts", law, place, incident)
    shared, burst, requests = INCIDENTS[incident], LAWS[law], per_second * 60
    alone = bets == "request bet alone"
    terms = terms_for(seed, runs, law, per_second, share, base)
    if alone:
        calm = known_calm(runs, base, requests)
        terms = settle(calm, ERRORS.roll_back, ERRORS.last_gate, np.full(runs, share), ERRORS.grid)
    margin = Guarded(
        base, ERRORS.last_gate.ratio, ERRORS.last_gate.difference, burst=burst, shared=shared
    )
    equal = fixed_share(
        Guarded(base, burst=burst, shared=shared), rng, runs, requests, share, MINUTES
    )
    edge = fixed_share(margin, rng, runs, requests, share, MINUTES)
    good = cross(equal, terms, 0.05, 0.05, requests_alone=alone)
    bad = cross(edge, terms, 0.05, 0.05, roll_back=False, requests_alone=alone)
    return {
        "false_rollback": percent(good.roll_back <= MINUTES),
        "false_promotion": percent(bad.advance <= MINUTES),
        "good_advancing": percent(good.advance <= MINUTES),
    }


def measure_canary_only(seed: int, runs: int, law: str, place: tuple[int, float, float]) -> Figures:
    """Return passes at the margin when only the canary bursts, its mean at the margin; nothing
    learnt of it before.
    """
    per_second, share, base = place
    requests, rng = per_second * 60, generator(seed, "canary only", law, place)
    terms = terms_for(seed, runs, "none", per_second, share, base)
    factor = float(LAWS[law](generator(seed, "mean", law), (200, 2000)).mean())
    rate = ERRORS.last_gate.rate(base) / factor
    world = Guarded(base, rate / base, burst=no_bursts, canary_burst=LAWS[law])
    crossed = cross(fixed_share(world, rng, runs, requests, share, MINUTES), terms, 0.05, 0.05)
    return {
        "false_promotion": percent(crossed.advance <= np.minimum(crossed.roll_back - 1, MINUTES)),
        "rolled_back": percent(crossed.roll_back <= MINUTES),
    }


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
