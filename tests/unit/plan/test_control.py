"""A control: what may be one, what is told of it, and what the plan compares at which step."""

from typing import Any

import pytest
from pydantic import JsonValue

from canary.domain.errors import Refused
from canary.domain.plan.capacity.needs import CapacityFacts
from canary.domain.plan.capacity.values import Bounds
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.forecast import forecast
from canary.domain.plan.kinds.hosting import Behind, Configured, Unread
from canary.domain.plan.make_plan import Facts, make_plan
from canary.domain.plan.plan import Plan
from canary.domain.plan.release.configuration import staged
from canary.domain.plan.release.staging import Candidate, plan_release, with_canary
from canary.domain.plan.spec import read_spec
from canary.domain.plan.target import Target
from canary.stats.history import Minute
from tests.rollouts import a_spec, a_view

FOUND = {"v1": 3.0, "v2": 0.0, "v3": 1.0, "twin": 0.0}
BEHIND = {
    "v1": Behind(model="old", instance_type="ml.m5.large"),
    "v2": Behind(model="new", instance_type="ml.c5.large"),
    "v3": Behind(model="older", instance_type="ml.m5.large"),
    "twin": Behind(model="old", instance_type="ml.c5.large"),
}
DAY: list[Minute] = [(6000, 60)] * 1440


def view(**weights: float) -> EndpointView:
    """Return the endpoint, some weights changed."""
    return a_view(Target(weights={**FOUND, **weights}))


def planned(
    found: EndpointView | None = None,
    behind: dict[str, Behind] | None = None,
    capacity: CapacityFacts | None = None,
    **spec: Any,
) -> Plan:
    """Return the plan of a rollout with a control. Raises Refused."""
    facts = Facts(
        endpoint=found or view(),
        configured=Configured(behind=BEHIND if behind is None else behind),
        history={"errors": DAY},
        unmeasured={"slow_requests": "nobody knows"},
        capacity=capacity,
    )
    return make_plan(a_spec(**{"control": "twin", **spec}), facts)


def refusal(*given: Any, **spec: Any) -> Refused:
    """Return why a control is refused."""
    with pytest.raises(Refused) as refused:
        planned(*given, **spec)
    return refused.value


def changed(name: str, **what: str) -> dict[str, Behind]:
    """Return what stands behind the variants, one of them changed."""
    return {**BEHIND, name: BEHIND[name].but(**what)}


@pytest.mark.parametrize(
    ("found", "behind", "control", "seen", "remedy"),
    [
        (view(twin=0.5), None, "twin", "twin serves with weight 0.5", "to 0 to compare"),
        (view(), None, "v3", "v3 serves with weight 1", "or leave"),
        (view(), None, "twim", "no variant 'twim'", "Choose one of ['twin']"),
        (view(), changed("twin", model="new"), "twin", "has the model new", "baseline's model"),
        (
            view(),
            changed("twin", instance_type="ml.m5.large"),
            "twin",
            "twin runs on ml.m5.large and v2 on ml.c5.large",
            "canary's instance type",
        ),
    ],
)
def test_what_cannot_be_a_control_is_refused(
    found: EndpointView,
    behind: dict[str, Behind] | None,
    control: str,
    seen: str,
    remedy: str,
) -> None:
    """With the field, what was seen and what to do instead."""
    told = refusal(found, behind, control=control)
    assert told.field == "control"
    assert seen in str(told)
    assert remedy in str(told)
    assert 'leave "control" out' in str(told)


def test_a_control_whose_model_nobody_can_read_is_refused() -> None:
    """With why; nothing is guessed of it."""
    facts = Facts(
        endpoint=view(),
        configured=Configured(
            unread=(Unread(what="configuration", name="config-1", why="AccessDenied: no"),)
        ),
    )
    with pytest.raises(Refused, match="could not be read: AccessDenied: no"):
        make_plan(a_spec(control="twin"), facts)


def test_the_canary_is_no_control_of_its_own() -> None:
    """It is refused before anything is looked at."""
    with pytest.raises(Refused, match="control: v2 is the canary itself"):
        read_spec({"endpoint": "churn", "canary": "v2", "control": "v2"})


def test_no_word_but_a_name_is_taken() -> None:
    """Whether it is built is seen from what stands there."""
    with pytest.raises(Refused, match="control: give its name"):
        read_spec({"endpoint": "churn", "canary": "v2", "control": True})


def test_the_control_alone_is_compared_with_while_both_serve() -> None:
    """At share 0 and at 100% there is none; the history stays the baselines'."""
    plan = planned()
    assert [plan.compared_with(step) for step in range(5)] == [
        ("v1", "v3"),
        ("twin",),
        ("twin",),
        ("twin",),
        ("v1", "v3"),
    ]
    assert plan.baselines == ("v1", "v3")
    assert [plan.beside(step) for step in range(5)] == [None, 0.05, 0.25, 0.5, None]
    assert plan.served_by(1) == ("twin", "v1", "v3")
    assert plan.served_by(3) == ("twin",)


def test_it_is_told_with_what_is_compared_where_and_where_not() -> None:
    """Also that from one half on the baseline serves nothing, and what less the control has."""
    told = " ".join(planned(steps=[{"share": 0.1}, {"share": 0.75}, {"share": 1.0}]).notices)
    assert "v2 is compared with twin alone" in told
    assert "less where no more is left (25% at 75%)" in told
    assert "At share 0, and at 100%, there is none: the labelled set asks v1" in told
    assert "At 75% canary and control serve everything and the baseline nothing" in told


def test_less_on_the_other_side_takes_longer() -> None:
    """At 5% a bad canary beside 5% serves longer than beside 95%; at 50% as long."""
    controlled = {one.step: one for one in forecast(planned())}
    alone = {one.step: one for one in forecast(planned(control=None))}
    first, without = controlled[1].twice_as_bad_minutes, alone[1].twice_as_bad_minutes
    assert first is not None
    assert without is not None
    assert first > 1.5 * without
    assert controlled[3] == alone[3]


def test_control_and_canary_get_the_same_instances_before_each_share() -> None:
    """Beyond one half the control keeps what it had; each gets half of the raises there may be."""
    busy = {"v1": (4500.0,) * 1440, "v3": (1500.0,) * 1440}
    each = {"v1": (750.0,) * 1440, "v3": (750.0,) * 1440}
    facts = CapacityFacts(busy, each, {"twin": Bounds(least=1, most=3)})
    counts = dict.fromkeys(FOUND, 1)
    found = a_view(Target(weights=FOUND, counts=counts))
    steps = [{"share": share} for share in (0.25, 0.5, 0.75, 1.0)]
    plan = planned(found, capacity=facts, steps=steps)
    assert plan.capacity is not None
    assert plan.capacity.counts == (1, 3, 6, 8, 8)
    assert plan.capacity.control["twin"].counts == (1, 3, 3, 3, 3)
    assert plan.capacity.least_of("twin", "v2", 1) == 3
    told = " ".join(plan.notices)
    assert "twin has 1 of the instances its shares need" in told


def test_a_control_that_does_not_stand_is_built_with_its_canary() -> None:
    """Of the model of the variant it is built like, on as many instances as the canary."""
    spec = a_spec(canary={"model": "new", "instance_type": "ml.c5.large"}, control="fresh")
    found = a_view(Target(weights={"v1": 3.0, "v3": 1.0}))
    release = plan_release(spec.staged, spec.after, "r", found, Candidate(), spec.control)
    staging = release.staging
    assert staging is not None
    assert staging.built == ("new", "fresh")
    built = with_canary(found, staging)
    assert built.current_weights == {"v1": 3.0, "v3": 1.0, "new": 0.0, "fresh": 0.0}
    plan = make_plan(
        spec, Facts(endpoint=built, configured=Configured(behind=BEHIND), release=release)
    )
    assert (plan.control, plan.baselines) == ("fresh", ("v1", "v3"))
    config: dict[str, JsonValue] = {
        "EndpointConfigName": "c",
        "ProductionVariants": [
            {"VariantName": "v1", "ModelName": "old", "InstanceType": "ml.m5.large"},
        ],
    }
    made: Any = staged(config, staging)
    *_, canary, control = made["ProductionVariants"]
    assert (canary["ModelName"], control["ModelName"]) == ("new", "old")
    assert canary["InstanceType"] == control["InstanceType"] == "ml.c5.large"
    assert control["InitialVariantWeight"] == 0.0


def test_two_more_than_ten_variants_are_refused() -> None:
    """Nine stand there, and canary and control would be eleven."""
    spec = a_spec(canary={"model": "new"}, control="fresh")
    found = a_view(Target(weights={f"v{number}": 1.0 for number in range(9)}))
    with pytest.raises(Refused, match="leave the control out that would be built"):
        plan_release(spec.staged, spec.after, "r", found, Candidate(), spec.control)
