"""Write what was measured of reaction into docs/statistics.md, or check that it is not stale.

python -m benchmarks.reaction.document            the page from the kept results
python -m benchmarks.reaction.document --take     first takes over what was made in out/bench:
                                                  reaction.json (benchmarks.incidents.run),
                                                  reaction-whole.json (benchmarks.reaction.whole),
                                                  error-rates.json (.error_rates)
python -m benchmarks.reaction.document --check    fails when the page is stale

Stale means: the page differs from the kept results. That these are what the code computes is a
test.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.incidents import table
from benchmarks.reaction import whole
from benchmarks.verdicts.render import cells, grid, number

PAGE = Path("docs/statistics.md")
KEPT = {
    "incidents": Path("benchmarks/incidents/results.json"),
    "whole": Path("benchmarks/reaction/results/whole.json"),
    "rates": Path("benchmarks/reaction/results/error-rates.json"),
}
MADE = {
    "incidents": Path("out/bench/reaction.json"),
    "whole": Path("out/bench/reaction-whole.json"),
    "rates": Path("out/bench/error-rates.json"),
}
BLOCK = re.compile(r"(<!-- reaction: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def incidents() -> str:
    """Return reaction beside an alarm and a loop of checks."""
    return table.reaction(_kept("incidents")["runs"])


def rollouts() -> str:
    """Return whole rollouts, a row a case that was measured."""
    done = _kept("whole")
    header = ["canary", *whole.AS_READ]
    rows = [
        [f"{case.name}, {case.per_second}/s", *(_ended(done, case, how) for how in whole.AS_READ)]
        for case in whole.cases()
        if any(whole.key(case, how) in done for how in whole.AS_READ)
    ]
    return grid(header, rows)


def rates() -> str:
    """Return false roll-backs over the places that were measured, a row a law and incident."""
    rows = []
    measured = _kept("rates")["error rates"].items()
    for row, by_place in ((row, found) for row, found in measured if found):
        found = [values["false_rollback"] for values in by_place.values()]
        worst = max(by_place, key=lambda place: by_place[place]["false_rollback"])
        span = f"{number(min(found))} - {number(max(found))}"
        rows.append([row, span, worst, str(len(found))])
    return grid(["bursts and incident", "false roll-back %", "worst at", "places"], rows)


def alone() -> str:
    """Return what bursts in the canary alone do, a row a law, from the best place to the worst."""
    asked = {
        "equal rolled back %": "equal_rolled_back",
        "at the margin promoted %": "false_promotion",
    }
    rows = []
    for law, by_place in _kept("rates")["canary alone"].items():
        spans = (sorted(place[key] for place in by_place.values()) for key in asked.values())
        rows.append([law, *(f"{number(s[0])} - {number(s[-1])}" for s in spans)])
    return grid(["bursts in the canary alone", *asked], rows)


def bounds(table_name: str) -> str:
    """Return how near the information bound the bets come."""
    return cells(_kept("rates"), table_name, _near)


def _near(values: dict[str, float | None]) -> str:
    if "rolled_back" in values:
        return f"{number(values['rolled_back'])}%"
    return f"{number(values['times_bound'])}x"


def _ended(done: dict[str, Any], case: whole.Case, how: str) -> str:
    found = done.get(whole.key(case, how))
    if found is None:
        return ""
    ends = f"{number(found['rolled_back'])}/{number(found['promoted'])}"
    return f"{ends}; {number(found['median_minutes'])}; {number(found['excess_bad'])}"


BLOCKS: dict[str, Callable[[], str]] = {
    "incidents": incidents,
    "rollouts": rollouts,
    "error-rates": rates,
    "canary-alone": alone,
    "bound": partial(bounds, "bound"),
    "composition-bound": partial(bounds, "composition bound"),
}


def rendered(page: str) -> str:
    """Return the page with every block renewed; raises KeyError for one that nobody measures."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found['name']]()}\n\n{found[3]}", page)


def _kept(name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(KEPT[name].read_text(encoding="utf-8"))
    return report


def main(arguments: list[str] | None = None) -> int:
    """Renew the page, or with --check return 1 when it is stale."""
    parser = argparse.ArgumentParser(description="What was measured of reaction.")
    parser.add_argument("--check", action="store_true", help="fail when stale, write nothing")
    parser.add_argument("--take", action="store_true", help="take what was made in out/bench")
    options = parser.parse_args(arguments)
    page = PAGE.read_text(encoding="utf-8")
    if options.check:
        stale = rendered(page) != page
        sys.stdout.write(f"{PAGE} differs from the kept results\n" if stale else "")
        return int(stale)
    if options.take:
        for name, made in ((n, m) for n, m in MADE.items() if m.exists()):
            KEPT[name].write_text(made.read_text(encoding="utf-8"), encoding="utf-8")
    PAGE.write_text(rendered(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
