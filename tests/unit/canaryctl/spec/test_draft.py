"""A drafted spec validates, says what it was made of, and never guesses which canary is meant."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.kinds.hosting import Configured, Hosting, Unread
from canaryctl.spec.draft import choose, draft
from canaryctl.spec.reading import check_text


def view(weights: dict[str, float], **more: Any) -> EndpointView:
    """Return an endpoint with these weights, an instance each."""
    variants = tuple(
        Variant(name=name, current_weight=weight, desired_weight=weight, current_count=1)
        for name, weight in weights.items()
    )
    return EndpointView(name="churn-prod", config_name="churn-prod-3", variants=variants, **more)


def drafted(found: EndpointView, canary: str | None = None, model: str | None = None) -> str:
    """Return the draft for an endpoint."""
    return draft(found, Configured(), choose(found, canary, model))


def test_the_one_variant_at_weight_0_is_the_canary_and_the_file_says_why() -> None:
    """It validates, and asks for what the smallest spec asks for."""
    text = drafted(view({"Variant1": 1, "Variant2": 0}))
    checked = check_text(text, "spec.yaml")
    assert checked.spec is not None, text
    assert checked.spec.canary == "Variant2"
    assert "# Variant2: the one variant at weight 0, beside Variant1 (weight 1)." in text
    smallest = check_text("endpoint: churn-prod\ncanary: Variant2", "spec.yaml").spec
    assert smallest is not None
    assert checked.spec.but(guards=smallest.guards).model_dump() == smallest.model_dump()
    assert checked.spec.guards.model_dump() == smallest.guards.model_dump()
    assert max(map(len, text.splitlines())) <= 80 or "# quality" in text


def test_two_at_weight_0_are_refused_with_both() -> None:
    """Either may be meant."""
    with pytest.raises(Refused) as refused:
        choose(view({"V1": 1, "V2": 0, "V3": 0}), None, None)
    assert "V2 or V3 could be meant" in refused.value.problem
    assert refused.value.remedy == "Say which: --canary V2 or --canary V3"
    assert choose(view({"V1": 1, "V2": 0, "V3": 0}), "V3", None).canary == "V3"


@pytest.mark.parametrize(
    ("weights", "canary", "model", "told"),
    [
        ({"V1": 1, "V2": 1}, None, None, r"stands at weight 0: V1 \(weight 1\), V2 \(weight 1\)"),
        ({"V1": 0}, None, None, "no variant that serves"),
        ({"V1": 1}, None, None, "--model NAME"),
        ({"V1": 1, "V2": 0}, "V3", None, "It has V1, V2"),
        ({"V1": 1, "V2": 0}, "V1", None, "nothing serves beside V1"),
        ({"V1": 1, "V2": 0}, "V2", "m", "Give one of the two"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    weights: dict[str, float], canary: str | None, model: str | None, told: str
) -> None:
    """With what to type instead."""
    with pytest.raises(Refused, match=told):
        choose(view(weights), canary, model)


def test_a_canary_that_serves_is_adopted_and_that_is_said() -> None:
    """It is taken to share 0 first, which nobody should learn from a graph."""
    text = drafted(view({"V1": 1, "V2": 1}), canary="V2")
    checked = check_text(text, "spec.yaml")
    assert checked.spec is not None
    assert checked.spec.adopt_live
    assert "it serves already (weight 1) and is taken to share 0" in text.replace("\n# ", " ")


def test_a_model_becomes_a_canary_to_be_built() -> None:
    """No variant has to stand there."""
    checked = check_text(drafted(view({"V1": 1}), model="churn-2026-11"), "spec.yaml")
    assert checked.spec is not None
    assert checked.spec.staged is not None
    assert checked.spec.staged.model == "churn-2026-11"


@pytest.mark.parametrize("name", ["no", "null", "123", "1e3", "on"])
def test_a_name_that_yaml_takes_for_something_else_is_quoted(name: str) -> None:
    """Whatever an endpoint's variants are called."""
    checked = check_text(drafted(view({"V1": 1, name: 0})), "spec.yaml")
    assert checked.spec is not None, checked.found
    assert checked.spec.canary == name


def test_what_was_found_and_what_could_not_be_read_is_in_the_file() -> None:
    """Alarms of deployments are offered; a multi-model variant's labelled set needs a model."""
    found = view({"V1": 1, "V2": 0}, deployment_alarms=("churn-5xx",), status="Updating")
    configured = Configured(
        hosting={"V1": Hosting(addressed="model")},
        unread=(Unread(what="tags", name="churn-prod", why="AccessDenied"),),
    )
    text = draft(found, configured, choose(found, None, None))
    assert '# alarms: ["churn-5xx"]' in text
    assert '"target_model": "name of the model"' in text
    assert "Not read: tags of churn-prod (AccessDenied)." in text
    assert "The endpoint was Updating" in text


def test_every_offer_can_be_taken() -> None:
    """Each commented key validates once its # is taken away."""
    text = drafted(view({"V1": 1, "V2": 0}))
    lines = text.splitlines()
    offers = [n for n, line in enumerate(lines) if line.lstrip().startswith("# ") and ": " in line]
    keys = ("slow_requests", "alarms", "quality", "capacity", "after", "hours", "mode", "freezes")
    taken = 0
    for number in offers:
        bare = lines[number].replace("# ", "", 1)
        if bare.lstrip().split(":")[0] not in keys:
            continue
        changed = "\n".join([*lines[:number], bare, *lines[number + 1 :]])
        assert check_text(changed, "spec.yaml").spec is not None, bare
        taken += 1
    assert taken == len(keys)
