"""The history bet by itself: how often equal canaries ever reach its threshold, and how soon worse
ones do.

python -m benchmarks.reaction.history_alone RUNS OUT.json [thinned-to-requests]
"""

import json
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from benchmarks.reaction.compose import Composition, alone
from benchmarks.reaction.material import gather
from benchmarks.verdicts.cells import LAWS
from benchmarks.verdicts.course import ERRORS
from benchmarks.verdicts.worlds import Guarded, Shared, no_bursts

MINUTES = 60
PLACES = [
    (100, 0.05, 0.002),
    (10, 0.1, 0.01),
    (5, 0.5, 0.002),
    (20, 0.1, 0.0005),
    (100, 0.01, 0.005),
    (100, 0.25, 0.002),
    (100, 0.5, 0.01),
    (200, 0.05, 0.0002),
    (200, 0.5, 0.02),
]
OUTAGE = Shared(outage_minute=20, outage_minutes=5, outage_factor=10.0)
HOUR_LONG = Shared(outage_minute=0, outage_minutes=60, outage_factor=10.0)
WORLDS = {**LAWS, "diurnal": no_bursts}


def world(law: str, base: float, ratio: float = 1.0, shared: Shared | None = None) -> Guarded:
    """Return the world of a law."""
    shared = shared or Shared(diurnal=0.5 if law == "diurnal" else 0.0)
    return Guarded(base, ratio, burst=WORLDS[law], shared=shared)


def cell(law: str, place: tuple[int, float, float], runs: int, *, by_level: bool) -> dict[str, Any]:
    """Return one row: equal canaries reaching 20:1, mean minutes of worse ones to 130:1."""
    per_second, share, base = place
    figures, how = {}, Composition()
    cases = {
        "equal": (1.0, None, None),
        "outage": (1.0, OUTAGE, None),
        "hour": (1.0, HOUR_LONG, None),
        "edge": (None, None, None),
        "canary_only": (1.0, None, "bursts"),
        "x5": (5.0, None, None),
        "x20": (20.0, None, None),
        "x70": (70.0, None, None),
    }
    for name, (ratio, shared, only) in cases.items():
        if only and law in {"none", "diurnal"}:
            continue
        edge = ERRORS.roll_back.rate(base) / base
        place_world = world(law, base, edge if ratio is None else ratio, shared)
        if only:
            place_world = Guarded(base, burst=no_bursts, canary_burst=WORLDS[law])
        material = gather(
            place_world,
            ERRORS,
            11,
            runs if (ratio in {1.0, None}) else max(runs // 4, 100),
            per_second * 60,
            share,
            MINUTES,
            law,
            name,
            level_by_level=by_level,
        )
        if ratio in {1.0, None}:
            figures[name] = round(float(100 * np.isfinite(alone(material, how, 20)).mean()), 2)
        else:
            minutes = np.minimum(alone(material, how, 130), MINUTES)
            figures[name] = round(float(minutes.mean()), 1)
    return figures


def main(runs: int, out: Path, *, by_level: bool) -> None:
    """Work off every cell, keeping what is done."""
    done = json.loads(out.read_text()) if out.exists() else {}
    for place in PLACES:
        for law in WORLDS:
            key = f"{law}, {place[2]:.2%}, {place[0]}/s, {place[1]:.0%}"
            if key in done:
                continue
            begun = monotonic()
            done[key] = cell(law, place, runs, by_level=by_level)
            out.write_text(json.dumps(done, indent=1))
            print(key, done[key], f"{monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), by_level="thinned-to-requests" not in sys.argv)
