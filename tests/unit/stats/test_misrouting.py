"""Pinned callers, weights that do not serve, or either: told apart where traffic varies."""

import random
from collections.abc import Callable
from itertools import starmap

import pytest

from canary.stats.misrouting import Misrouting, explain

SHARE = 0.05
Minute = tuple[int, int]


def poisson(lot: random.Random, mean: float) -> int:
    """Return a Poisson count, by its normal approximation where it is large."""
    if mean > 50:
        return max(0, round(lot.gauss(mean, mean**0.5)))
    gone, count = lot.expovariate(1), 0
    while gone < mean:
        gone, count = gone + lot.expovariate(1), count + 1
    return count


def split(lot: random.Random, requests: float, share: float) -> Minute:
    """Return a minute's requests as weights share them out."""
    return poisson(lot, requests * share), poisson(lot, requests * (1 - share))


def pinned(
    lot: random.Random, requests: float, *, canary: float = 0, baseline: float = 0
) -> Minute:
    """Return a minute with so many requests that name their variant."""
    shared = split(lot, requests, SHARE)
    return shared[0] + poisson(lot, canary), shared[1] + poisson(lot, baseline)


def minutes(
    seed: int, law: Callable[[random.Random, float], Minute], swing: float, length: int = 40
) -> list[Minute]:
    """Return minutes of 6,000 requests, more or less by up to `swing` of that."""
    lot = random.Random(seed)
    return [law(lot, 6000 * (1 + lot.uniform(-swing, swing))) for _ in range(length)]


def told(found: list[Minute], at_rest: float = 0.0) -> Misrouting:
    """Return what these minutes look like."""
    canary, baseline = map(sum, zip(*found, strict=True))
    return explain(found, SHARE, canary, baseline, at_rest)


@pytest.mark.parametrize("seed", range(10))
def test_callers_that_pin_the_canary_add_the_same_in_quiet_and_busy_minutes(seed: int) -> None:
    """And the number of their requests is found."""
    found = told(minutes(seed, lambda lot, n: pinned(lot, n, canary=300), swing=0.5))
    assert (found.looks_like, found.to_canary) == ("pinned", True)
    assert found.pinned_a_minute == pytest.approx(300, rel=0.1)


@pytest.mark.parametrize("seed", range(10))
def test_callers_that_pin_the_baseline_are_told_as_that(seed: int) -> None:
    """The canary gets less than its share, the less the quieter it is."""
    found = told(minutes(seed, lambda lot, n: pinned(lot, n, baseline=4000), swing=0.5))
    assert (found.looks_like, found.to_canary) == ("pinned", False)
    assert found.pinned_a_minute == pytest.approx(4000, rel=0.2)


@pytest.mark.parametrize("share", [0.02, 0.1])
@pytest.mark.parametrize("seed", range(10))
def test_weights_that_do_not_serve_give_one_part_of_every_minute(seed: int, share: float) -> None:
    """Too much or too little, in proportion to the traffic."""
    found = told(minutes(seed, lambda lot, n: split(lot, n, share), swing=0.5))
    assert found.looks_like == "weights"


@pytest.mark.parametrize("seed", range(5))
def test_even_traffic_cannot_tell_and_says_so(seed: int) -> None:
    """Neither can a few minutes: both readings remain."""
    even = minutes(seed, lambda lot, n: pinned(lot, n, canary=300), swing=0.0)
    assert told(even).looks_like == "either"
    few = minutes(seed, lambda lot, n: pinned(lot, n, canary=300), swing=0.5, length=9)
    assert told(few).looks_like == "either"


@pytest.mark.parametrize("seed", range(5))
def test_a_surplus_that_comes_and_goes_is_neither(seed: int) -> None:
    """A scattering has a shape that no explanation fits, and is told as that."""
    lot = random.Random(seed)
    bursts = [lot.choice([0, 0, 0, 1500]) for _ in range(40)]
    traffic = [6000 * (1 + lot.uniform(-0.5, 0.5)) for _ in bursts]
    found = list(
        starmap(lambda n, more: pinned(lot, n, canary=more), zip(traffic, bursts, strict=True))
    )
    assert told(found).looks_like == "comes and goes"


def test_what_the_canary_got_at_weight_0_settles_it() -> None:
    """Only pinned callers reach it there."""
    even = minutes(1, lambda lot, n: pinned(lot, n, canary=300), swing=0.0)
    assert told(even, at_rest=300).looks_like == "pinned"
    assert told(even, at_rest=10).looks_like == "either"
    less = minutes(1, lambda lot, n: pinned(lot, n, baseline=4000), swing=0.0)
    assert told(less, at_rest=300).looks_like == "either"


def test_no_minute_explains_nothing() -> None:
    """Evidence kept from before minutes were has none."""
    assert explain((), SHARE, 100, 900).looks_like == "either"
