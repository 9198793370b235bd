"""A threshold learnt from the baseline: no incident of less than half of the history moves it."""

import math
from collections.abc import Mapping, Sequence

import pytest

from canary.domain.plan.make_plan import origin_of
from canary.stats.threshold import LatencySlice, LearntThreshold, bin_end_ms, learn_threshold

CALM_MS, INCIDENT_MS = 25.0, 2000.0
Slices = Sequence[tuple[float, float]]
"""(timed requests, p95 in ms), oldest first."""


def learnt(slices: Mapping[int, Slices], *others: Mapping[int, Slices]) -> LearntThreshold | None:
    """Return what slices by their span teach, of one or several variants."""

    def read(span: int) -> list[list[LatencySlice]]:
        return [
            [LatencySlice(i * span, *one) for i, one in enumerate(variant.get(span, ()))]
            for variant in (slices, *others)
        ]

    return learn_threshold(read)


def hours(calm: int, incident: int = 0) -> Mapping[int, Slices]:
    """Return so many hours of each kind."""
    return {60: [(3600.0, CALM_MS)] * calm + [(3600.0, INCIDENT_MS)] * incident}


@pytest.mark.parametrize("incident", [0, 1, 6, 12])
def test_an_incident_of_up_to_half_of_the_day_does_not_move_it(incident: int) -> None:
    """And is told, where there was one."""
    found = learnt(hours(24 - incident, incident))
    assert found is not None
    assert found.threshold_ms == bin_end_ms(CALM_MS)
    assert "the median of the baseline's p95 over 24 hours, 25 ms" in origin_of(found)
    assert (
        f"over 3 times that, which does not move it: {incident} of them" in origin_of(found)
    ) is (incident > 0)
    assert "incident fills" not in origin_of(found)


@pytest.mark.parametrize("incident", [13, 18, 22])
def test_an_incident_of_more_than_half_of_the_day_is_told(incident: int) -> None:
    """It cannot be told from a slow model that once was quick, so both are said with the remedy."""
    found = learnt(hours(24 - incident, incident))
    assert found is not None
    assert found.threshold_ms > INCIDENT_MS
    assert "the calmest 2 of them were at most 25 ms" in origin_of(found)
    assert "give threshold_ms in the spec" in origin_of(found)


@pytest.mark.parametrize(
    ("slices", "span"),
    [
        (hours(6), "6 hours"),
        ({**hours(5), 5: [(300.0, CALM_MS)] * 60}, "60 slices of 5 min"),
        ({5: [(300.0, CALM_MS)] * 5, 1: [(60.0, CALM_MS)] * 25}, "25 slices of 1 min"),
        ({1: [(20.0, CALM_MS)] * 6}, "6 slices of 1 min"),
    ],
)
def test_where_hours_are_few_shorter_slices_speak_and_it_is_said(
    slices: Mapping[int, Slices], span: str
) -> None:
    """The longest slices of which there are six."""
    found = learnt(slices)
    assert found is not None
    assert f"over {span}, 25 ms" in origin_of(found)
    assert ("fewer than 6 hours of history" in origin_of(found)) is ("hours" not in span)


@pytest.mark.parametrize(
    "slices", [{}, {1: [(60.0, CALM_MS)] * 5}, {1: [(19.0, CALM_MS)] * 60, 60: [(19.0, CALM_MS)]}]
)
def test_too_little_latency_teaches_nothing(slices: Mapping[int, Slices]) -> None:
    """A handful of requests has no 95th percentile, a handful of minutes no median."""
    assert learnt(slices) is None


def test_hours_with_few_requests_are_left_out_and_counted() -> None:
    """At night the p95 of five requests is the slowest of them."""
    night = [(5.0, INCIDENT_MS)] * 14
    found = learnt({60: [*night, *hours(10)[60]]})
    assert found is not None
    assert found.threshold_ms == bin_end_ms(CALM_MS)
    assert "14 more left out with under 20 timed requests" in origin_of(found)


@pytest.mark.parametrize(("requests", "told"), [(189.0, False), (190.0, True), (3599.0, True)])
def test_a_slow_variant_with_less_than_half_of_the_requests_moves_nothing(
    requests: float, *, told: bool
) -> None:
    """A canary as slow as it would pass; it is told where it serves enough to be seen."""
    found = learnt(hours(24), {60: [(requests, INCIDENT_MS)] * 24})
    assert found is not None
    assert found.threshold_ms == bin_end_ms(CALM_MS)
    assert ("a baseline was over 3 times slower" in origin_of(found)) is told


def test_the_variant_of_most_requests_counts_where_it_is_the_slow_one() -> None:
    """What is quicker than most of the baseline is not slow."""
    found = learnt(hours(24), {60: [(3601.0, INCIDENT_MS)] * 24})
    assert found is not None
    assert found.threshold_ms == bin_end_ms(INCIDENT_MS)
    assert "times slower" not in origin_of(found)


@pytest.mark.parametrize("latency", [0.9, 1.0, 24.6, 40.0, 1999.9, 59_000.0])
def test_a_threshold_ends_the_bin_its_latency_falls_into(latency: float) -> None:
    """At a power of 1.1 of a microsecond, at most a bin above; the end of a bin is its own."""
    end = bin_end_ms(latency)
    power = math.log(end * 1000) / math.log(1.1)
    assert power == pytest.approx(round(power), abs=0.02)
    assert latency <= end <= latency * 1.1 + 0.001
    assert bin_end_ms(1.1 ** round(power) / 1000) == end
