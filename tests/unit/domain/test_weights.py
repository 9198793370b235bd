"""The exact weights of every step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.kinds.check import check_endpoint
from canary.domain.plan.spec import read_spec
from canary.domain.plan.steps import plan_steps, safe_target, step_target
from canary.domain.plan.target import Target, same_weights, shares

FOUND = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.floats(1e-3, 1e4), min_size=1)


@given(found=FOUND, share=st.floats(0.001, 0.999))
def test_the_canary_gets_its_share_and_the_others_keep_their_weights(
    found: dict[str, float], share: float
) -> None:
    """Only the canary's weight changes below share 1."""
    weights = step_target(Target(weights={**found, "canary": 0.0}), "canary", share).weights
    assert shares(weights)["canary"] == pytest.approx(share)
    assert {name: weight for name, weight in weights.items() if name != "canary"} == found


@given(found=FOUND)
def test_at_share_one_the_canary_takes_everything(found: dict[str, float]) -> None:
    """The canary takes the sum of the others' weights and they go to 0."""
    weights = step_target(Target(weights={**found, "canary": 0.0}), "canary", 1.0).weights
    assert weights["canary"] == pytest.approx(sum(found.values()))
    assert not any(weight for name, weight in weights.items() if name != "canary")


def test_the_safe_weights_are_what_was_found_with_the_canary_at_zero() -> None:
    """Nothing else is changed on the way back."""
    found = Target(weights={"v1": 3.0, "v2": 1.0, "old": 0.0})
    assert safe_target(found, "v2").weights == {
        "v1": 3.0,
        "v2": 0.0,
        "old": 0.0,
    }


def test_the_plan_begins_with_the_shadow_gate() -> None:
    """Step 0 has share 0 and the safe weights."""
    safe = Target(weights={"v1": 1.0, "v2": 0.0})
    steps = plan_steps(read_spec({"endpoint": "e", "canary": "v2"}), safe)
    assert [step.share for step in steps] == [0.0, 0.05, 0.25, 0.5, 1.0]
    assert steps[0].target == safe


def test_weights_are_compared_as_float32() -> None:
    """0.05 reads back as 0.05000000074505806 and is the same; 0.0501 is not."""
    assert same_weights({"v": 0.05}, {"v": 0.05000000074505806})
    assert not same_weights({"v": 0.05}, {"v": 0.0501})
    assert not same_weights({"v": 0.0}, {"v": 1e-9})
    assert not same_weights({"v": 1.0}, {"w": 1.0})


def view(weights: dict[str, float], status: str = "InService") -> EndpointView:
    """Return a settled endpoint."""
    variants = tuple(
        Variant(name=n, current_weight=w, desired_weight=w) for n, w in weights.items()
    )
    return EndpointView(status=status, config_name="c", variants=variants)


@pytest.mark.parametrize(
    ("endpoint", "field", "words"),
    [
        (EndpointView(exists=False), "endpoint", "no endpoint"),
        (view({"v1": 1, "v2": 0}, "Updating"), "endpoint", "Updating"),
        (view({}), "endpoint", "inference components"),
        (view({"v1": 1, "v2": 0}).but(published_every_seconds=120), "endpoint", "every 120 s"),
        (view({"v1": 1, "v3": 0}), "canary", "no variant"),
        (view({"v2": 1}), "canary", "only variant"),
        (view({"v1": 0, "v2": 1}), "canary", "no baseline"),
        (view({"v1": 1, "v2": 1}), "canary", "already serves"),
    ],
)
def test_an_endpoint_that_cannot_carry_the_rollout_is_refused(
    endpoint: EndpointView, field: str, words: str
) -> None:
    """The refusal names the field and the remedy."""
    with pytest.raises(Refused, match=words) as refusal:
        check_endpoint(read_spec({"endpoint": "e", "canary": "v2"}), endpoint)
    assert refusal.value.field == field


def test_a_live_canary_is_adopted_when_asked() -> None:
    """`adopt_live` is the way to start from a canary that serves already."""
    check_endpoint(
        read_spec({"endpoint": "e", "canary": "v2", "adopt_live": True}), view({"v1": 1, "v2": 1})
    )
