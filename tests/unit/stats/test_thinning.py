"""The thinned difference: its law, and the approximation that stands in for it at large counts."""

import math

import pytest

from canary.stats.counts import Bound, MinuteCounts
from canary.stats.thinning import (
    _exact,
    _mean_tanh,
    _quantiles,
    binomial_masses,
    expected_tanh,
    poisson_masses,
    thin,
)

SLOPES = (0.1, 0.7, math.log(3), 3.0)


@pytest.mark.parametrize(("trials", "chance"), [(10, 0.3), (4000, 0.002), (4000, 0.999), (1, 0.5)])
def test_binomial_masses_have_their_moments(trials: int, chance: float) -> None:
    """Mean and variance of the cut law are the binomial's."""
    first, masses = binomial_masses(trials, chance)
    mean = sum((first + i) * m for i, m in enumerate(masses))
    assert mean == pytest.approx(trials * chance)
    variance = sum((first + i - mean) ** 2 * m for i, m in enumerate(masses))
    assert variance == pytest.approx(trials * chance * (1 - chance), rel=1e-6)


@pytest.mark.parametrize("mean", [0.001, 3.7, 400.0])
def test_poisson_masses_have_their_moments(mean: float) -> None:
    """Mean and variance of the cut law are the Poisson's."""
    first, masses = poisson_masses(mean)
    assert sum((first + i) * m for i, m in enumerate(masses)) == pytest.approx(mean)
    assert sum((first + i - mean) ** 2 * m for i, m in enumerate(masses)) == pytest.approx(
        mean, rel=1e-6
    )


def test_thinning_makes_the_edge_fair() -> None:
    """The larger exposure is thinned, whichever side it is on, and the mean difference on the edge
    is zero.
    """
    few = thin(MinuteCounts(11, 100, 190, 1900), Bound(1.1, 0.0))
    assert (few.shift, few.sign, few.chance) == (11, -1, pytest.approx(1.1 * 100 / 1900))
    assert few.mean == pytest.approx(0)
    many = thin(MinuteCounts(190, 1900, 10, 100), Bound(1.0, 0.0))
    assert (many.shift, many.sign) == (-10, 1)
    assert many.mean == pytest.approx(0)


@pytest.mark.parametrize(
    "counts",
    [
        MinuteCounts(60, 3000, 900, 3500),
        MinuteCounts(120, 1000, 1300, 9000),
        MinuteCounts(1700, 9000, 40, 500),
        MinuteCounts(50, 1000, 5000, 100000),
        MinuteCounts(900, 50000, 700, 50000),
    ],
    ids=str,
)
@pytest.mark.parametrize("bound", [Bound(1.1, 0.0), Bound(1.1, 0.0002), Bound(1.5, 0.05)], ids=str)
def test_quantiles_stand_in_for_the_exact_law(counts: MinuteCounts, bound: Bound) -> None:
    """Above a standard deviation of 6 the 128 bent quantiles stay within .0037 of the exact
    expectation.
    """
    thinned = thin(counts, bound)
    assert thinned.variance > 36
    for slope in SLOPES:
        exact = _mean_tanh(*_exact(thinned), slope / 2)
        stand_in = _mean_tanh(_quantiles(thinned), None, slope / 2)
        assert stand_in == pytest.approx(exact, abs=0.0037)


def test_expectation_is_bounded_and_odd() -> None:
    """The reward lies in [-1, 1] and is zero where nothing was counted."""
    assert expected_tanh(thin(MinuteCounts(0, 10, 0, 10), Bound(1.0, 0.0)), SLOPES) == (0, 0, 0, 0)
    assert all(
        abs(h) <= 1
        for h in expected_tanh(thin(MinuteCounts(10**6, 10**6, 0, 10), Bound(1.0, 0.0)), SLOPES)
    )
