"""Faults of hands-off starts, planted: what would not be found, and what would not begin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from canaryctl.doctor.check import Diagnosis
from demo.account import STACK
from emulator.calls import Call, Proceed
from tests.integration.doctor.patient import Patient
from tests.integration.stage import ENDPOINT, Stage
from tests.integration.test_hands_off import BUCKET, TAG, package


class Tagged(Patient):
    """A stack that starts rollouts by itself, with nothing tagged."""

    def tag(self, arn: str, uri: str = f"s3://{BUCKET}/churn.json") -> None:
        """Tag until the test is over."""
        sagemaker = self.client("sagemaker")
        sagemaker.add_tags(ResourceArn=arn, Tags=[{**TAG, "Value": uri}])
        self.put_back(lambda: sagemaker.delete_tags(ResourceArn=arn, TagKeys=[TAG["Key"]]))

    def upload(self, **spec: Any) -> None:
        """Write the spec of the endpoint, with changes."""
        body = json.dumps({"endpoint": ENDPOINT, "canary": "v2", "watch_minutes": 10, **spec})
        self.client("s3").put_object(Bucket=BUCKET, Key="churn.json", Body=body)

    @property
    def endpoint(self) -> str:
        """Return the endpoint's ARN."""
        found = self.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
        return str(found["EndpointArn"])

    @property
    def said(self) -> Diagnosis:
        """Return what the doctor finds."""
        return self.diagnosis("hands-off starts")


@pytest.fixture(scope="module")
def whole() -> Iterator[Tagged]:
    """The deployed stack, a bucket for specs, a group with a version that waits."""
    with (
        pytest.MonkeyPatch.context() as patched,
        Stage(parameters={"HandsOffSpecBucket": BUCKET}) as stage,
    ):
        patched.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        stage.client("s3").create_bucket(Bucket=BUCKET)
        yield Tagged(stage)


@pytest.fixture
def patient(whole: Tagged) -> Iterator[Tagged]:
    """The same, put back after each test."""
    whole.upload()
    yield whole
    whole.heal()


@pytest.fixture(scope="module")
def group(whole: Tagged) -> str:
    """A group of packages with one approved version."""
    sagemaker = whole.client("sagemaker")
    arn = sagemaker.create_model_package_group(ModelPackageGroupName="churn")
    approved = package(whole.stage)
    sagemaker.update_model_package(ModelPackageArn=approved, ModelApprovalStatus="Approved")
    return str(arn["ModelPackageGroupArn"])


def test_nothing_is_tagged(patient: Tagged) -> None:
    """Fine, and said: no rollout begins."""
    assert patient.said.state == "fine"
    assert "no rollout begins by itself" in patient.said.said


def test_what_waits_is_named(patient: Tagged, group: str) -> None:
    """The endpoint's canary, and the newest approved version of a group."""
    patient.tag(patient.endpoint)
    assert patient.said.state == "fine"
    assert f"endpoint {ENDPOINT} by s3://{BUCKET}/churn.json: v2 waits" in patient.said.said
    patient.upload(canary={"model_package_group": "churn"})
    patient.tag(group)
    assert "group churn by s3://canary-specs/churn.json: the newest approved is 1" in (
        patient.said.said
    )
    assert "its spec waits for an approved package" in patient.said.said


@pytest.mark.parametrize(
    ("uri", "spec", "word"),
    [
        ("s3://canary-specs/none.json", {}, "none.json cannot be read"),
        ("s3://elsewhere/churn.json", {}, "is not in canary-specs"),
        ("churn.json", {}, "is not in canary-specs"),
        ("s3://canary-specs/churn.json", {"endpoint": "other"}, "the spec says 'other'"),
        ("s3://canary-specs/churn.json", {"watch_minuts": 1}, "watch_minuts"),
    ],
)
def test_a_spec_that_begins_nothing(
    patient: Tagged, uri: str, spec: dict[str, Any], word: str
) -> None:
    """Named with its field and what mends it, before the first occasion is lost to it."""
    patient.upload(**spec)
    patient.tag(patient.endpoint, uri)
    found = patient.said
    assert (found.state, bool(found.remedy)) == ("broken", True)
    assert word in found.said


def test_an_endpoint_of_another_stack(patient: Tagged) -> None:
    """Left alone by this one, whatever its spec says: not called ready, and not broken."""
    stacks, whole = patient.emulator.stacks, patient.emulator.stacks[STACK]
    patient.put_back(lambda: stacks.update({STACK: whole}))
    stacks[STACK] = replace(whole, parameters={**whole.parameters, "EndpointNamePattern": "eu-*"})
    patient.tag(patient.endpoint, "s3://elsewhere/churn.json")
    assert patient.said.state == "fine"
    assert f"endpoint {ENDPOINT} is outside eu-* (EndpointNamePattern)" in patient.said.said


def test_a_spec_of_another_group(patient: Tagged, group: str) -> None:
    """Both names are told."""
    patient.upload(canary={"model_package_group": "fraud"})
    patient.tag(group)
    assert patient.said.state == "broken"
    assert "the spec names fraud, and the tag is on churn" in patient.said.said


def test_what_the_list_leaves_out(patient: Tagged, group: str) -> None:
    """A group or the named endpoint whose own tag says otherwise than GetResources."""
    patient.upload(canary={"model_package_group": "churn"})
    patient.tag(group)
    patient.tag(patient.endpoint)

    def empty(call: Call, proceed: Proceed) -> Any:
        if call.operation == "GetResources":
            return {"ResourceTagMappingList": [], "PaginationToken": ""}
        return proceed()

    patient.answer(empty)
    found = patient.said
    assert found.state == "unknown"
    assert "group churn carries the tag, and GetResources does not list it" in found.said
    assert f"endpoint {ENDPOINT} carries the tag" in found.said
