"""A canary that is hosted otherwise than its baselines: told in one sentence before it counts."""

from __future__ import annotations

from typing import Any

import pytest

from canary.domain.plan.capacity.needs import CapacityFacts, instances_of
from canary.domain.plan.capacity.values import Bounds
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.kinds.hosting import Configured
from canary.domain.plan.kinds.notices import told_of_endpoint
from canary.domain.plan.kinds.unlike import Fleet, told_of_fleets
from canary.domain.plan.release.staging import Staging, with_canary
from tests.rollouts import a_spec

SHARES = (0.0, 0.25, 1.0)
BASE: dict[str, Any] = {"VariantName": "v1", "ModelName": "m-1", "InstanceType": "ml.m5.large"}


def told(canary: dict[str, Any], baseline: dict[str, Any] | None = None) -> str:
    """Return what is told of a canary whose fields differ so from the baseline's."""
    fleets = {
        "v1": Fleet(fields={**BASE, **(baseline or {})}),
        "v2": Fleet(fields={**BASE, "VariantName": "v2", "ModelName": "m-2", **canary}),
    }
    return " ".join(told_of_fleets("v2", ("v1",), fleets))


@pytest.mark.parametrize(
    ("canary", "baseline", "said"),
    [
        ({"InstanceType": "ml.c5.xlarge"}, {}, "InstanceType ml.c5.xlarge, there ml.m5.large"),
        ({"AcceleratorType": "ml.eia2.medium"}, {}, "AcceleratorType ml.eia2.medium, there none"),
        ({}, {"VolumeSizeInGB": 30}, "VolumeSizeInGB none, there 30"),
        ({"InferenceAmiVersion": "al2-ami-2"}, {}, "InferenceAmiVersion al2-ami-2, there none"),
        (
            {"ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 2}},
            {"ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1}},
            "ManagedInstanceScaling.MinInstanceCount 2, there 1",
        ),
        (
            {"ServerlessConfig": {"MemorySizeInMB": 2048}},
            {"ServerlessConfig": {"MemorySizeInMB": 4096}},
            "ServerlessConfig.MemorySizeInMB 2048, there 4096",
        ),
        ({"AFieldOfNextYear": "fast"}, {}, "AFieldOfNextYear fast, there none"),
    ],
)
def test_every_field_of_the_host_that_differs_is_told(
    canary: dict[str, Any], baseline: dict[str, Any], said: str
) -> None:
    """With both values; fields that nobody knows yet as well."""
    assert f"v2 is not hosted as v1 ({said})" in told(canary, baseline)


@pytest.mark.parametrize(
    "canary",
    [
        {},
        {"InitialInstanceCount": 7, "InitialVariantWeight": 0.0},
        {"ContainerStartupHealthCheckTimeoutInSeconds": 900, "EnableSSMAccess": True},
        {"CoreDumpConfig": {"DestinationS3Uri": "s3://dumps"}},
    ],
)
def test_what_changes_no_answer_is_not_told(canary: dict[str, Any]) -> None:
    """Names, weights, and what matters while an instance starts."""
    assert told(canary) == ""


def test_an_environment_that_differs_is_told_by_name_alone() -> None:
    """A value may be secret; where each model lies is its own."""
    mine = {"WORKERS": "8", "TOKEN": "hush", "SAME": "1", "CODE": "s3://models/2"}
    other = {"WORKERS": "2", "SAME": "1", "CODE": "s3://models/1"}
    fleets = {"v1": Fleet(environment=other), "v2": Fleet(environment=mine)}
    (line,) = told_of_fleets("v2", ("v1",), fleets)
    assert "(environment TOKEN, WORKERS)" in line
    assert "hush" not in line


def test_baselines_that_are_hosted_alike_are_told_together() -> None:
    """And those that are hosted as the canary is are not told of."""
    slow, fast = Fleet(fields={"InstanceType": "slow"}), Fleet(fields={"InstanceType": "fast"})
    fleets = {"v1": slow, "v2": fast, "v3": slow, "v4": fast}
    (line,) = told_of_fleets("v2", ("v1", "v3", "v4"), fleets)
    assert line.startswith("v2 is not hosted as v1 and v3 (InstanceType fast, there slow)")


def test_what_could_not_be_read_is_compared_with_nothing() -> None:
    """An environment that is not known does not differ."""
    fleets = {"v1": Fleet(environment=None), "v2": Fleet(environment={"A": "1"})}
    assert list(told_of_fleets("v2", ("v1", "v3"), fleets)) == []


def test_a_canary_with_a_control_is_compared_with_that_alone() -> None:
    """So that another instance type than the baseline's is no confounder."""
    large, small = Fleet(fields={"InstanceType": "large"}), Fleet(fields={"InstanceType": "small"})
    found = view().but(variants=(*view().variants, view().variants[1].but(name="v3")))
    told = " ".join(
        told_of_endpoint(
            a_spec(control="v3"),
            found,
            Configured(fleets={"v1": small, "v2": large, "v3": large}),
        )
    )
    assert "not hosted as" not in told


def view(canary: int = 2, **changes: Any) -> EndpointView:
    """Return a baseline of four instances and a canary of so many."""
    return EndpointView(
        name="churn",
        config_name="c",
        variants=(
            Variant(name="v1", current_weight=1.0, desired_weight=1.0, current_count=4),
            Variant(
                name="v2", current_weight=0.0, desired_weight=0.0, current_count=canary, **changes
            ),
        ),
    )


def loaded(found: EndpointView, facts: CapacityFacts | None = None, **spec: Any) -> str:
    """Return what is told of the instances."""
    asked = a_spec(canary="v2", endpoint="churn", **spec)
    return " ".join(instances_of(asked, found, facts, SHARES)[1])


def test_instances_that_carry_more_than_a_baselines_did_are_told() -> None:
    """Also where instances are nobody's business, by the heaviest share."""
    assert "At 100% each of the 2 instances of v2 carries 2.0 times" in loaded(view())
    assert "carries 2.0 times" in loaded(view(), CapacityFacts(), capacity="off")
    assert "carries" not in loaded(view(4))


def test_instances_that_are_raised_before_their_share_carry_no_more() -> None:
    """What the rollout adds counts."""
    assert "carries" not in loaded(view(), CapacityFacts())


def test_of_instances_that_something_else_moves_nothing_is_said() -> None:
    """Nobody knows how many there will be."""
    bounds = {"v2": Bounds(least=1, most=9)}
    assert "carries" not in loaded(view(), CapacityFacts(bounds=bounds), capacity="off")
    assert "carries" not in loaded(view(least_instances=1), CapacityFacts())


def test_a_canary_to_be_built_has_routing_and_scaling_of_its_baseline() -> None:
    """So that nothing is told of a difference that will not be."""
    scaled = {"least_instances": 2, "routing": "LEAST_OUTSTANDING_REQUESTS"}
    found = view().but(variants=(view().variants[0].but(**scaled),))
    staging = Staging(variant="v2", like="v1", model="m-2", count=3, config="canary-x-stage")
    built = with_canary(found, staging)
    asked = a_spec(canary="v2", endpoint="churn")
    lines = list(told_of_endpoint(asked, built, Configured()))
    assert built.variants[1].current_count == 3
    assert not any("reach the instances" in line for line in lines)
    assert any("scales v2 by itself" in line for line in lines)
