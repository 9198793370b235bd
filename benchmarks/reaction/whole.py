"""Equal and worse canaries in whole rollouts: what the proposed composition does to them.

`read first`: every minute is looked at while 0 to 100% of each variant can be read, and the first
minute of a step, of which up to 20 s are still at the weights before, is known by its split.

python -m benchmarks.reaction.whole RUNS OUT.json [NAME ...]
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from benchmarks.verdicts.cells import LAWS, middle, percent
from benchmarks.verdicts.course import PROMOTED, ROLLED_BACK
from benchmarks.verdicts.guard_bets import AS_JUDGED, TWO_BETS
from benchmarks.verdicts.rollout import Rules, simulate
from benchmarks.verdicts.slices import Reading
from benchmarks.verdicts.worlds import Guarded, Shared, generator, no_bursts

ERRORS, USUALLY_SLOW = 0.005, Guarded(0.05)
# From the middle of a minute: a first read may have its seconds for one variant alone.
OUTAGE = Shared(outage_minute=20.4, outage_minutes=5, outage_rate=0.2)
X10 = Shared(outage_minute=20.4, outage_minutes=5, outage_factor=10.0)
RAMP, DIURNAL = Shared(ramp=3.0), Shared(diurnal=0.5)
AS_READ = {
    "today": Rules(TWO_BETS),
    "whole minutes": Rules(AS_JUDGED),
    "read first": Rules(AS_JUDGED, reading=Reading(late_seconds=20.0)),
}


@dataclass(frozen=True)
class Case:
    """One kind of rollouts; `cold`: factor on the canary's slow requests in each step's warm-up."""

    name: str
    errors: Guarded
    slow: Guarded = USUALLY_SLOW
    per_second: int = 100
    cold: float = 1.0
    read: tuple[str, ...] = ("read first", "today")


def cases() -> Iterator[Case]:
    """Yield every case, those that decide first."""
    both = ("read first", "whole minutes", "today")
    yield Case("equal", Guarded(ERRORS), read=both)
    yield Case("equal, 20% outage of both", Guarded(ERRORS, shared=OUTAGE), read=both)
    for law in LAWS:
        name = "" if law == "none" else f", errors {law}"
        if name:
            yield Case(f"equal{name}", Guarded(ERRORS, burst=LAWS[law]))
        world = Guarded(ERRORS, burst=LAWS[law], shared=X10)
        yield Case(f"equal{name}, x10 outage of both", world)
    yield Case("equal, ramp x4 an hour", Guarded(ERRORS, shared=RAMP))
    yield Case("equal, diurnal", Guarded(ERRORS, shared=DIURNAL))
    for factor in (1.5, 3.0):
        name = f"equal, {factor:g}x slower for two minutes after each move"
        yield Case(name, Guarded(ERRORS), cold=factor, read=("read first",))
    yield Case("equal", Guarded(ERRORS), per_second=1000)
    yield Case("equal, 20% outage of both", Guarded(ERRORS, shared=OUTAGE), per_second=1000)
    yield from _worse()
    for law in list(LAWS)[1:]:
        only = Guarded(ERRORS, burst=no_bursts, canary_burst=LAWS[law])
        yield Case(f"errors {law} in the canary alone", only)
    yield Case("equal", Guarded(ERRORS), per_second=10)
    yield Case("equal, 20% outage of both", Guarded(ERRORS, shared=OUTAGE), per_second=10)


def _worse() -> Iterator[Case]:
    for ratio in (2.0, 5.0, 20.0):
        yield Case(f"errors {ratio:g}x", Guarded(ERRORS, ratio))
    yield Case("slow 5 -> 7.5%", Guarded(ERRORS), Guarded(0.05, 1.5))
    for ratio in (3.0, 20.0):
        yield Case(f"{ratio:g}x errors only at 50%", Guarded(ERRORS, ratio, from_share=0.5))


def key(case: Case, how: str) -> str:
    """Return what a case's figures are kept under."""
    return f"{case.name}, {case.per_second}/s: {how}"


def measure(case: Case, how: str, runs: int) -> dict[str, float | None]:
    """Return how rollouts of a case end."""
    worlds, rules = (case.errors, case.slow), replace(AS_READ[how], cold=case.cold)
    rng = generator(51, case.name, case.per_second, how)
    ended = simulate(rng, worlds, case.per_second * 60, runs, rules=rules)
    return {
        "rolled_back": percent(ended.verdict == ROLLED_BACK),
        "promoted": percent(ended.verdict == PROMOTED),
        "median_minutes": middle(ended.minutes),
        "excess_bad": round(float(ended.excess_bad.mean()), 2),
        "runs": runs,
    }


def main(runs: int, out: Path, only: list[str]) -> None:
    """Work off every case, keeping what is done."""
    done = json.loads(out.read_text()) if out.exists() else {}
    for case in cases():
        for how in case.read:
            named = key(case, how)
            if named in done or (only and not any(name in named for name in only)):
                continue
            begun = monotonic()
            done[named] = measure(case, how, runs)
            out.write_text(json.dumps(done, indent=1) + "\n")
            print(named, done[named], f"{monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
