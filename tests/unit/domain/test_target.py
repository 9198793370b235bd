"""A target is weights and, where they are asked for, instance counts."""

import pytest
from pydantic import ValidationError

from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.plan import Plan, PlannedStep
from canary.domain.plan.target import Target, describe
from canary.domain.rollout.arrival import is_foreign, look_forward, look_restored
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Asked, Decision, Record
from canary.domain.rollout.transitions import claims, restoring
from tests.rollouts import FOUND, HOLDER, NOON, a_plan, a_record, a_view, after

PLAN = a_plan()
WIDER = PLAN.steps[1].target.but(counts={"v2": 3})
NARROW = PLAN.safe_target.but(counts={"v2": 1})
ADVANCE = Decision(verdict="ADVANCE", step=0, to_step=1, reason="gate open", at=NOON)


def shifting() -> Record:
    """Return a rollout that asked for step 1 with three instances of the canary, safe with one."""
    steps = (PLAN.steps[0], PLAN.steps[1].but(target=WIDER), *PLAN.steps[2:])
    plan = PLAN.but(steps=steps, safe_target=NARROW)
    baking = a_record(plan=plan, phase=Phase.BAKING, decision=ADVANCE)
    return claims.claim_forward(baking, HOLDER, 1, NOON)


def test_the_asked_weights_on_too_few_instances_have_not_arrived() -> None:
    """A count that was asked for is waited for like a weight."""
    narrow = WIDER.but(counts={"v2": 1})
    assert look_forward(shifting(), a_view(narrow), after(30)) == "MOVING"
    assert look_forward(shifting(), a_view(narrow), after(61)) == "REVERTED"
    assert look_forward(shifting(), a_view(WIDER), after(30)) == "REACHED"


def test_instances_that_are_on_their_way_do_not_serve_yet() -> None:
    """Current and desired have to agree on the count."""
    leaving = a_view(WIDER).variants[1].but(desired_count=1)
    view = a_view(WIDER).but(variants=(a_view(WIDER).variants[0], leaving))
    assert not view.serves(WIDER)


def test_the_way_back_ends_at_the_safe_counts() -> None:
    """The safe weights on the step's instances are not yet the safe target."""
    record = restoring.claim_restore(shifting(), HOLDER, 1, "trouble", after(90))
    wide = NARROW.but(counts={"v2": 3})
    assert look_restored(record, a_view(wide), after(120)) == "REVERTED"
    asked = restoring.ask_safe(record, HOLDER, 1, a_view(wide).current_target, after(120))
    assert asked.asked is not None
    assert asked.asked.target == NARROW
    assert look_restored(asked, a_view(NARROW), after(200)) == "REACHED"


def test_counts_nobody_asked_for_are_nobodys_business() -> None:
    """Autoscaling moves them: neither foreign nor in the way."""
    view = a_view(FOUND.but(counts={"v1": 7, "v2": 9}))
    assert not is_foreign(a_record(), view)
    assert view.serves(FOUND)


def test_other_counts_alone_do_not_make_an_endpoint_somebody_elses() -> None:
    """Also where counts were asked for: the weights say whose it is."""
    assert not is_foreign(shifting(), a_view(WIDER.but(counts={"v2": 9})))


def test_a_variant_without_instances_meets_no_count() -> None:
    """A serverless variant has no count to compare."""
    variants = tuple(
        Variant(name=name, current_weight=weight, desired_weight=weight)
        for name, weight in WIDER.weights.items()
    )
    view = EndpointView(config_name="c", variants=variants)
    assert view.serves(PLAN.steps[1].target)
    assert not view.serves(WIDER)


@pytest.mark.parametrize(
    ("counts", "words"),
    [({"v9": 1}, "give each of them a weight"), ({"v2": 0}, "greater than or equal to 1")],
)
def test_counts_that_cannot_be_asked_for_are_refused(counts: dict[str, int], words: str) -> None:
    """A count belongs to a variant of the target and is at least one."""
    with pytest.raises(ValidationError, match=words):
        Target(weights=FOUND.weights, counts=counts)


def test_people_read_the_counts_that_were_asked_for() -> None:
    """Beside the share, and only there."""
    assert describe(FOUND.but(counts={"v2": 3})) == "v1 3 (100%), v2 0 (0%, 3 instances)"
    assert describe(FOUND) == "v1 3 (100%), v2 0 (0%)"


def test_weights_as_5d17009_stored_them_are_read_as_targets() -> None:
    """Also those of a variant that is called like a field."""
    odd = {"weights": 1.0, "before": 0.0}
    step = {"share": 0.0, "weights": odd, "bake_min_minutes": 0, "bake_max_minutes": 9}
    assert PlannedStep.model_validate(step).target == Target(weights=odd)
    ask = {"weights": odd, "before": odd, "at": NOON, "direction": "forward"}
    read = Asked.model_validate(ask)
    assert (read.target.weights, read.before.weights) == (odd, odd)
    old = PLAN.model_dump(exclude={"found_target", "safe_target"})
    old |= {"found_weights": FOUND.weights, "safe_weights": FOUND.weights}
    assert Plan.model_validate(old) == PLAN


def test_a_name_of_then_beside_todays_is_refused() -> None:
    """Nobody says twice what is meant."""
    with pytest.raises(ValidationError, match="weights"):
        PLAN.steps[0].but(weights=FOUND.weights)
