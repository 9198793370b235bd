"""A spec is read whole or refused with the field, the problem and the remedy."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.spec import read_spec

MINIMAL = {"endpoint": "churn-prod", "canary": "Variant2"}


def test_the_minimal_spec_goes_5_25_50_100_percent() -> None:
    """Endpoint and canary are all that must be said."""
    spec = read_spec(MINIMAL)
    assert [step.share for step in spec.steps] == [0.05, 0.25, 0.5, 1.0]
    assert (spec.steps[0].bake_minutes.min, spec.steps[0].bake_minutes.max) == (5, 120)
    assert (spec.watch_minutes, spec.hold_at_most_minutes, spec.on_inconclusive) == (
        30,
        1440,
        "hold",
    )
    assert not spec.guards.slow_requests_named


def test_left_out_and_switched_off_stay_apart() -> None:
    """`slow_requests: null` is a wish of its own."""
    assert read_spec({**MINIMAL, "guards": {"slow_requests": None}}).guards.slow_requests_named


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"endpoint": None}, "endpoint"),
        ({"endpoint": "../other"}, "endpoint"),
        ({"endpoint": "e" * 64}, "endpoint"),
        ({"canary": ""}, "canary"),
        ({"stepz": []}, "stepz"),
        ({"warm_up_minutes": True}, "warm_up_minutes"),
        (
            {"steps": [{"share": 0.5, "bake_minutes": {"min": True}}, {"share": 1}]},
            "steps[0].b",
        ),
        ({"steps": []}, "steps"),
        ({"steps": [{"share": 1.0}]}, "steps"),
        ({"steps": [{"share": 0.5}]}, "steps"),
        ({"steps": [{"share": 0.5}, {"share": 0.25}, {"share": 1}]}, "steps"),
        ({"steps": [{"share": 0.5}, {"share": 0.5}, {"share": 1}]}, "steps"),
        ({"steps": [{"share": 0}, {"share": 1}]}, "steps[0].share"),
        ({"steps": [{"share": 0.5}, {"share": 1.5}]}, "steps[1].share"),
        ({"steps": [{"share": "half"}, {"share": 1}]}, "steps[0].share"),
        (
            {"steps": [{"share": 0.5, "bake_minutes": {"min": 9, "max": 5}}, {"share": 1}]},
            "steps[0].bake_minutes",
        ),
        ({"guards": {"latency": {}}}, "guards.latency"),
        (
            {"guards": {"errors": {"early_steps": {"ratio": 0.9, "percentage_points": 0}}}},
            "early_steps.ratio",
        ),
        ({"guards": {"slow_requests": {"threshold_ms": 0}}}, "guards.slow_requests.threshold_ms"),
        ({"guards": {"alarms": [""]}}, "guards.alarms[0]"),
        ({"guards": {"quality": {}}}, "guards.quality.labelled_set"),
        ({"error_rates": {"false_rollback": 0}}, "error_rates.false_rollback"),
        ({"on_inconclusive": "promote"}, "on_inconclusive"),
        ({"hold_at_most_minutes": 18_000}, "hold_at_most_minutes"),
        ({"watch_minutes": 0}, "watch_minutes"),
        ({"warm_up_minutes": -1}, "warm_up_minutes"),
        ({"warm_up_minutes": 121}, "warm_up_minutes"),
        ({"warm_up_minutes": 2.5}, "warm_up_minutes"),
        ({"warm_up_minutes": 30}, "warm_up_minutes"),  # the whole watch
        (
            {
                "warm_up_minutes": 10,
                "steps": [{"share": 0.5, "bake_minutes": {"max": 10}}, {"share": 1}],
            },
            "warm_up_minutes",
        ),
        ({"version": 2}, "version"),
    ],
)
def test_a_wrong_field_is_named_with_a_remedy(change: dict[str, Any], field: str) -> None:
    """Whoever wrote it learns where and what to do."""
    with pytest.raises(Refused) as refusal:
        read_spec({**MINIMAL, **change})
    assert field in refusal.value.field
    assert refusal.value.problem
    assert refusal.value.remedy


@pytest.mark.parametrize("minutes", [0, 1, 29])
def test_a_warm_up_may_last_as_long_as_it_leaves_minutes_to_judge(minutes: int) -> None:
    """None at all is allowed; a short watch of an older spec stays as it was."""
    assert read_spec({**MINIMAL, "warm_up_minutes": minutes}).warm_up_minutes == minutes
    assert read_spec({**MINIMAL, "watch_minutes": 1}).warm_up_minutes == 2


@pytest.mark.parametrize(
    "document",
    [None, [], "spec", 3, {}, {"canary": "V2"}, {**MINIMAL, "watch_minutes": float("nan")}],
)
def test_what_is_not_a_spec_is_refused(document: object) -> None:
    """Anything but a JSON object with the two required fields is refused, never guessed at."""
    with pytest.raises(Refused):
        read_spec(document)
