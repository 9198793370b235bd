"""Properties of the evidence that hold for any counts."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary.domain.plan.standard_guards import ERRORS_GRID
from canary.stats import advance, roll_back, setting
from canary.stats.counts import Bound, MinuteCounts
from canary.stats.history import NO_HISTORY, History
from canary.stats.pair_bet import roll_back_pair
from canary.stats.request_bet import advance_blocks, roll_back_blocks

BURSTY = History(1440, 0.01, 0.8, 0, 6000)
LASTING = History(1440, 0.01, 0.8, 3, 6000)
ROLL_BACK, ADVANCE = Bound(1.1, 0.0002), Bound(1.5, 0.001)
NOTHING_DIFFERENT = Bound(1.0, 0.0)
HUGE = 10**12


@st.composite
def minutes(draw: st.DrawFn, largest: int = 3000) -> MinuteCounts:
    """Return any minute in which both variants served."""
    n_c, n_b = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return MinuteCounts(draw(st.integers(0, n_c)), n_c, draw(st.integers(0, n_b)), n_b)


def settled(history: History) -> setting.Setting:
    """Return the errors guard's terms at 10%."""
    return setting.settle(history, ROLL_BACK, ADVANCE, 0.1, ERRORS_GRID)


def roll_back_after(sequence: list[MinuteCounts], history: History = NO_HISTORY) -> float:
    """Return ln of the roll-back evidence after some minutes."""
    terms, state = settled(history), roll_back.start(len(ERRORS_GRID))
    for counts in sequence:
        state = roll_back.step(state, counts, terms, max(0.01, history.rate))
    return roll_back.log_evidence(state, terms)


def advance_after(sequence: list[MinuteCounts], history: History = NO_HISTORY) -> float:
    """Return ln of the advance evidence after some minutes."""
    terms, state = settled(history), advance.FRESH
    for counts in sequence:
        state = advance.step(state, counts, terms, max(0.01, history.rate))
    return advance.log_evidence(state, terms)


@given(st.lists(minutes(), min_size=1, max_size=6), st.data())
def test_more_canary_errors_never_speak_for_the_canary(
    sequence: list[MinuteCounts], data: st.DataObject
) -> None:
    """One more bad request of the canary never lowers roll-back evidence and never raises advance
    evidence.
    """
    history = data.draw(st.sampled_from([NO_HISTORY, BURSTY]))
    place = data.draw(st.integers(0, len(sequence) - 1))
    was = sequence[place]
    if was.canary_bad == was.canary_requests:
        return
    more = MinuteCounts(
        was.canary_bad + 1, was.canary_requests, was.baseline_bad, was.baseline_requests
    )
    worse = [*sequence[:place], more, *sequence[place + 1 :]]
    assert roll_back_after(worse, history) >= roll_back_after(sequence, history) - 1e-9
    assert advance_after(worse, history) <= advance_after(sequence, history) + 1e-9


@given(st.lists(minutes(), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_order_within_a_restart_never_changes_the_request_bet(
    sequence: list[MinuteCounts], shuffler: random.Random
) -> None:
    """Between two restarts the request bet is a sum over minutes."""
    shuffled = list(sequence)
    shuffler.shuffle(shuffled)
    terms = settled(NO_HISTORY)
    first, second = roll_back.start(len(ERRORS_GRID)), roll_back.start(len(ERRORS_GRID))
    for one, other in zip(sequence, shuffled, strict=True):
        first = roll_back.step(first, one, terms, 0.01)
        second = roll_back.step(second, other, terms, 0.01)
    assert first.requests == pytest.approx(second.requests, abs=1e-7)


@given(minutes(), st.sampled_from([0.0, 0.5]))
def test_swapping_equal_labels_mirrors_the_pair_bet(
    counts: MinuteCounts, burstiness: float
) -> None:
    """With the null "no difference" and equal traffic, the swapped minute earns the mirrored
    reward.
    """
    equal = MinuteCounts(
        counts.canary_bad,
        counts.canary_requests,
        min(counts.baseline_bad, counts.canary_requests),
        counts.canary_requests,
    )
    swapped = MinuteCounts(
        equal.baseline_bad, equal.baseline_requests, equal.canary_bad, equal.canary_requests
    )
    forward = roll_back_pair(equal, NOTHING_DIFFERENT, 0.01, burstiness, 0.0)
    mirrored = roll_back_pair(swapped, NOTHING_DIFFERENT, 0.01, burstiness, 0.0)
    for one, other in zip(forward, mirrored, strict=True):
        assert math.expm1(one) == pytest.approx(-math.expm1(other), abs=1e-9)


@given(minutes())
def test_swapping_equal_labels_mirrors_the_request_bet(counts: MinuteCounts) -> None:
    """At equal traffic and ratio 1 the stake for the canary's errors is the stake for the
    baseline's.
    """
    n = counts.canary_requests
    x_b = min(counts.baseline_bad, n)
    forward = roll_back_blocks(
        MinuteCounts(counts.canary_bad, n, x_b, n), NOTHING_DIFFERENT, (4.0,), 1, math.inf
    )
    backward = advance_blocks(
        MinuteCounts(x_b, n, counts.canary_bad, n), NOTHING_DIFFERENT, 1, (0.25,), math.inf
    )
    assert forward[0] == pytest.approx(backward[0], abs=1e-7)


@settings(max_examples=200)
@given(
    st.integers(1, HUGE),
    st.integers(1, HUGE),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([NO_HISTORY, BURSTY, LASTING]),
    st.floats(0, 1),
)
def test_extreme_counts_stay_finite(
    n_c: int, n_b: int, canary: float, baseline: float, history: History, rate_now: float
) -> None:
    """One request or a million million, no error or nothing else: evidence is a finite
    number.
    """
    counts = MinuteCounts(int(n_c * canary), n_c, int(n_b * baseline), n_b)
    terms, against, within = settled(history), roll_back.start(len(ERRORS_GRID)), advance.FRESH
    for _ in range(3):
        against = roll_back.restart(roll_back.step(against, counts, terms, rate_now))
        within = advance.step(within, counts, terms, rate_now)
    assert math.isfinite(roll_back.log_evidence(against, terms))
    assert math.isfinite(advance.log_evidence(within, terms))


def test_no_minute_pays_more_than_its_cap() -> None:
    """However extreme the minute, the request bet gains at most ln 12 (roll back) and 1.5
    (advance).
    """
    assert max(
        roll_back_blocks(
            MinuteCounts(3000, 3000, 0, 57000), ROLL_BACK, ERRORS_GRID, 1, math.log(12)
        )
    ) == (pytest.approx(math.log(12)))
    assert max(advance_blocks(MinuteCounts(0, 3000, 50000, 57000), ADVANCE, 1)) == 1.5


def test_unusable_minute_changes_nothing() -> None:
    """No requests on a side, or more bad than requests, leave both processes as they were."""
    terms, state = settled(NO_HISTORY), roll_back.start(len(ERRORS_GRID))
    for counts in (
        MinuteCounts(0, 0, 1, 10),
        MinuteCounts(1, 10, 0, 0),
        MinuteCounts(11, 10, 0, 10),
    ):
        assert roll_back.step(state, counts, terms, 0.1) is state
        assert advance.step(advance.FRESH, counts, terms, 0.1) is advance.FRESH


def test_refractory_skips_the_pair_bet_after_an_outlier() -> None:
    """After an outlier minute the pair bet sits out D judged minutes, and those do not trigger
    again.
    """
    terms, state = settled(LASTING), roll_back.start(len(ERRORS_GRID))
    outlier, quiet = MinuteCounts(60, 300, 30, 3000), MinuteCounts(3, 300, 30, 3000)
    seen = [state.pairs]
    for counts in (outlier, outlier, quiet, quiet, quiet):
        state = roll_back.step(state, counts, terms, 0.01)
        seen.append(state.pairs)
    changed = [a != b for a, b in pairwise(seen)]
    assert changed == [True, False, False, False, True]


def test_late_regression_need_not_pay_back_good_hours() -> None:
    """With restarts a five-fold regression after four good hours is found in minutes, not in tens
    of them.
    """
    good, bad = MinuteCounts(1, 300, 29, 5700), MinuteCounts(8, 300, 29, 5700)
    terms, state = settled(NO_HISTORY), roll_back.start(len(ERRORS_GRID))
    for i in range(240):
        state = roll_back.step(
            roll_back.restart(state) if i and i % 10 == 0 else state, good, terms, 0.005
        )
    needed = 0
    while roll_back.log_evidence(state, terms) < math.log(20):
        state = roll_back.step(
            roll_back.restart(state) if needed % 10 == 0 else state, bad, terms, 0.005
        )
        needed += 1
    assert needed <= 15
