"""Exact enumeration: under its null no block is expected to pay more than it costs."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from canary.domain.plan.standard_guards import ERRORS_GRID, SLOW_GRID
from canary.stats.counts import Bound, MinuteCounts
from canary.stats.pair_bet import advance_pair, roll_back_pair
from canary.stats.paired import ADVANCE_STAKES, ROLL_BACK_STAKES, START, bet
from canary.stats.request_bet import (
    ADVANCE_GRID,
    advance_blocks,
    roll_back_blocks,
)
from canary.stats.thinning import binomial_masses, poisson_masses

Law = Callable[[int, float], tuple[int, list[float]]]
BOUNDS = [
    Bound(1.0, 0.0),
    Bound(1.1, 0.0002),
    Bound(1.05, 0.001),
    Bound(1.5, 0.001),
    Bound(2.5, 0.0),
]
TRAFFIC = [(40, 760), (200, 200), (300, 100)]
ROUNDING = 1e-9


def poisson(requests: int, rate: float) -> tuple[int, list[float]]:
    """Return the law of bad events that come one by one, rarely."""
    return poisson_masses(requests * rate)


def two_point_burst(requests: int, rate: float) -> tuple[int, list[float]]:
    """Return the law of a minute that is quiet or, one time in five, tenfold."""
    quiet, burst = poisson_masses(requests * rate / 2.8), poisson_masses(requests * rate * 10 / 2.8)
    masses = [0.0] * max(quiet[0] + len(quiet[1]), burst[0] + len(burst[1]))
    for weight, (first, law) in ((0.8, quiet), (0.2, burst)):
        for i, mass in enumerate(law, first):
            masses[i] += weight * mass
    return 0, masses


def minutes(
    law: Law, traffic: tuple[int, int], canary_rate: float, rate: float
) -> Iterator[tuple[float, MinuteCounts]]:
    """Yield every minute the two variants can have, with its probability."""
    n_c, n_b = traffic
    first_c, masses_c = law(n_c, canary_rate)
    first_b, masses_b = law(n_b, rate)
    for x_c, p_c in enumerate(masses_c, first_c):
        for x_b, p_b in enumerate(masses_b, first_b):
            yield p_c * p_b, MinuteCounts(x_c, n_c, x_b, n_b)


def expected(
    law: Law, traffic: tuple[int, int], canary_rate: float, rate: float, blocks: Callable[..., Any]
) -> list[float]:
    """Return the expected pay-off of each bet of a minute."""
    totals: list[float] = []
    for probability, counts in minutes(law, traffic, canary_rate, rate):
        logs = blocks(counts)
        totals = totals or [0.0] * len(logs)
        totals = [t + probability * math.exp(v) for t, v in zip(totals, logs, strict=True)]
    return totals


@pytest.mark.parametrize("law", [binomial_masses, poisson], ids=["bernoulli", "poisson"])
@pytest.mark.parametrize("bound", BOUNDS, ids=str)
@pytest.mark.parametrize("traffic", TRAFFIC, ids=str)
@pytest.mark.parametrize("rate", [0.0, 0.002, 0.03])
def test_request_bet_costs_what_it_pays(
    law: Law, bound: Bound, traffic: tuple[int, int], rate: float
) -> None:
    """On the edge of either null, no bet of either grid is expected to gain."""
    edge = min(bound.rate(rate), 1.0)
    for grid in (ERRORS_GRID, SLOW_GRID):
        pays = expected(
            law, traffic, edge, rate, lambda c, g=grid: roll_back_blocks(c, bound, g, 1.0, math.inf)
        )
        assert max(pays) <= 1 + ROUNDING
    pays = expected(
        law, traffic, edge, rate, lambda c: advance_blocks(c, bound, 1.0, ADVANCE_GRID, math.inf)
    )
    assert max(pays) <= 1 + ROUNDING


@pytest.mark.parametrize("phi", [1.0, 1.7, 5.0])
def test_overdispersion_and_caps_only_lower_a_request_bet(phi: float) -> None:
    """Dividing by phi >= 1 and capping keep a block within its price."""
    bound = Bound(1.1, 0.0002)
    edge = bound.rate(0.02)
    pays = expected(
        poisson,
        (40, 760),
        edge,
        0.02,
        lambda c: roll_back_blocks(c, bound, ERRORS_GRID, phi, math.log(12)),
    )
    assert max(pays) <= 1 + ROUNDING
    assert (
        max(expected(poisson, (40, 760), edge, 0.02, lambda c: advance_blocks(c, bound, phi)))
        <= 1 + ROUNDING
    )


@pytest.mark.parametrize("law", [poisson, two_point_burst], ids=["poisson", "two-point burst"])
@pytest.mark.parametrize("bound", BOUNDS, ids=str)
@pytest.mark.parametrize("traffic", TRAFFIC, ids=str)
@pytest.mark.parametrize("burstiness", [0.0, 1.0])
def test_pair_bet_is_exact_under_bursts(
    law: Law, bound: Bound, traffic: tuple[int, int], burstiness: float
) -> None:
    """On the edge the pair bets pay at most their price; alike bursts in both variants change
    nothing.

    Bursts need the bound as one ratio, which is how a bursty guard is set; an additive part needs a
    Poisson law.
    """
    if law is two_point_burst:
        bound = Bound(bound.ratio + bound.difference / 0.02, 0.0)
    rate = 0.02
    edge = bound.rate(rate)
    pays = expected(
        law, traffic, edge, rate, lambda c: roll_back_pair(c, bound, rate, burstiness, rate)
    )
    assert max(pays) <= 1 + ROUNDING
    pays = expected(law, traffic, edge, rate, lambda c: advance_pair(c, bound, rate, burstiness))
    assert max(pays) <= 1 + ROUNDING


@pytest.mark.parametrize("rate", [0.001, 0.005, 0.02, 0.1])
def test_pair_bet_pays_its_toll_for_single_requests(rate: float) -> None:
    """Requests that fail one by one (Bernoulli, not Poisson) stay within the price thanks to the
    toll on the rate.
    """
    bound = Bound(1.1, 0.0002)
    pays = expected(
        binomial_masses,
        (40, 760),
        bound.rate(rate),
        rate,
        lambda c: roll_back_pair(c, bound, rate, 0.0, rate),
    )
    assert max(pays) <= 1 + ROUNDING


def test_toll_follows_the_rate_of_the_minute() -> None:
    """With half a percent in the history and a minute at 20%, the toll on the recent rate keeps the
    price.
    """
    bound = Bound(1.1, 0.0002)
    pays = expected(
        binomial_masses,
        (40, 760),
        bound.rate(0.2),
        0.2,
        lambda c: roll_back_pair(c, bound, 0.005, 0.0, 0.2),
    )
    assert max(pays) <= 1 + ROUNDING


@pytest.mark.parametrize(("tolerance", "max_worse"), [(0.0, 0.01), (0.01, 0.02), (0.1, 0.3)])
@pytest.mark.parametrize("discordance", [0.4, 0.9])
def test_paired_bets_cost_what_they_pay(
    tolerance: float, max_worse: float, discordance: float
) -> None:
    """At a drop on the edge of either null no stake is expected to gain."""
    for edge, side in ((tolerance, "roll_back"), (max_worse, "advance")):
        outcomes = {1: (discordance + edge) / 2, -1: (discordance - edge) / 2, 0: 1 - discordance}
        for i in range(len(ROLL_BACK_STAKES if side == "roll_back" else ADVANCE_STAKES)):
            pays = sum(
                p * math.exp(getattr(bet(START, [drop], tolerance, max_worse), side)[i])
                for drop, p in outcomes.items()
            )
            assert pays == pytest.approx(1)
