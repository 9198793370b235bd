"""Evidence from a labelled set: bets that may stop at any batch, and what a set of a size could
show.
"""

import math
import random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.stats import auc, paired, paired_power

DROPS = st.lists(st.sampled_from([-1.0, 0.0, 0.0, 0.0, 1.0]), max_size=60)


@given(DROPS, DROPS)
def test_batches_change_nothing(first: list[float], second: list[float]) -> None:
    """Records in one batch or two leave the same evidence."""
    whole = paired.bet(paired.START, [*first, *second], 0.01, 0.02)
    half = paired.bet(paired.START, first, 0.01, 0.02)
    again = paired.bet(half, second, 0.01, 0.02)
    assert again.records == whole.records
    assert (again.log_roll_back, again.log_advance) == pytest.approx(
        (whole.log_roll_back, whole.log_advance)
    )


@given(DROPS)
def test_a_worse_record_never_speaks_for_the_canary(drops: list[float]) -> None:
    """A record lost by the canary raises roll-back evidence and lowers advance evidence, against
    one it won.
    """
    won, lost = (paired.bet(paired.START, [*drops, d], 0.0, 0.02) for d in (-1.0, 1.0))
    assert lost.log_roll_back > won.log_roll_back
    assert lost.log_advance < won.log_advance


def test_drops_outside_their_range_are_refused() -> None:
    """The bets are exact for drops between -1 and 1 only."""
    with pytest.raises(ValueError, match="outside"):
        paired.bet(paired.START, [1.5], 0.0, 0.02)


def test_small_set_says_what_it_could_have_shown() -> None:
    """120 records show drops of about nine points, not of two."""
    smallest = paired_power.smallest_drop_shown(120, 2 / 120, 0.01, 0.0125)
    assert smallest is not None
    assert 0.07 < smallest < 0.11


def test_no_records_show_nothing() -> None:
    """Without a record no drop could have been shown."""
    assert paired_power.smallest_drop_shown(0, 0.1, 0.0, 0.05) is None


@pytest.mark.parametrize(
    ("discordance", "drop", "records"), [(0.06, 0.03, 750), (0.06, 0.05, 250), (0.1, 0.05, 450)]
)
def test_drop_shown_by_so_many_records_meets_the_study(
    discordance: float, drop: float, records: int
) -> None:
    """At the simulated median of records (tolerance 0, alpha 1%) it is the simulated drop."""
    shown = paired_power.smallest_drop_shown(records, discordance, 0.0, 0.01)
    assert shown == pytest.approx(drop, rel=0.15)


def test_simulated_stopping_sizes_meet_the_study() -> None:
    """Discordance 6%, drop 5 points, alpha 1%: half of all sets stop after about 250 records."""
    dice, sizes = random.Random(7), []
    for _ in range(60):
        state = paired.START
        while state.log_roll_back < math.log(100) and state.records < 2000:
            batch = dice.choices([1.0, -1.0, 0.0], [0.055, 0.005, 0.94], k=paired.BATCH_RECORDS)
            state = paired.bet(state, batch, 0.0, 0.01)
        sizes.append(state.records)
    assert 200 <= median(sizes) <= 300


class TestAuc:
    """The drop in ROC AUC."""

    def sample(self, seed: int, records: int, noise: float) -> auc.AucDrop:
        """Return the drop of a canary whose scores carry extra noise."""
        dice = random.Random(seed)
        positive = [dice.random() < 0.4 for _ in range(records)]
        baseline = [p * 1.5 + dice.gauss(0, 1) for p in positive]
        drop = auc.auc_drop(positive, baseline, [b + dice.gauss(0, noise) for b in baseline])
        assert drop is not None
        return drop

    def test_worse_canary_is_shown(self) -> None:
        """Much noisier scores are shown to be worse, and never to be within the margin."""
        drop = self.sample(1, 3000, 1.0)
        assert drop.log_roll_back(0.01) > math.log(100)
        assert drop.log_advance(0.02) < 0

    def test_like_canary_passes(self) -> None:
        """Hardly different scores are shown to be within two points."""
        assert self.sample(2, 3000, 0.05).log_advance(0.02) > math.log(20)

    def test_floors_keep_small_sets_silent(self) -> None:
        """Below 500 records, or with fewer than 30 placed differently, it does not decide."""
        assert self.sample(3, 400, 1.0).log_roll_back(0.0) == 0.0
        assert auc.AucDrop(0.9, 0.8, 0.001, 5000, 29).log_roll_back(0.0) == 0.0

    def test_needs_both_classes(self) -> None:
        """One class alone has no AUC."""
        assert auc.auc_drop([True] * 10, [0.5] * 10, [0.5] * 10) is None

    def test_ties_count_half(self) -> None:
        """All scores equal: an AUC of one half, and no drop."""
        drop = auc.auc_drop([True, False] * 5, [0.5] * 10, [0.5] * 10)
        assert drop is not None
        assert (drop.baseline, drop.drop) == (0.5, 0.0)

    def test_mixture_is_finite_everywhere(self) -> None:
        """Absurd z-scores neither overflow nor underflow."""
        assert math.isfinite(auc.log_mixture(-1e6, 10))
        assert math.isfinite(auc.log_mixture(1e6, 10**9))
