"""The exact weights of every step."""

import struct
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.kinds.check import check_endpoint
from canary.domain.plan.spec import read_spec
from canary.domain.plan.steps import plan_steps, safe_target, step_target
from canary.domain.plan.target import Target, same_weights, shares

OTHERS = [f"v{number}" for number in range(1, 10)]  # SageMaker takes ten variants
FOUND = st.dictionaries(
    st.sampled_from(OTHERS), st.floats(2**-20, 2**20, width=32), min_size=1, max_size=9
)
AT_REST = st.dictionaries(st.sampled_from(OTHERS), st.just(0.0), max_size=3)
BELOW_ONE = st.lists(st.floats(0.001, 0.999), max_size=6)
FLOAT32 = struct.Struct("f")


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


def written(weights: Iterable[float]) -> list[bytes]:
    """Return weights as SageMaker keeps them."""
    return [FLOAT32.pack(weight) for weight in weights]


@given(found=FOUND, at_rest=AT_REST, below=BELOW_ONE, live=st.floats(0, 2**20, width=32))
def test_every_step_leaves_the_bytes_of_the_other_weights(
    found: dict[str, float], at_rest: dict[str, float], below: list[float], live: float
) -> None:
    """Among up to ten variants, some at weight 0, and where the canary serves already: the others'
    proportions, scale and bytes stay up to the last step, and the way back has them too.
    """
    others = {**at_rest, **found}
    safe = safe_target(Target(weights={**others, "canary": live}), "canary")
    for share in below:
        weights = step_target(safe, "canary", share).weights
        assert written(weights[name] for name in others) == written(others.values())
        kept = {name: FLOAT32.unpack(FLOAT32.pack(w))[0] for name, w in weights.items()}
        assert shares(kept)["canary"] == pytest.approx(share, rel=1e-6)
    last = step_target(safe, "canary", 1.0).weights
    assert sum(last.values()) == pytest.approx(sum(others.values()))
    assert written(last[name] for name in others) == written([0.0] * len(others))
    assert safe.weights == {**others, "canary": 0.0}


@given(found=FOUND, at_rest=AT_REST, share=st.floats(0.001, 0.999))
def test_a_control_gets_as_much_as_the_canary_or_all_that_is_left(
    found: dict[str, float], at_rest: dict[str, float], share: float
) -> None:
    """The others keep the bytes of their weights below one half and serve nothing from there on;
    whatever happened, the way back is what was found.
    """
    others = {**at_rest, **found}
    safe = safe_target(Target(weights={**others, "canary": 0.0, "control": 0.0}), "canary")
    weights = step_target(safe, "canary", share, "control").weights
    kept = {name: FLOAT32.unpack(FLOAT32.pack(w))[0] for name, w in weights.items()}
    parts = shares(kept)
    assert parts["canary"] == pytest.approx(share, rel=1e-5)
    assert parts["control"] == pytest.approx(min(share, 1 - share), rel=1e-5)
    assert sum(parts.values()) == pytest.approx(1)
    rest = others if share < 0.5 else dict.fromkeys(others, 0.0)
    assert written(weights[name] for name in others) == written(rest.values())
    assert safe.weights == {**others, "canary": 0.0, "control": 0.0}


@given(found=FOUND)
def test_no_control_has_weight_before_and_after(found: dict[str, float]) -> None:
    """Not at share 0, not at share 1, nor on the way back."""
    safe = safe_target(Target(weights={**found, "canary": 0.0, "control": 0.0}), "canary")
    spec = read_spec({"endpoint": "e", "canary": "canary", "control": "control"})
    first, *_, last = plan_steps(spec, safe)
    for target in (first.target, last.target, safe):
        assert target.weights["control"] == 0.0


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
