"""The interval of a median holds at every look."""

import math
import random

import pytest

from canary.stats.median import log_mixture, ranks_within


def test_no_rank_is_sure_of_few_records() -> None:
    """Seven values on one side are no proof at 95%; eight are the first that bound anything."""
    assert ranks_within(7, 0.05) is None
    assert ranks_within(12, 0.05) is not None


@pytest.mark.parametrize("records", [20, 101, 5_000])
def test_ranks_are_alike_from_both_ends(records: int) -> None:
    """What is too few below is too few above."""
    found = ranks_within(records, 0.05)
    assert found is not None
    low, high = found
    assert low - 1 == records - high
    assert log_mixture(low - 1, records - low + 1) >= math.log(20) > log_mixture(low, records - low)


def test_the_true_median_is_rarely_outside_however_often_one_looks() -> None:
    """Looked at after each of 400 values, at most 5% of runs ever exclude the truth."""
    runs, missed = 400, 0
    for run in range(runs):
        dice, below = random.Random(run), 0
        for count in range(1, 401):
            below += dice.random() < 0.5
            if (found := ranks_within(count, 0.05)) and not found[0] - 1 < below < found[1]:
                missed += 1
                break
    assert missed / runs <= 0.05
