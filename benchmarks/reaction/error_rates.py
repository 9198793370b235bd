"""False roll-backs of all bets, as the judge makes them, one guard at a fixed share for an hour:
every burst law, with incidents that both share, and bursts in the canary alone; and what each part
of the composition costs against the information bound.

python -m benchmarks.reaction.error_rates RUNS OUT.json [TABLE ...]      resumable
"""

import json
import sys
from pathlib import Path
from time import monotonic

from benchmarks.verdicts import table_bound, table_bursts
from benchmarks.verdicts.cells import LAWS, Cell

SEED, BETS = 20, "all bets"


def cells() -> list[Cell]:
    """Return every cell; those that decide first."""
    measure, canary_only = table_bursts.measure, table_bursts.measure_canary_only
    found = []
    for law in LAWS:
        for place in table_bursts.PLACES:
            column = f"{place[0]}/s {place[1]:.0%} base {place[2]:.1%}"
            for name, incident in TOLD.items():
                row = f"{law}{name}"
                found.append(
                    Cell("error rates", row, column, measure, (law, place, incident, BETS))
                )
            if law != "none":
                found.append(Cell("canary alone", law, column, canary_only, (law, place, BETS)))
    return found + table_bound.experiments()


TOLD = {"": "calm", ", x10 outage of both": "shared outage x10", ", ramp x4": "ramp x4"}


def main(runs: int, out: Path, only: list[str]) -> None:
    """Work off every cell, keeping what is done."""
    done = json.loads(out.read_text()) if out.exists() else {}
    for cell in cells():
        here = done.get(cell.table, {}).get(cell.row, {})
        if cell.column in here or (only and cell.table not in only):
            continue
        done.setdefault(cell.table, {})[cell.row] = here
        begun = monotonic()
        here[cell.column] = {**cell.run(SEED, runs), "runs": runs}
        out.write_text(json.dumps(done, indent=1) + "\n")
        print(*cell.name, here[cell.column], f"{monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
