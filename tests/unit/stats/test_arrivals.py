"""Who is silent and how the rest splits: by the weights of those who speak."""

import random

import pytest

from canary.stats.arrivals import NOTHING_YET, Arrivals, arrive, log_evidence, missing
from canary.stats.split import LOG_THRESHOLD

SHARE = 0.1
SHARES = {"v1": 0.6, "v3": 0.3}


def served(requests: int, silent: str | None, seed: int, share: float = SHARE) -> Arrivals:
    """Return 40 minutes of so many requests, every third without a variant, by lot."""
    lot, state = random.Random(seed), NOTHING_YET
    for minute in range(40):
        gone = silent if minute % 3 == 0 else None
        spoke = {name: part for name, part in SHARES.items() if name != gone}
        all_parts = share + sum(spoke.values())
        drawn = lot.choices(["v2", *spoke], [share, *spoke.values()], k=round(requests * all_parts))
        parts = {name: drawn.count(name) for name in spoke}
        state = arrive(state, drawn.count("v2"), parts, SHARES, minute, complete=True)
    return state


def test_a_silent_variant_misses_what_its_weight_would_have_brought() -> None:
    """Beside what the others served; zero is no silence."""
    assert missing({"v1": 600}, SHARES) == {"v3": pytest.approx(300)}
    assert missing({"v1": 600, "v3": 0}, SHARES) == {}
    assert missing({}, SHARES) == {}


@pytest.mark.parametrize("silent", [None, "v1", "v3"])
@pytest.mark.parametrize("seed", range(5))
def test_minutes_without_a_variant_say_nothing_against_the_split(
    silent: str | None, seed: int
) -> None:
    """Its share is left out of theirs, whoever it is."""
    assert log_evidence(served(2000, silent, seed), SHARE, SHARES) < LOG_THRESHOLD


@pytest.mark.parametrize("silent", [None, "v1", "v3"])
def test_another_share_is_found_though_a_variant_is_silent(silent: str | None) -> None:
    """Twice the canary's share."""
    assert log_evidence(served(2000, silent, 1, share=0.2), SHARE, SHARES) > LOG_THRESHOLD


def test_silence_lasts_until_the_variant_is_heard() -> None:
    """Minutes add up over the step, what was missed and since when only since it last spoke."""
    state = NOTHING_YET
    for minute, parts in enumerate([{"v1": 60}, {"v1": 60, "v3": 1}, {"v1": 60}, {"v1": 60}]):
        state = arrive(state, 1, parts, SHARES, minute, complete=True)
    one = state.silence("v3")
    assert (one.minutes, one.missed, one.since) == (3, pytest.approx(60), 2)
    assert state.silence("v1").since is None


def test_a_minute_of_which_more_may_come_says_nothing_of_the_split() -> None:
    """It counts as silent so far, and nothing is missed yet."""
    state = arrive(NOTHING_YET, 10, {"v1": 60}, SHARES, 7, complete=False)
    assert state.split == (0, 0)
    assert (state.silence("v3").minutes, state.silence("v3").missed) == (1, 0)
