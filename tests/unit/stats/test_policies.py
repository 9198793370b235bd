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


@pytest.mark.parametrize("mean", [0.5, 3.0, 20.0])
@pytest.mark.parametrize("ratio", [1.0, 1.2, 2.0])
def test_no_bet_on_fewer_events_gains_while_there_are_enough(mean: float, ratio: float) -> None:
    """Enumerated over Poisson counts on the edge: the expected pay-off of a minute is at most 1."""
    bound, requests = Bound(ratio, 0.0), 1000
    reference = mean * ratio / requests
    states = [
        watch.step_fewer(watch.START, good, requests, bound, reference, 0.0) for good in range(200)
    ]
    chances = [
        math.exp(good * math.log(mean) - mean - math.lgamma(good + 1)) for good in range(200)
    ]
    for index in range(len(watch.FEWER_STAKES)):
        expected = math.fsum(p * math.exp(s[index]) for p, s in zip(chances, states, strict=True))
        assert expected <= 1 + 1e-9


@pytest.mark.parametrize(("good", "found"), [(30, False), (16, False), (3, True)])
def test_watch_finds_a_loss_beyond_the_catastrophe_margin(good: int, found: bool) -> None:  # noqa: FBT001
    """Of 30 expected, half is within 2x, a tenth is not."""
    state = watch.START
    for _ in range(10):
        state = watch.step_fewer(state, good, 1000, Bound(2, 0), 0.03, 0.0)
    assert (watch.log_evidence(state) >= math.log(20)) is found
