"""Error rates on scores, weights, slices, learnt caps and ratios, by simulation."""

import pytest

from benchmarks.verdicts.table_scores import WORLDS, crosses, slices
from benchmarks.verdicts.worlds import generator
from tests.simulation.test_promises import at_most

pytestmark = pytest.mark.simulation

RUNS, SEED = 400, 4242


@pytest.mark.parametrize("world", WORLDS)
def test_neither_edge_is_crossed_more_often_than_promised(world: str) -> None:
    """At the tolerance at most 2.5% stop, at the margin at most 5% pass, at whatever look."""
    stopped, passed = crosses(WORLDS[world](generator(SEED, world), RUNS))
    assert at_most(stopped, 0.025)
    assert at_most(passed, 0.05)


def test_slices_share_the_level_to_stop() -> None:
    """Four tests on their edges stop no more often than one may, and a slice at its margin rarely
    passes.
    """
    found = slices(SEED, RUNS)
    assert (found["false_stop"] or 0) <= 2.5
    assert (found["false_pass"] or 0) <= 5
