"""Instances for each share: what the baseline's day says, what limits them, and what is told."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.capacity.needs import (
    MOST_RAISES,
    CapacityFacts,
    in_few_raises,
    plan_capacity,
)
from canary.domain.plan.capacity.values import Bounds, CapacityPlan
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.target import Target
from tests.rollouts import a_spec, a_view

SHARES = (0.0, 0.05, 0.25, 0.5, 1.0)


def view(baseline: int = 4, canary: int = 1, **weights: float) -> EndpointView:
    """Return an endpoint with so many instances a variant."""
    found = {"v1": 3.0, "v2": 0.0, **weights}
    return a_view(Target(weights=found, counts={"v1": baseline, "v2": canary}))


def day(requests: float, instances: float, minutes: int = 1440) -> dict[str, Any]:
    """Return equal minutes of the baseline."""
    return {
        "requests": {"v1": (requests,) * minutes},
        "per_instance": {"v1": (requests / instances,) * minutes},
    }


def planned(
    facts: CapacityFacts | None = None, found: EndpointView | None = None, **spec: Any
) -> tuple[CapacityPlan | None, str]:
    """Return the instances planned, and what is told of them."""
    known = facts or CapacityFacts(**day(6000, 4))
    plan, told = plan_capacity(a_spec(**spec), found or view(), known, SHARES)
    return plan, " ".join(told)


def counts(*given: Any, **spec: Any) -> tuple[int, ...]:
    """Return the canary's instances by step."""
    plan, _ = planned(*given, **spec)
    assert plan is not None
    return plan.counts


def test_a_share_gets_its_part_of_the_baselines_instances_with_headroom() -> None:
    """Half of what four instances carry needs 1.3 times two."""
    assert counts(capacity={}) == (1, 1, 2, 3, 6)


def test_without_a_word_in_the_spec_it_gets_no_more_than_carry_it_today() -> None:
    """Instances cost money: the headroom never buys more than the baseline has."""
    assert counts() == (1, 1, 2, 3, 4)


def test_a_canary_that_has_enough_is_left_alone() -> None:
    """Nothing is planned and nothing told, as before there was anything to plan."""
    assert planned(found=view(canary=4)) == (None, "")


def test_instances_are_never_taken_away() -> None:
    """A canary with more than a share needs keeps them."""
    assert counts(found=view(canary=3)) == (3, 3, 3, 3, 4)


def test_off_plans_nothing() -> None:
    """The word of a user who sees to it otherwise."""
    assert planned(capacity="off") == (None, "")


def test_headroom_and_the_most_are_the_users() -> None:
    """Twice what is needed, but five at most; what is short of it is told."""
    spec = {"headroom": 2, "at_most": 5}
    assert counts(capacity=spec) == (1, 1, 2, 4, 5)
    assert "would need 8 instances for all traffic and gets 5" in planned(capacity=spec)[1]


def test_the_busy_minutes_of_the_day_count_not_the_present_instances() -> None:
    """At night two instances serve what six did at noon."""
    busy, quiet = 144, 1296
    facts = CapacityFacts(
        requests={"v1": (900.0,) * quiet + (9000.0,) * busy},
        per_instance={"v1": (450.0,) * quiet + (1500.0,) * busy},
    )
    assert counts(facts, view(baseline=2)) == (1, 1, 2, 4, 6)


def test_without_an_hour_of_metrics_the_present_instances_stand_for_it() -> None:
    """And it is told."""
    plan, told = planned(CapacityFacts(**day(6000, 4, minutes=59)))
    assert plan is not None
    assert plan.counts == (1, 1, 2, 3, 4)
    assert "the baseline's present instances, whose metrics cover less than an hour" in told


def test_where_the_numbers_come_from_is_told() -> None:
    """Requests, each instance's part of them, headroom, and how to say otherwise."""
    told = planned()[1]
    for words in (
        "v2 has 1",
        "is given 2 for 25%, 3 for 50%, 4 for 100% before each of them",
        "its DesiredInstanceCount",
        "6,000 requests a minute at the 95th percentile",
        "1,500 an instance (InvocationsPerInstance)",
        "headroom 1.3",
        '"capacity" in the spec',
    ):
        assert words in told


def test_several_baselines_are_added_up() -> None:
    """Each by what its own instances carry."""
    found = a_view(
        Target(weights={"v1": 9.0, "v3": 1.0, "v2": 0.0}, counts={"v1": 3, "v3": 1, "v2": 1})
    )
    facts = CapacityFacts(
        requests={"v1": (900.0,) * 100, "v3": (100.0,) * 100},
        per_instance={"v1": (300.0,) * 100, "v3": (100.0,) * 100},
    )
    assert counts(facts, found) == (1, 1, 2, 3, 4)


def test_an_autoscaled_baseline_is_held_at_what_its_traffic_needs() -> None:
    """So that the way back leads to instances; told with the minimum it was found with."""
    facts = CapacityFacts(**day(6000, 4), bounds={"v1": Bounds(least=1, most=8)})
    plan, told = planned(facts)
    assert plan is not None
    assert (plan.held, plan.bounds) == ({"v1": 4}, {"v1": Bounds(least=1, most=8)})
    assert "keeps at least 4 instances until the watch is over (its minimum is 1)" in told


def test_a_baseline_whose_minimum_suffices_is_left_alone() -> None:
    """Nothing to hold."""
    facts = CapacityFacts(**day(6000, 4), bounds={"v1": Bounds(least=4, most=8)})
    assert planned(facts, view(canary=4)) == (None, "")


def test_an_autoscaled_canary_gets_no_more_than_its_maximum() -> None:
    """The maximum is its owner's word."""
    facts = CapacityFacts(**day(6000, 4), bounds={"v2": Bounds(least=1, most=2)})
    assert counts(facts, capacity={}) == (1, 1, 2, 2, 2)
    assert "MaxCapacity of its scalable target" in planned(facts, capacity={})[1]


@pytest.mark.parametrize(
    ("variant", "facts", "why"),
    [
        ({"serverless": True}, CapacityFacts(), "a serverless variant has none"),
        ({"least_instances": 1}, CapacityFacts(), "ManagedInstanceScaling"),
        ({}, CapacityFacts(unread="AccessDenied"), "which variants are autoscaled: AccessDenied"),
    ],
)
def test_what_has_no_count_to_move_is_left_out_and_told(
    variant: dict[str, Any], facts: CapacityFacts, why: str
) -> None:
    """Never silently."""
    found = view()
    first: Variant = found.variants[0]
    plan, told = planned(facts, found.but(variants=(first.but(**variant), *found.variants[1:])))
    assert plan is None
    assert why in told


def test_more_steps_than_a_history_holds_raises_for_are_left_alone_and_told() -> None:
    """Thirty steps go on with the instances that are there."""
    steps = [{"share": round(number / 30, 4)} for number in range(1, 31)]
    plan, told = planned(steps=steps, hold_at_most_minutes=60)
    assert plan is None
    assert "fit into the history of 20 steps" in told


def test_many_steps_are_raised_a_few_at_a_time() -> None:
    """Each step keeps at least its own, and no more raises than a history can hold."""
    wanted = list(range(1, 51))
    merged = in_few_raises(wanted)
    assert len(set(merged)) <= MOST_RAISES + 1
    assert all(count >= least for count, least in zip(merged, wanted, strict=True))
    assert merged[-1] == 50


@pytest.mark.parametrize(
    ("capacity", "field", "words"),
    [
        ("of", "capacity", 'the only word here is "off"'),
        ({"headroom": 0.5}, "capacity.headroom", "from 1 to"),
        ({"headrom": 2}, "capacity.headrom", "unknown key"),
        ({"at_most": 0}, "capacity.at_most", "from 1 to"),
        ({"at_most": True}, "capacity.at_most", "no numbers"),
    ],
)
def test_a_wrong_capacity_is_refused_by_its_field(capacity: Any, field: str, words: str) -> None:
    """Field, problem and remedy."""
    with pytest.raises(Refused) as caught:
        a_spec(capacity=capacity)
    assert caught.value.field == field
    assert words in str(caught.value)
