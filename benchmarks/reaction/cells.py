"""The cells that decide, gathered once.

python -m benchmarks.reaction.cells DIRECTORY RUNS equal|worse
"""

import sys
from pathlib import Path
from time import monotonic

from benchmarks.reaction.history_alone import HOUR_LONG, OUTAGE, world
from benchmarks.reaction.material import Material, cached, gather
from benchmarks.verdicts.cells import LAWS
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.worlds import Guarded, Shared, gamma_bursts, no_bursts, spikes

MINUTES = 60
PLACES = [(10, 0.1, 0.01), (100, 0.05, 0.002), (100, 0.5, 0.01), (1000, 0.25, 0.001)]
INCIDENTS = {"calm": Shared(), "outage": OUTAGE, "ramp": Shared(ramp=3.0), "hour": HOUR_LONG}


def equal(law: str, incident: str) -> dict[str, object]:
    """Return the world of an equal canary."""
    return {"law": law, "incident": incident, "ratio": 1.0}


def material(
    directory: Path,
    runs: int,
    law: str,
    place: tuple[int, float, float],
    incident: str,
    ratio: float,
) -> Material:
    """Return one cell's material, kept in a directory."""
    per_second, share, base = place
    shared = Shared(diurnal=0.5) if law == "diurnal" else INCIDENTS[incident]
    if law.startswith("canary only"):
        here = Guarded(base, ratio, burst=no_bursts, canary_burst=LAWS[law.split(": ")[1]])
    elif law.startswith("rare"):
        here = Guarded(base, ratio, burst=spikes(float(law.split()[1]), 30.0), shared=shared)
    elif law.startswith("CV"):
        here = Guarded(base, ratio, burst=gamma_bursts(float(law.split()[1])), shared=shared)
    else:
        here = world(law, base, ratio, shared)
    name = f"{law}-{per_second}-{share}-{base}-{incident}-{ratio}-{runs}.npz".replace("/", "")
    return cached(
        directory / name,
        lambda: gather(
            here, ERRORS, 23, runs, per_second * 60, share, MINUTES, law, incident, "cells"
        ),
    )


def everything() -> list[tuple[str, tuple[int, float, float], str, float]]:
    """Return the cells, those that decide first."""
    found = [(law, p, i, 1.0) for i in ("calm", "outage") for p in PLACES for law in LAWS]
    found += [("diurnal", p, "calm", 1.0) for p in PLACES[:2]]
    found += [(law, p, "ramp", 1.0) for law in list(LAWS)[:4] for p in PLACES[:2]]
    found += [(f"rare {q}", p, "calm", 1.0) for q in (0.001, 0.0003) for p in PLACES[1:3]]
    return found


def worse() -> list[tuple[str, tuple[int, float, float], str, float]]:
    """Return worse canaries."""
    return [
        (law, p, "calm", r)
        for p in ((100, 0.05, 0.002), (100, 0.05, 0.001), (10, 0.1, 0.01))
        for law in (*LAWS, "canary only: gamma, CV 1.4", "canary only: 2% of minutes x30")
        for r in ((2.0, 5.0, 20.0, 70.0) if not law.startswith("can") else (1.0,))
    ]


if __name__ == "__main__":
    where, runs = Path(sys.argv[1]), int(sys.argv[2])
    for law, place, incident, ratio in everything() if sys.argv[3] == "equal" else worse():
        begun = monotonic()
        material(where, runs, law, place, incident, ratio)
        print(law, place, incident, ratio, f"{monotonic() - begun:.0f} s", flush=True)
