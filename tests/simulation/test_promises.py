"""The stated error rates, shown by seeded simulation: no rate is credibly above its limit, and
power is credibly there.

A limit holds when the Clopper-Pearson lower bound (99.9%) of the observed rate does not exceed it.
"""

import numpy as np
import pytest
from scipy.stats import beta as beta_law

from benchmarks.verdicts.bake import Place, cross, placed
from benchmarks.verdicts.cells import LAWS
from benchmarks.verdicts.course import ERRORS, PROMOTED, ROLLED_BACK, SLOW, Course, GuardPlan
from benchmarks.verdicts.rollout import simulate
from benchmarks.verdicts.table_paired import draw, evidence
from benchmarks.verdicts.worlds import Guarded, Shared, fixed_share, generator

pytestmark = pytest.mark.simulation

RUNS, MINUTES, SEED = 800, 60, 4242
PLACES = [(100, 0.05, 0.002), (100, 0.5, 0.01), (10, 0.1, 0.01)]


def at_most(hits: np.ndarray, limit: float) -> bool:
    """Return whether the rate of hits is not credibly above a limit."""
    count = int(hits.sum())
    return count == 0 or beta_law.ppf(0.001, count, len(hits) - count + 1) <= limit


def at_least(hits: np.ndarray, limit: float) -> bool:
    """Return whether the rate of hits is not credibly below a limit."""
    return at_most(~hits, 1 - limit)


def place_of(law: str, place: tuple[int, float, float], guard: GuardPlan = ERRORS) -> Place:
    """Return every run's terms, learnt from a day of its own."""
    per_second, share, base = place
    rng = generator(SEED, "history", law, place)
    return placed(Guarded(base, burst=LAWS[law]), rng, guard, RUNS, per_second * 60, share)


def minutes(world: Guarded, place: tuple[int, float, float], *name: object) -> np.ndarray:
    """Return an hour of counts at a place."""
    return fixed_share(world, generator(SEED, *name, place), RUNS, place[0] * 60, place[1], MINUTES)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_equal_canary_is_rarely_taken_back(law: str, place: tuple[int, float, float]) -> None:
    """However often one looks, and however errors burst: at most 5% (2% without bursts) of equal
    canaries fall.
    """
    crossed = cross(
        minutes(Guarded(place[2], burst=LAWS[law]), place, "equal", law),
        place_of(law, place),
        0.05,
        0.05,
        advance=False,
    )
    assert at_most(crossed.roll_back <= MINUTES, 0.02 if law == "none" else 0.05)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_canary_on_the_edge_of_the_tolerance_is_rarely_taken_back(
    place: tuple[int, float, float],
) -> None:
    """The promise is about a canary no worse than baseline plus tolerance, so it holds on its
    edge.
    """
    world = Guarded(place[2], ERRORS.roll_back.ratio, ERRORS.roll_back.difference)
    crossed = cross(
        minutes(world, place, "edge"), place_of("none", place), 0.05, 0.05, advance=False
    )
    assert at_most(crossed.roll_back <= MINUTES, 0.05)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_canary_at_the_margin_rarely_passes(law: str, place: tuple[int, float, float]) -> None:
    """A canary at the last gate's margin passes in at most 5% of bakes, bursts or not."""
    world = Guarded(place[2], ERRORS.last_gate.ratio, ERRORS.last_gate.difference, burst=LAWS[law])
    crossed = cross(
        minutes(world, place, "margin", law), place_of(law, place), 0.05, 0.05, roll_back=False
    )
    assert at_most(crossed.advance <= MINUTES, 0.05)


@pytest.mark.parametrize("law", ["none", "gamma, CV 0.5", "gamma, CV 1.4", "2% of minutes x30"])
def test_shared_incident_moves_neither_verdict(law: str) -> None:
    """A tenfold outage both variants share neither takes an equal canary back nor lets one at the
    margin pass.
    """
    place, outage = PLACES[0], Shared(outage_minute=20, outage_minutes=5, outage_factor=10)
    known = place_of(law, place)
    equal = cross(
        minutes(Guarded(place[2], burst=LAWS[law], shared=outage), place, "outage", law),
        known,
        0.05,
        0.05,
    )
    assert at_most(equal.roll_back <= MINUTES, 0.05)
    world = Guarded(place[2], 1.5, 0.001, burst=LAWS[law], shared=outage)
    margin = cross(minutes(world, place, "outage margin", law), known, 0.05, 0.05, roll_back=False)
    assert at_most(margin.advance <= MINUTES, 0.05)


def test_slow_guard_keeps_its_promises() -> None:
    """At 5% slow requests, the slow guard's grid and margins: both error rates hold."""
    place = (100, 0.1, 0.05)
    known = place_of("none", place, SLOW)
    equal = cross(minutes(Guarded(0.05), place, "slow"), known, 0.05, 0.05, advance=False)
    margin = minutes(
        Guarded(0.05, SLOW.last_gate.ratio, SLOW.last_gate.difference), place, "slow margin"
    )
    assert at_most(equal.roll_back <= MINUTES, 0.02)
    assert at_most(cross(margin, known, 0.05, 0.05, roll_back=False).advance <= MINUTES, 0.05)


def test_bad_canaries_are_found() -> None:
    """Five times the errors at 100 requests/s, 5%, .1%: taken back in minutes, nearly always within
    the hour.
    """
    place = (100, 0.05, 0.001)
    crossed = cross(
        minutes(Guarded(0.001, 5), place, "5x"), place_of("none", place), 0.05, 0.05, advance=False
    )
    assert at_least(crossed.roll_back <= MINUTES, 0.99)
    assert np.minimum(crossed.roll_back, MINUTES).mean() <= 7.5


def test_late_regression_is_found_nearly_as_fast() -> None:
    """Four good hours first: at most two and a half times as long as at once."""
    known = place_of("none", (100, 0.05, 0.005))
    found = []
    for onset in (0, 240):
        counts = fixed_share(
            Guarded(0.005, 5, onset_minute=onset),
            generator(SEED, "late", onset),
            RUNS,
            6000,
            0.05,
            onset + 60,
        )
        crossed = cross(counts, known, 0.05, 0.05, advance=False)
        late = crossed.roll_back > onset
        found.append((np.minimum(crossed.roll_back[late], onset + 60) - onset).mean())
    assert found[1] <= 2.5 * found[0] + 0.3


ROLLOUTS = {
    "equal": (Guarded(0.005), Guarded(0.05)),
    "margin": (Guarded(0.005, 1.5, 0.001), Guarded(0.05)),
    "5x": (Guarded(0.005, 5), Guarded(0.05)),
    "under load": (Guarded(0.005, 3, from_share=0.5), Guarded(0.05)),
    "outage": (
        Guarded(0.005, shared=Shared(outage_minute=10, outage_minutes=5, outage_rate=0.2)),
        Guarded(0.05),
    ),
}


@pytest.mark.parametrize(
    ("canary", "verdict", "share"),
    [
        ("equal", PROMOTED, 0.98),
        ("outage", PROMOTED, 0.98),
        ("margin", ROLLED_BACK, 0.95),
        ("5x", ROLLED_BACK, 0.99),
        ("under load", ROLLED_BACK, 0.99),
    ],
)
def test_whole_rollouts_end_as_they_should(canary: str, verdict: int, share: float) -> None:
    """Five steps, two guards, 100 requests/s: good canaries are promoted, bad ones taken back."""
    ended = simulate(generator(SEED, "rollout", canary), ROLLOUTS[canary], 6000, 400, Course())
    assert at_least(ended.verdict == verdict, share)


@pytest.mark.parametrize("discordance", [0.03, 0.1])
def test_labelled_set_keeps_its_error_rates(discordance: float) -> None:
    """Up to 8,000 records, a look every 50: wrong stops within 2.5%, wrong passes within 5%."""
    at_tolerance, at_margin = (draw(SEED, 1000, discordance, drop) for drop in (0.01, 0.02))
    assert at_most((evidence(at_tolerance, 0.01, 0.02)[0] >= -np.log(0.025)).any(axis=0), 0.025)
    assert at_most((evidence(at_margin, 0.01, 0.02)[1] >= -np.log(0.05)).any(axis=0), 0.05)


def test_ordinary_test_repeated_every_minute_would_break_the_promise() -> None:
    """The yardstick works: a z-test at 5% looked at every minute is wrong far more often than this
    test allows.
    """
    from benchmarks.verdicts.peers import z_test_each_minute  # noqa: PLC0415

    place = (100, 0.05, 0.01)
    hits = z_test_each_minute(minutes(Guarded(0.01), place, "z")) <= MINUTES
    assert not at_most(hits, 0.05)
