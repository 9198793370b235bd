"""Every kind of endpoint: refused with what was seen and the remedy, or told of beforehand."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import TELLS_OF, Capture, EndpointView, Variant
from canary.domain.plan.kinds.check import check_endpoint
from canary.domain.plan.kinds.hosting import Configured, Hosting, Unread, UnreadThing, check_hosting
from canary.domain.plan.kinds.notices import told_of_endpoint
from canary.domain.plan.make_plan import Facts, make_plan
from canary.domain.plan.spec import Spec, read_spec

SET = {"labelled_set": "s3://labelled/set.csv"}


def spec(**guards: Any) -> Spec:
    """Return the smallest spec with these guards."""
    return read_spec({"endpoint": "e", "canary": "v2", "guards": guards})


def view(canary: dict[str, Any] | None = None, both: dict[str, Any] | None = None) -> EndpointView:
    """Return an endpoint of a baseline v1, a canary v2 and an idle v3, all with instances."""
    usual = {"current_count": 2, "desired_count": 2, **(both or {})}
    weights = {"v1": 1.0, "v2": 0.0, "v3": 0.0}
    return EndpointView(
        name="e",
        config_name="c",
        variants=tuple(
            Variant(
                name=name,
                current_weight=weight,
                desired_weight=weight,
                **{**usual, **((canary or {}) if name == "v2" else {})},
            )
            for name, weight in weights.items()
        ),
    )


def one_variant(**changes: Any) -> EndpointView:
    """Return an endpoint whose only production variant is v1."""
    return view().but(variants=view().variants[:1], **changes)


@pytest.mark.parametrize(
    ("found", "field", "seen", "remedy"),
    [
        (view().but(asynchronous=True), "endpoint", "InvokeEndpointAsync", "real-time"),
        (view().but(deploying="c-2"), "endpoint", "deployment of c-2", "when it is over"),
        (view().but(published_every_seconds=300), "endpoint", "every 300 s", "to 60 or less"),
        (view(both={"weighted": False}), "endpoint", "inference components", "production variants"),
        (one_variant().but(variants=()), "endpoint", "inference components", "production variants"),
        (view(both={"serverless": True}), "endpoint", "v1, v2, v3 of e is serverless", "instances"),
        (view({"serverless": True}), "endpoint", "v2 of e is serverless", "from instances"),
        (one_variant(shadows=("v2",)), "canary", "shadow variant v2", "without Shadow"),
        (one_variant(shadows=("v9",)), "endpoint", "shadow variant v9", "without Shadow"),
        (view({"current_count": 0}), "canary", "v2 has no instance", "DesiredInstanceCount"),
        (view(both={"current_count": 0}), "endpoint", "v1 has no instance", "DesiredInstanceCount"),
        (view({"least_instances": 0}), "canary", "MinInstanceCount 0", "1 or more"),
        (view(both={"least_instances": 0}), "endpoint", "scale v1 to no instance", "1 or more"),
    ],
)
def test_a_kind_that_cannot_carry_a_rollout_is_refused(
    found: EndpointView, field: str, seen: str, remedy: str
) -> None:
    """The refusal says what was seen and what to do instead."""
    with pytest.raises(Refused) as refusal:
        check_endpoint(spec(), found)
    assert refusal.value.field == field
    problem, _, advice = str(refusal.value).rpartition(". ")
    assert seen in problem
    assert remedy in advice


def test_a_shadow_variant_beside_two_that_serve_gets_its_copies_in_peace() -> None:
    """Should SageMaker ever allow it: copies change nothing of what is judged."""
    check_endpoint(spec(), view().but(shadows=("v9",)))


@pytest.mark.parametrize("idle", [{"current_count": 0}, {"least_instances": 0}])
def test_a_variant_that_takes_no_part_may_have_no_instance(idle: dict[str, int]) -> None:
    """Only the canary and the way back need some."""
    found = view()
    resting = found.variants[2].but(**idle)
    check_endpoint(spec(), found.but(variants=(*found.variants[:2], resting)))


MODELS = Hosting(addressed="model")
CONTAINERS = Hosting(addressed="container", containers=("first", "second"))


@pytest.mark.parametrize(
    ("baseline", "canary", "quality", "field", "seen", "remedy"),
    [
        (Hosting(), MODELS, None, "canary", "v2 hosts many models", "as v1 is served"),
        (CONTAINERS, Hosting(), None, "canary", "one by one", "as v1 is served"),
        (MODELS, MODELS, {}, "target_model", "name none", 'Give "target_model"'),
        (Hosting(), Hosting(), {"target_model": "a.tar.gz"}, "target_model", "refuses", "out"),
        (CONTAINERS, CONTAINERS, {}, "target_container_hostname", "name none", "first, second"),
        (
            CONTAINERS,
            CONTAINERS,
            {"target_container_hostname": "third"},
            "target_container_hostname",
            "no container 'third'",
            "first, second",
        ),
        (
            Hosting(),
            Hosting(),
            {"target_container_hostname": "first"},
            "target_container_hostname",
            "refuses",
            "out",
        ),
    ],
)
def test_requests_that_a_variant_would_refuse_are_refused_at_the_start(
    baseline: Hosting,
    canary: Hosting,
    quality: dict[str, str] | None,
    field: str,
    seen: str,
    remedy: str,
) -> None:
    """Canary and baseline take the same requests, and the labelled set's are of their kind."""
    asked = spec() if quality is None else spec(quality={**SET, **quality})
    with pytest.raises(Refused) as refusal:
        check_hosting(asked, view(), Configured(hosting={"v1": baseline, "v2": canary}))
    assert refusal.value.field.endswith(field)
    problem, _, advice = str(refusal.value).rpartition(". ")
    assert seen in problem
    assert remedy in advice


@pytest.mark.parametrize(
    ("hosting", "quality"),
    [
        (Hosting(), {}),
        (MODELS, {"target_model": "a.tar.gz"}),
        (CONTAINERS, {"target_container_hostname": "second"}),
        (Hosting(addressed="container"), {"target_container_hostname": "unnamed"}),
    ],
)
def test_requests_of_the_variants_kind_are_taken(hosting: Hosting, quality: dict[str, str]) -> None:
    """An idle variant of another kind takes no part."""
    configured = Configured(hosting={"v1": hosting, "v2": hosting, "v3": CONTAINERS})
    check_hosting(spec(quality={**SET, **quality}), view(), configured)


@pytest.mark.parametrize(
    ("what", "open_"),
    [
        ("configuration", "what Data Capture keeps"),
        ("model", "must name a model or a container"),
        ("tags", "whether a CloudFormation stack"),
    ],
)
def test_what_could_not_be_read_refuses_nothing_and_is_told(what: UnreadThing, open_: str) -> None:
    """With what stays open and AWS's reason."""
    unread = Unread(what=what, name="v2", why="DescribeModel: AccessDeniedException")
    found = Configured(hosting={"v1": MODELS}, unread=(unread,))
    check_hosting(spec(), view(), found)
    line = told(view(), found)
    assert open_ in line
    assert f"The {what} of v2 could not be read" in line
    assert "AccessDeniedException" in line


def test_an_endpoint_of_a_stack_is_told_who_else_sets_its_weights() -> None:
    """And what to write where once the canary is promoted."""
    line = told(view(), Configured(stack="serving"))
    assert "CloudFormation stack serving" in line
    assert "RetainAllVariantProperties" in line


def told(found: EndpointView, configured: Configured | None = None, **guards: Any) -> str:
    """Return the notices, a line each."""
    return "\n".join(told_of_endpoint(spec(**guards), found, configured))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (view().but(sdk="boto3 1.40.4", unknown=("MetricsConfig",)), "boto3 1.40.4 does not know"),
        (view().but(unknown=("MetricsConfig",)), "how often it publishes its invocations"),
        (view().but(deployment_alarms=("p99",)), "p99 would roll a deployment"),
        (view({"least_instances": 1}), "down to 1 instances"),
        (view({"routing": "RANDOM"}), "v1 by default, v2 RANDOM"),
        (view(both={"routing": "KV_AWARE"}), "empty caches"),
    ],
)
def test_what_else_bears_on_a_rollout_is_told(found: EndpointView, words: str) -> None:
    """One sentence before it counts; the same endpoint without it says nothing."""
    check_endpoint(spec(), found)
    assert words in told(found)
    assert told(view()) == ""


@pytest.mark.parametrize(
    ("hosting", "key", "name"),
    [
        (MODELS, "target_model", "a.tar.gz"),
        (CONTAINERS, "target_container_hostname", "second"),
    ],
)
def test_guards_that_count_many_models_together_say_so(
    hosting: Hosting, key: str, name: str
) -> None:
    """And which of them the labelled set judges."""
    configured = Configured(hosting={"v1": hosting, "v2": hosting})
    assert "all of them together" in told(view(), configured)
    assert f"judges {name} alone" in told(view(), configured, quality={**SET, key: name})


def test_an_alarm_that_is_watched_here_needs_no_notice() -> None:
    """It is in guards.alarms."""
    assert told(view().but(deployment_alarms=("p99",)), alarms=["p99"]) == ""


@pytest.mark.parametrize(
    ("captured", "kept"),
    [
        (("Input", "Output"), "their features and answers"),
        (("Input",), "their features"),
        (("Output",), "their answers"),
        ((), "what its CaptureOptions name of them"),
    ],
)
def test_the_labelled_set_in_a_capture_is_told(captured: Any, kept: str) -> None:
    """With percentage, what is kept of it and where; without a labelled set nobody is bothered."""
    found = view().but(capture=Capture(percent=20, destination="s3://captured/churn"))
    configured = Configured(captured=captured)
    line = told(found, configured, quality=SET)
    assert "20% of all requests" in line
    assert f"{kept} will be in s3://captured/churn" in line
    assert told(found, configured) == ""


def test_explained_answers_are_told_where_a_labelled_set_reads_them() -> None:
    """They are objects around the model's own."""
    found = view().but(explained=True)
    assert "guards.quality.answer" in told(found, quality=SET)
    assert told(found) == ""


def test_every_field_that_may_be_dropped_has_its_meaning() -> None:
    """Whatever an SDK does not know, the notice says what stays unknown."""
    line = told(view().but(sdk="boto3 1.0", unknown=tuple(TELLS_OF)))
    assert all(meaning in line for meaning in TELLS_OF.values())


def test_the_plan_carries_the_notices_and_refuses_by_the_same_checks() -> None:
    """Whoever makes a plan has them: there is one place that does."""
    found = view().but(deployment_alarms=("p99",))
    configured = Configured(hosting={"v1": MODELS, "v2": MODELS})
    notices = " ".join(make_plan(spec(), Facts(endpoint=found, configured=configured)).notices)
    assert "p99 would roll" in notices
    assert "host many models" in notices
    mixed = Configured(hosting={"v1": Hosting(), "v2": MODELS})
    with pytest.raises(Refused, match="hosts many models"):
        make_plan(spec(), Facts(endpoint=found, configured=mixed))


def test_a_baseline_without_history_under_enhanced_metrics_is_told_what_may_be_missing() -> None:
    """Whether a variant's own sums are published beside those of its instances is documented
    nowhere.
    """
    notices = [make_plan(spec(), Facts(view().but(enhanced=on))).notices for on in (True, False)]
    with_it, without = (" ".join(lines) for lines in notices)
    assert "Invocations has points by EndpointName and VariantName alone" in with_it
    assert "EndpointName" not in without
