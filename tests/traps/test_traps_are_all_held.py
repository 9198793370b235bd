"""The list of traps is closed: one test each, none forgotten."""

import ast
from pathlib import Path

TRAPS = """
no measurement at all counted as success
failed checks that only ever accumulate
a group without data scored 100
the newest half filled point read as truth
late points recorded as 0 for ever
in service with the old weights taken as done
an inconclusive loop that promotes itself
an approval that never expires
the alert sent before the action took effect
a baseline with exactly zero errors
duplicate or missing events
a retry that reuses the failed analysis
traffic back to a baseline that had been scaled down
a new revision inheriting the running analysis
two notices for one abort or none
a step inferred from the live weight
three approvals at once
an event rule without a target
an evaluation against a deleted endpoint read as accuracy 0
an endpoints arn frozen in a policy stale after redeploy
"""


def wanted_traps() -> set[str]:
    """Return the traps as their tests are named, without `test_`."""
    return {
        trap.strip().replace(" ", "_")
        for line in TRAPS.splitlines()
        for trap in line.split("|")
        if trap.strip()
    }


def test_every_trap_has_a_test_named_after_it() -> None:
    """Twenty traps, twenty tests."""
    found: set[str] = set()
    for path in Path(__file__).parent.glob("test_traps_of_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {
            node.name.removeprefix("test_")
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }
    assert len(wanted_traps()) == 20
    assert wanted_traps() <= found
