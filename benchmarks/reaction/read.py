"""Every composition over every gathered cell: equal canaries taken back in percent, or the mean
minutes (of 60) until worse ones are, one line a cell.

python -m benchmarks.reaction.read DIRECTORY RUNS equal|worse [compositions|caps]
"""

import math
import sys
from pathlib import Path

import numpy as np

from benchmarks.reaction import cells
from benchmarks.reaction.compose import TODAY, Composition, alone, crossing

LIFTED = 1e300
FAST = (0.1, 0.3, 0.6)


def proposal(
    cap: float = 250, trip: float = 250, history: float = 0.2, **changes: object
) -> Composition:
    """Return a composition with the history bet and another cap where the history never tripped."""
    return Composition(
        history=history,
        history_where_bursts_last=min(0.3, history + 0.1),
        untripped_cap=math.log(cap),
        trip=math.log(trip),
        **changes,  # type: ignore[arg-type]
    )


SETS = {
    "compositions": {
        "today": TODAY,
        "cap 250": Composition(untripped_cap=math.log(250), trip=math.log(250)),
        "history .1": proposal(history=0.1),
        "history .2": proposal(),
        "history .3": proposal(history=0.3),
        "bursty too": proposal(raised_when_bursty=True),
        "fast kappas": proposal(kappas=FAST),
    },
    "caps": {
        "250": proposal(),
        "4000": proposal(4000),
        "none": proposal(LIFTED),
        "none, 10 min": proposal(LIFTED, raised_minutes=10),
        "none, 10 min, 80:1": proposal(LIFTED, raised_minutes=10, alpha=0.025, guards=2),
        "today, 80:1": Composition(alpha=0.025, guards=2),
    },
}


def main(directory: Path, runs: int, which: str, compositions: str) -> None:
    """Print a line a cell."""
    chosen = SETS[compositions]
    print("cell", *chosen, "history bet alone at 20:1", sep="; ")
    for cell in cells.everything() if which == "equal" else cells.worse():
        found, equal = cells.material(directory, runs, *cell), cell[3] == 1
        taken = [crossing(found, how) for how in chosen.values()]
        figures = [
            100 * np.isfinite(t).mean() if equal else np.minimum(t, cells.MINUTES).mean()
            for t in taken
        ]
        figures.append(100 * np.isfinite(alone(found, TODAY, 20)).mean())
        print(*cell, *(f"{value:.2f}" for value in figures), sep="; ", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], [*sys.argv, "compositions"][4])
