"""`python -m tests.faults`: break every call of a rollout and count what survives.

Exit code 1 when something did not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys

from tests.faults.campaign import chosen, read_part, run_campaign
from tests.faults.reporting import TIMELINES, Shown, kept, report


def main() -> int:
    """Return 0 when every run survived."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--short", action="store_true", help="a few cases of every category")
    parser.add_argument("--seed", type=int, default=1, help="of the random pairs and shuffles")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="runs at once (as many as cores)"
    )
    parser.add_argument(
        "--only",
        nargs="*",
        default=[],
        metavar="TEXT",
        help="cases whose category and name contain one of these",
    )
    parser.add_argument(
        "--part",
        default="1/1",
        metavar="K/N",
        help="the Kth of N parts of them, every Nth case, to be spread over machines or nights",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with a campaign of the same tree that was stopped: without what survived in it",
    )
    given = parser.parse_args()
    before = kept() if given.resume else frozenset()
    if not given.resume:
        shutil.rmtree(TIMELINES, ignore_errors=True)
    shown = Shown()
    choose = chosen(given.only, given.short, read_part(given.part), before)
    with shown.bar:
        campaign = run_campaign(given.seed, given.jobs, choose, shown)
    print(report(campaign))
    if before:
        print(f"{len(before)} survived before it was stopped")
    return int(not campaign.survived)


if __name__ == "__main__":
    sys.exit(main())
