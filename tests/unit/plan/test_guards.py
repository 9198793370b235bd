"""A guard as a value: what it reads, what it makes of it, and how it was stored before."""

from typing import Any

import pytest
from pydantic import ValidationError

from canary.domain.judge.windows import Counts
from canary.domain.plan.guards import REQUESTS, CountGuard, CountSource, Metric
from canary.domain.plan.standard_guards import (
    SLOW_REQUESTS,
    guards_of,
    may_be_left_out,
    read_guard,
)
from canary.domain.plan.watching.keys import Guards

EVENTS, BAD, GOOD = Metric(name="Answers"), Metric(name="Empty"), Metric(name="Full")


def test_a_metric_is_read_of_one_variant() -> None:
    """Endpoint and variant stand where their placeholders did; the rest stays as it was given."""
    given = Metric(
        namespace="Churn",
        name="Empty",
        dimensions=(("Where", "${endpoint}/${variant}"), ("Stage", "live")),
    )
    assert given.at("churn", "v2").dimensions == (("Where", "churn/v2"), ("Stage", "live"))
    assert given.at("churn", "v2").but(dimensions=given.dimensions) == given


@pytest.mark.parametrize(
    ("source", "of", "marked", "counts"),
    [
        (CountSource(of=EVENTS, bad=BAD), 100, 7, (7, 100)),
        (CountSource(of=EVENTS, good=GOOD), 100, 93, (7, 100)),
        (CountSource(of=EVENTS, bad=BAD), 100, 120, (100, 100)),
        (CountSource(of=EVENTS, good=GOOD), 100, 120, (0, 100)),
    ],
    ids=["bad", "good", "more bad than events", "more good than events"],
)
def test_a_minute_becomes_bad_events_among_events(
    source: CountSource, of: float, marked: float, counts: tuple[int, int]
) -> None:
    """A count that was read before its total never becomes more than it."""
    assert source.counts(of, marked) == counts


@pytest.mark.parametrize("marks", [{}, {"bad": BAD, "good": GOOD}])
def test_bad_and_good_are_one_question(marks: dict[str, Metric]) -> None:
    """Neither says nothing, both could disagree."""
    with pytest.raises(ValidationError, match="either bad or good"):
        CountSource(of=EVENTS, **marks)


def test_only_two_statistics_of_one_metric_come_and_go_apart() -> None:
    """Latency has a sample count wherever it has values; its threshold count may be missing."""
    errors, slow = guards_of(Guards(), {SLOW_REQUESTS: 200})
    assert errors.source is not None
    assert slow.source is not None
    assert (errors.source.by_statistic, slow.source.by_statistic) == (False, True)


def test_the_spec_decides_which_guards_there_are() -> None:
    """Left out: watched where it can be; null: not watched; given: watched, at its threshold."""
    assert [guard.name for guard in guards_of(Guards(), {})] == ["errors", "slow_requests"]
    assert may_be_left_out(Guards(), SLOW_REQUESTS)
    assert not may_be_left_out(Guards(), "errors")
    assert len(guards_of(Guards(slow_requests=None), {})) == 1
    given = Guards.model_validate({"slow_requests": {"threshold_ms": 150.5}})
    assert guards_of(given, {SLOW_REQUESTS: 999})[1].full_name == "slow requests (over 150.5 ms)"
    assert not may_be_left_out(given, SLOW_REQUESTS)


def test_each_counter_of_errors_reads_its_own_metric() -> None:
    """What counts as an error is chosen, never added up."""
    found = []
    for count in ("model_errors", "5xx", "4xx"):
        guard = guards_of(Guards.model_validate({"errors": {"count": count}}), {})[0]
        assert guard.source is not None
        assert guard.source.of == REQUESTS
        found.append(guard.source.marked.name)
    assert found == ["InvocationModelErrors", "Invocation5XXErrors", "Invocation4XXErrors"]


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ({"name": "errors", "count": "5xx", "threshold_ms": None}, 0),
        ({"name": "slow_requests", "count": "model_errors", "threshold_ms": 44.44}, 1),
    ],
)
def test_a_guard_of_then_is_read_as_the_value_of_now(stored: dict[str, Any], now: int) -> None:
    """Version 5d17009 stored a name and what belongs to it."""
    spec = Guards.model_validate(
        {"errors": {"count": "5xx"}, "slow_requests": {"threshold_ms": 44.44}}
    )
    guard = guards_of(spec, {})[now].but(warm_up_from=None)  # its warm-up was not bet on then
    margins = guard.model_dump(include={"roll_back_beyond", "last_gate", "early_steps", "history"})
    assert CountGuard.model_validate(read_guard({**stored, **margins})) == guard


@pytest.mark.parametrize(
    ("stored", "guards"),
    [
        ({"requests": 9, "errors": 1, "slow": None, "timed": None}, {"errors": (1, 9)}),
        (
            {"requests": 9, "errors": 1, "slow": 2, "timed": 8},
            {"errors": (1, 9), "slow_requests": (2, 8)},
        ),
        ({"requests": 9, "errors": 1, "slow": 2}, {"errors": (1, 9), "slow_requests": (2, 9)}),
        (
            {"requests": 9, "errors": 1, "guards": {"empty": [3, 7]}},
            {"errors": (1, 9), "empty": (3, 7)},
        ),
        ({"requests": 9, "guards": {"empty": [3, 7]}}, {"empty": (3, 7)}),
    ],
)
def test_counts_of_then_and_of_recordings_are_read_by_guard(
    stored: dict[str, Any], guards: dict[str, tuple[int, int]]
) -> None:
    """Errors and slow requests may stand beside the requests; other guards stand by name."""
    assert Counts.model_validate(stored).guards == guards


@pytest.mark.parametrize(
    "stored",
    [
        {"requests": 9},
        {"requests": 9, "errors": -1},
        {"requests": 9, "errors": 1, "slow": "2"},
        {"requests": 9, "errors": 1, "bad": 2},
    ],
)
def test_counts_that_cannot_be_read_are_refused(stored: dict[str, Any]) -> None:
    """Nothing is filled in, and nothing unknown is passed over."""
    with pytest.raises(ValidationError):
        Counts.model_validate(stored, strict=True)
