"""Equal and worse canaries in whole rollouts: what the proposed composition does to them.

python -m benchmarks.reaction.whole RUNS OUT.json
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from benchmarks.reaction.rollouts import PROPOSED, TODAY, simulate
from benchmarks.verdicts.cells import LAWS, middle, percent
from benchmarks.verdicts.rollout import PROMOTED, ROLLED_BACK
from benchmarks.verdicts.worlds import Guarded, Shared, generator

OUTAGE = Shared(outage_minute=20, outage_minutes=5, outage_rate=0.2)
X10 = Shared(outage_minute=20, outage_minutes=5, outage_factor=10.0)


def pair(base: float, slow: float, make: Callable[[float, int], Guarded]) -> tuple[Guarded, ...]:
    """Return a world a guard."""
    return make(base, 0), make(slow, 1)


def cases() -> dict[str, tuple[int, tuple[Guarded, ...], float, int]]:
    """Return name -> (requests a second, worlds, cold factor, share of the runs)."""
    errors, slow = 0.005, 0.05
    found: dict[str, tuple[int, tuple[Guarded, ...], float, int]] = {
        "equal, 100/s": (100, (Guarded(errors), Guarded(slow)), 1.0, 1),
        "equal with an outage both share, 100/s": (
            100,
            (Guarded(errors, shared=OUTAGE), Guarded(slow)),
            1.0,
            1,
        ),
        "equal, 1000/s": (1000, (Guarded(errors), Guarded(slow)), 1.0, 1),
        "equal, cold x1.5 for two minutes, 100/s": (
            100,
            (Guarded(errors), Guarded(slow)),
            1.5,
            1,
        ),
        "equal, cold x3 for two minutes, 100/s": (100, (Guarded(errors), Guarded(slow)), 3.0, 2),
    }
    for ratio in (2.0, 5.0, 20.0):
        found[f"errors {ratio:g}x, 100/s"] = (
            100,
            (Guarded(errors, ratio), Guarded(slow)),
            1.0,
            2,
        )
    found["slow 5 -> 7.5%, 100/s"] = (100, (Guarded(errors), Guarded(slow, 1.5)), 1.0, 2)
    found["3x errors only at 50%, 100/s"] = (
        100,
        (Guarded(errors, 3.0, from_share=0.5), Guarded(slow)),
        1.0,
        2,
    )
    found["20x errors only at 50%, 100/s"] = (
        100,
        (Guarded(errors, 20.0, from_share=0.5), Guarded(slow)),
        1.0,
        2,
    )
    found["equal, 10/s"] = (10, (Guarded(errors), Guarded(slow)), 1.0, 1)
    found["equal with an outage both share, 10/s"] = (
        10,
        (Guarded(errors, shared=OUTAGE), Guarded(slow)),
        1.0,
        1,
    )
    for law in list(LAWS)[1:]:
        found[f"equal, errors {law}, outage x10, 100/s"] = (
            100,
            (Guarded(errors, burst=LAWS[law], shared=X10), Guarded(slow)),
            1.0,
            2,
        )
    return found


def main(runs: int, out: Path) -> None:
    """Work off every case, keeping what is done."""
    done = json.loads(out.read_text()) if out.exists() else {}
    for name, (per_second, worlds, cold, part) in cases().items():
        for label, proposal in (("proposed", PROPOSED), ("today", TODAY)):
            key = f"{name}: {label}"
            if key in done or (label == "today" and name.startswith("equal, cold")):
                continue
            begun = monotonic()
            rng = generator(51, name)
            ended = simulate(rng, worlds, per_second * 60, runs // part, proposal, cold=cold)
            done[key] = {
                "rolled_back": percent(ended.verdict == ROLLED_BACK),
                "promoted": percent(ended.verdict == PROMOTED),
                "median_minutes": middle(ended.minutes),
                "excess_bad": round(float(ended.excess_bad.mean()), 2),
                "runs": runs // part,
            }
            out.write_text(json.dumps(done, indent=1))
            print(key, done[key], f"{monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
