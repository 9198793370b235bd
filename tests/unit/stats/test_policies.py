"""The parts that are policy: the fuse, the split, the watch."""

import math

import pytest

from canary.stats import fuse, split, watch
from canary.stats.counts import Bound, MinuteCounts
from canary.stats.logsum import NEVER, log_add, log_mean, log_sum


def test_fuse_needs_a_disaster_of_the_canary_alone() -> None:
    """At least 20 requests, half of them bad, a baseline under 5%."""
    assert fuse.minute_blows(MinuteCounts(10, 20, 4, 100))
    assert not fuse.minute_blows(MinuteCounts(10, 19, 4, 100))
    assert not fuse.minute_blows(MinuteCounts(9, 20, 4, 100))
    assert not fuse.minute_blows(MinuteCounts(10, 20, 5, 100))
    assert not fuse.minute_blows(MinuteCounts(10, 20, 0, 0))


def test_split_as_planned_is_no_evidence() -> None:
    """Counts near their shares speak for the plan."""
    assert split.log_bayes_factor((5_040, 94_960), (0.05, 0.95)) < 0


def test_wrong_split_is_shown() -> None:
    """Twice the share over a thousand requests is beyond a thousand to one."""
    assert split.log_bayes_factor((1_000, 9_000), (0.05, 0.95)) > split.LOG_THRESHOLD


def test_split_takes_any_number_of_variants() -> None:
    """Three variants, in and out of proportion."""
    assert split.log_bayes_factor((500, 4_750, 4_750), (0.05, 0.475, 0.475)) < 0
    assert split.log_bayes_factor((500, 6_500, 3_000), (0.05, 0.475, 0.475)) > split.LOG_THRESHOLD


@pytest.mark.parametrize(("bad", "found"), [(5, False), (15, False), (60, True)])
def test_watch_reacts_beyond_the_catastrophe_margin(bad: int, found: bool) -> None:  # noqa: FBT001
    """Reference .5%, margin 3x + .5 pp = 2%: five minutes at 2% are quiet, at 6% they are not."""
    state = watch.START
    for _ in range(5):
        state = watch.step(state, bad, 1000, Bound(3, 0.005), 0.005, 0.0)
    assert (watch.log_evidence(state) >= math.log(20)) is found


def test_watch_skips_minutes_without_requests() -> None:
    """Nothing served, nothing learnt."""
    assert watch.step(watch.START, 0, 0, Bound(3, 0.005), 0.005, 0.0) == watch.START


def test_log_sums_take_any_size() -> None:
    """Sums in logarithms neither overflow nor mind nothing."""
    assert log_sum([]) == NEVER
    assert log_sum([1e6, 1e6]) == pytest.approx(1e6 + math.log(2))
    assert log_add(NEVER, 3.0) == 3.0
    assert log_add(-1e6, 1e6) == 1e6
    assert log_mean([0.0, 0.0]) == 0.0
