"""What is built before a rollout: names, the configuration, and what is refused."""

from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.release.asked import StagedCanary
from canary.domain.plan.release.configuration import settled, staged
from canary.domain.plan.release.staging import Candidate, plan_release, with_canary
from canary.domain.plan.spec import read_spec
from tests.rollouts import a_view

PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/7"
FOUND: dict[str, Any] = {
    "EndpointConfigName": "config-1",
    "KmsKeyId": "key",
    "DataCaptureConfig": {"EnableCapture": True, "InitialSamplingPercentage": 7},
    "ProductionVariants": [
        {
            "VariantName": "v1",
            "ModelName": "m1",
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
            "InitialVariantWeight": 3.0,
            "RoutingConfig": {"RoutingStrategy": "RANDOM"},
        },
        {"VariantName": "v2", "ModelName": "m2", "InitialVariantWeight": 0.0},
    ],
}


def planned(found: Candidate | None = None, **asked: Any) -> Any:
    """Return the release of a canary on the usual endpoint."""
    canary = StagedCanary.model_validate({"model": "m3", **asked})
    candidate = found or Candidate()
    return plan_release(canary, "settle", "churn-1", a_view(), candidate)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"model": "m3"}, "m3"),
        ({"model": "m3", "variant": "blue"}, "blue"),
        ({"model_package": PACKAGE}, "churn-7"),
        ({"model_package": PACKAGE.replace("churn/7", "x" * 63 + "/12")}, "x" * 60 + "-12"),
        ({"model_package": PACKAGE.replace("churn/7", "alone")}, "alone"),
    ],
)
def test_a_canary_has_one_name(asked: dict[str, Any], name: str) -> None:
    """The one that is given, the model's, or the package's group and version."""
    assert StagedCanary.model_validate(asked).variant_name == name


def test_a_configuration_is_copied_but_for_the_canary() -> None:
    """Everything else is as it was, and the canary like the baseline with most weight."""
    staging = planned(count=4).staging
    made: dict[str, Any] = dict(staged(FOUND, staging))
    assert {**made, "EndpointConfigName": "config-1", "ProductionVariants": None} == {
        **FOUND,
        "ProductionVariants": None,
    }
    assert made["ProductionVariants"][:2] == FOUND["ProductionVariants"]
    assert made["ProductionVariants"][2] == {
        **FOUND["ProductionVariants"][0],
        "VariantName": "m3",
        "ModelName": "m3",
        "InitialInstanceCount": 4,
        "InitialVariantWeight": 0.0,
    }


def test_a_settled_configuration_says_what_serves() -> None:
    """Weights and instances of now; a variant without a weight in it is gone."""
    made = settled(FOUND, "end", {"v2": 3.0}, {"v2": 5})
    assert made["EndpointConfigName"] == "end"
    assert made["ProductionVariants"] == [
        {
            "VariantName": "v2",
            "ModelName": "m2",
            "InitialVariantWeight": 3.0,
            "InitialInstanceCount": 5,
        }
    ]


def test_names_fit_into_what_sagemaker_takes() -> None:
    """The longest rollout's id leaves room for what it is called by."""
    release = plan_release(
        StagedCanary(model_package=PACKAGE),
        "settle",
        "e" * 36 + "-0123456789ab",
        a_view(),
        Candidate(approval="Approved"),
    )
    assert release.staging is not None
    names = [release.end_config, release.staging.config, release.staging.model]
    assert max(len(name) for name in names) <= 63


def test_the_endpoint_is_planned_as_it_will_stand() -> None:
    """With the canary at weight 0, in the configuration that holds it."""
    view = with_canary(a_view(), planned().staging)
    assert view.current_weights == {**a_view().current_weights, "m3": 0.0}
    assert view.config_name == "canary-churn-1-stage"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"model_found": False}, "canary.model_package: no such model package"),
        ({"approval": "PendingManualApproval"}, "its approval status is PendingManualApproval"),
        ({"approval": "Rejected"}, "its approval status is Rejected"),
        ({"approval": None}, "it is no version of a group"),
        ({"approval": "Approved", "package_status": "InProgress"}, "its status is InProgress"),
    ],
)
def test_a_package_that_cannot_be_used_is_refused(found: dict[str, Any], told: str) -> None:
    """The refusal names the field, what was found and what to do."""
    candidate = Candidate(**found)
    with pytest.raises(Refused, match=told):
        planned(candidate, model=None, model_package=PACKAGE)


@pytest.mark.parametrize(
    ("canary", "told"),
    [
        ({"model": "a", "model_package": PACKAGE}, "canary: give either"),
        ({"model": "a", "environment": {"A": "b"}}, "environment is of a model made from"),
        ({"model": "a", "instance_type": "m5.large"}, "canary.instance_type"),
        ({"model": "a", "modle": "b"}, "canary.modle"),
        (7, "canary"),
    ],
)
def test_a_canary_that_says_too_little_or_too_much_is_refused(canary: Any, told: str) -> None:
    """In the words of the spec's own fields."""
    with pytest.raises(Refused, match=told):
        read_spec({"endpoint": "churn", "canary": canary})


def test_losers_kept_warm_are_watched_as_long() -> None:
    """An alarm may take the winner back all that time."""
    spec = {"endpoint": "churn", "canary": "v2", "after": "retire", "keep_warm_minutes": 90}
    assert read_spec(spec).watched_minutes == 90


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"shadows": ("copy",)}, "has the shadow variant copy"),
        (
            {"variants": tuple(a_view().variants[0].but(name=f"v{n}") for n in range(10))},
            "takes 10",
        ),
    ],
)
def test_an_endpoint_that_takes_no_more_variants_is_refused(
    change: dict[str, Any], told: str
) -> None:
    """A shadow variant allows one production variant, and no endpoint has an eleventh."""
    view = a_view().but(**change)
    with pytest.raises(Refused, match=told):
        plan_release(StagedCanary(model="m3"), "settle", "churn-1", view, Candidate())
