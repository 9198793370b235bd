"""From CloudWatch's points to counts: missing is never zero, and no guard blinds another."""

import pytest

from canary.domain.judge.metrics import MetricReading, RawSeries, together, windows_of
from canary.domain.plan.guards import REQUESTS, CountGuard, CountSource, GuardWords, Metric
from tests.unit.judge.worlds import errors_guard, slow_guard

EMPTY = Metric(namespace="Churn", name="EmptyAnswers")


def empty_answers() -> CountGuard:
    """Return a guard on a metric of the user's own, counted among the requests."""
    return errors_guard().but(
        name="empty_answers",
        words=GuardWords(bad="empty answers"),
        source=CountSource(of=REQUESTS, bad=EMPTY),
        fuse=False,
    )


READING = MetricReading("churn", (errors_guard(), slow_guard(), empty_answers()))
Points = dict[str, dict[int, float]]


def series(**variants: Points) -> dict[Metric, RawSeries]:
    """Return what was read, by variant and a short name of each metric."""
    latency = slow_guard().source
    assert latency is not None
    names = {
        "requests": REQUESTS,
        "errors": Metric(name="InvocationModelErrors"),
        "timed": latency.of,
        "within": latency.marked,
        "empty": EMPTY,
    }
    return {
        names[name].at("churn", variant): RawSeries(minutes=values)
        for variant, points in variants.items()
        for name, values in points.items()
    }


WHOLE: Points = {
    "requests": {1: 100},
    "errors": {1: 2},
    "timed": {1: 98},
    "within": {1: 90},
    "empty": {1: 7},
}


def test_each_metric_is_asked_for_once() -> None:
    """Requests serve the split and two guards, and are one query."""
    wanted = READING.metrics(["v1", "v2"])
    assert len(wanted) == len(set(wanted)) == 10


def test_every_guard_counts_what_its_source_says() -> None:
    """Bad among requests, slow among timed, and the user's own."""
    counts = READING.counts(series(v1=WHOLE), "v1")[1]
    assert counts.requests == 100
    assert counts.guards == {
        "errors": (2, 100),
        "slow_requests": (8, 98),
        "empty_answers": (7, 100),
    }


@pytest.mark.parametrize("missing", ["timed", "within", "empty"])
def test_a_metric_without_a_point_silences_its_own_guard_alone(missing: str) -> None:
    """It is left out, not zero, and the others speak on."""
    points = {name: values for name, values in WHOLE.items() if name != missing}
    counts = READING.counts(series(v1=points), "v1")[1]
    silent = "empty_answers" if missing == "empty" else "slow_requests"
    assert set(counts.guards) == {"errors", "slow_requests", "empty_answers"} - {silent}


@pytest.mark.parametrize("missing", ["requests", "errors"])
def test_a_minute_half_published_says_nothing(missing: str) -> None:
    """Without its requests, or without what the fuse watches, a minute is not read at all."""
    points = {name: values for name, values in WHOLE.items() if name != missing}
    assert READING.counts(series(v1=points), "v1") == {}


def test_zero_is_a_measurement() -> None:
    """A minute without a bad event counts as one."""
    points = {**WHOLE, "errors": {1: 0.0}, "empty": {1: 0.0}}
    counts = READING.counts(series(v1=points), "v1")[1]
    assert (counts.guards["errors"], counts.guards["empty_answers"]) == ((0, 100), (0, 100))


def test_baselines_are_summed_over_those_that_speak() -> None:
    """A minute in which one of them has no point is the other's; both are summed guard by guard."""
    two = {name: {**values, 2: 1.0} for name, values in WHOLE.items()}
    both = together(READING.each(series(v1=two, v3=WHOLE), ["v1", "v3"]))
    assert {minute: counts.requests for minute, counts in both.items()} == {1: 200, 2: 1}
    assert both[1].guards == {
        "errors": (4, 200),
        "slow_requests": (16, 196),
        "empty_answers": (14, 200),
    }


@pytest.mark.parametrize(("requests", "found"), [(11, (7, 100)), (12, None)])
def test_a_guard_is_summed_over_nine_tenths_of_the_requests_or_not_at_all(
    requests: float, found: tuple[int, int] | None
) -> None:
    """A little variant without the metric is left out of it on both sides; of a large one the rest
    is not the baseline.
    """
    without = {name: {1: requests} for name in ("requests", "timed", "within")}
    both = together(
        READING.each(series(v1=WHOLE, v3={**without, "errors": {1: 0.0}}), ["v1", "v3"])
    )
    assert both[1].requests == 100 + requests
    assert both[1].guards.get("empty_answers") == found


def test_a_window_keeps_who_of_several_baselines_spoke() -> None:
    """By requests; zero is said, and nobody is named where there is one baseline."""
    idle = {"requests": {1: 0.0}, "errors": {1: 0.0}}
    read = series(v1=WHOLE, v2=WHOLE, v3=idle, v4={})
    [window] = windows_of(READING, read, "v2", ["v1", "v3", "v4"])
    assert window.served == {"v1": 100, "v3": 0}
    assert windows_of(READING, read, "v2", ["v1"])[0].served == {}
    assert windows_of(READING, read, "v2", ["v4"])[0].baseline is None


def test_a_window_stands_for_every_minute_anything_is_known_of() -> None:
    """Half of a minute is kept as that: the other side is missing."""
    found = windows_of(READING, series(v1=WHOLE, v2={"timed": {2: 5}}), "v2", ["v1"])
    assert [(w.minute, w.baseline is None, w.canary is None) for w in found] == [
        (1, False, True),
        (2, True, True),
    ]


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (0, "does not give the statistic that counts slow requests"),
        (89, "of v1 in 89 of 100 with requests, 89% and not the 90% it takes"),
        (90, None),
    ],
)
def test_a_statistic_is_relied_on_in_nine_of_ten_minutes(counted: int, said: str | None) -> None:
    """Minutes without requests do not count; what is counted too seldom is named with the share."""
    timed = dict.fromkeys(range(100), 100.0) | dict.fromkeys(range(100, 150), 0.0)
    points = {**WHOLE, "timed": timed, "within": dict.fromkeys(range(counted), 95.0)}
    found = READING.uncounted(series(v1=points), ["v1"])
    assert (said in found["slow_requests"]) if said else (found == {})


@pytest.mark.parametrize(("requests", "told"), [(11.0, False), (12.0, True)])
def test_a_little_variant_may_lack_a_statistic(requests: float, *, told: bool) -> None:
    """With a tenth of the requests or less it is left out of the guard, not the guard."""
    other = {**WHOLE, "timed": {1: requests}, "within": {}}
    read = series(v1={**WHOLE, "timed": {1: 100.0}}, v3=other)
    assert bool(READING.uncounted(read, ["v1", "v3"])) is told
