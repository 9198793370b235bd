"""One spelling of every number that people read."""

import math

import pytest

from canary.domain.plan.guards import Margin
from canary.domain.words import (
    brief_strength,
    clock,
    duration,
    percent,
    rate,
    strength,
    strength_beside,
)


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0, "0%"),
        (0.05, "5%"),
        (0.0012345, "0.123%"),
        (1 / 3, "33.3%"),
        (0.9996, "99.96%"),
        (1.0, "100%"),
        (0.000001, "0.0001%"),
    ],
)
def test_three_digits_of_a_percentage_are_shown(fraction: float, text: str) -> None:
    """Enough to compare; what is not all of it is never called all of it."""
    assert percent(fraction) == text


def test_a_rate_shows_its_counts() -> None:
    """A rate without its counts says nothing of how much it means."""
    assert rate(57, 57_000) == "0.1% (57 of 57,000)"
    assert rate(0, 0) == "no requests"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0421, "0.042"), (7.34, "7.3"), (40.2, "40"), (1e9, "over 1,000,000")]
)
def test_evidence_shows_no_more_digits_than_it_means(value: float, text: str) -> None:
    """Two digits where it is small, whole numbers above, and beyond a million a name."""
    assert strength(math.log(value)) == text


@pytest.mark.parametrize(
    ("log_value", "text"),
    [(math.log(0.05), "0.1"), (math.log(7.3), "7.3"), (math.log(2500), "2k"), (50.0, ">1M")],
)
def test_brief_evidence_takes_four_characters_at_most(log_value: float, text: str) -> None:
    """The column keeps its width whatever the evidence is."""
    assert brief_strength(log_value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(45, "45 s"), (119.6, "120 s"), (720, "12 min"), (12_000, "3 h 20 min")]
)
def test_a_span_is_told_as_people_say_it(seconds: float, text: str) -> None:
    """Seconds, minutes or hours, whichever one would say."""
    assert duration(seconds) == text


def test_a_minute_is_told_in_utc() -> None:
    """Whoever is on call may sit anywhere."""
    assert clock(0) == "00:00 UTC"


def test_a_margin_is_told_in_the_units_of_the_spec() -> None:
    """The words can be typed back into the spec."""
    assert (
        Margin(ratio=1.1, percentage_points=0.01).words_above("baseline")
        == "1.1x the baseline + 0.01 pp"
    )


@pytest.mark.parametrize(
    ("value", "needed", "text"),
    [
        (19.97, 20, "just under 20"),
        (19.3, 20, "19"),
        (20, 20, "20"),
        (20.2, 20, "20"),
        (3, 20, "3"),
    ],
)
def test_evidence_that_falls_short_never_looks_like_enough(
    value: float, needed: float, text: str
) -> None:
    """20 of 20 would read as shown."""
    assert strength_beside(math.log(value), math.log(needed)) == text
