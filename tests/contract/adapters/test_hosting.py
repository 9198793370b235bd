"""How requests to a variant are addressed and what capture keeps of them, as configuration and
model say; what cannot be read is named.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from canary.adapters.hosting import SageMakerHosting
from canary.domain.errors import AwsUnavailable
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.kinds.hosting import Behind, Configured, Hosting, Unread
from canary.domain.plan.kinds.unlike import Fleet
from canary.domain.plan.release.staging import Staging

ARN = "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/churn"
WHEN = datetime(2026, 3, 2, tzinfo=UTC)
ONE = {"Image": "image"}
MANY = {"Image": "image", "Mode": "MultiModel"}
NAMED = [{"Image": "image", "ContainerHostname": name} for name in ("first", "second")]
DIRECT = {"InferenceExecutionConfig": {"Mode": "Direct"}}


class Answers:
    """A client with scripted answers."""

    def __init__(self) -> None:
        self.client: Any = boto3.client(
            "sagemaker", "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
        )
        self.stub = Stubber(self.client)

    def config(self, *variants: str, **members: Any) -> None:
        """Answer DescribeEndpointConfig with these variants."""
        shown = [
            {"VariantName": name, "ModelName": f"model-{name}", "InstanceType": "ml.m5.large"}
            for name in variants
        ]
        arn = f"arn:aws:sagemaker:{'x' * 20}"
        answer: dict[str, Any] = {"EndpointConfigName": "c", "EndpointConfigArn": arn}
        answer |= {"ProductionVariants": shown, "CreationTime": WHEN, **members}
        self.stub.add_response("describe_endpoint_config", answer, {"EndpointConfigName": "c"})

    def model(self, **members: Any) -> None:
        """Answer DescribeModel."""
        answer = {"ModelName": "m", "ModelArn": f"arn:aws:sagemaker:{'x' * 20}"}
        self.stub.add_response("describe_model", {**answer, "CreationTime": WHEN, **members})

    def denied(self, call: str, code: str = "AccessDeniedException", status: int = 400) -> None:
        """Refuse a call."""
        self.stub.add_client_error(call, code, "not allowed", status)

    def read(self, **tags: str) -> Configured:
        """Return what is made of the answers, and of tags that may be read."""
        self.tagged(tags)
        return self.read_on()

    def tagged(self, tags: Mapping[str, str]) -> None:
        """Answer ListTags."""
        answer = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        self.stub.add_response("list_tags", answer, {"ResourceArn": ARN})

    def read_on(self) -> Configured:
        """Return what is made of the answers."""
        found = EndpointView(name="churn", arn=ARN, config_name="c")
        with self.stub:
            return SageMakerHosting(self.client).configured(found)


@pytest.mark.parametrize(
    ("model", "hosting"),
    [
        ({"PrimaryContainer": ONE}, Hosting()),
        ({"PrimaryContainer": MANY}, Hosting(addressed="model")),
        ({"Containers": [ONE, MANY]}, Hosting(addressed="model")),
        ({"Containers": NAMED}, Hosting()),
        ({"Containers": NAMED, "InferenceExecutionConfig": {"Mode": "Serial"}}, Hosting()),
        (
            {"Containers": NAMED, **DIRECT},
            Hosting(addressed="container", containers=("first", "second")),
        ),
        ({"Containers": [NAMED[0], ONE], **DIRECT}, Hosting(addressed="container")),
        ({"Containers": NAMED[:1], **DIRECT}, Hosting()),
    ],
)
def test_a_model_says_what_its_requests_must_name(model: dict[str, Any], hosting: Hosting) -> None:
    """Nothing, one of its models, or one of its containers."""
    answers = Answers()
    answers.config("v1")
    answers.model(**model)
    assert answers.read().hosting == {"v1": hosting}


def test_the_configuration_says_which_model_a_variant_has_and_where() -> None:
    """Also where the model itself may not be read."""
    answers = Answers()
    answers.config("v1")
    answers.denied("describe_model")
    assert answers.read().behind == {"v1": Behind(model="model-v1", instance_type="ml.m5.large")}


@pytest.mark.parametrize(
    ("modes", "captured"),
    [
        (["Input"], ("Input",)),
        (["Output", "Input"], ("Input", "Output")),
        (["InputAndOutput"], ("Input", "Output")),
    ],
)
def test_the_configuration_says_what_capture_keeps(modes: list[str], captured: Any) -> None:
    """DescribeEndpoint does not."""
    answers = Answers()
    capture = {
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://captured/churn",
        "CaptureOptions": [{"CaptureMode": mode} for mode in modes],
    }
    answers.config("v1", DataCaptureConfig=capture)
    answers.model(PrimaryContainer=ONE)
    assert answers.read().captured == captured


def test_a_model_that_may_not_be_read_is_named_and_the_others_are_read() -> None:
    """With AWS's own reason."""
    answers = Answers()
    answers.config("v1", "v2")
    answers.denied("describe_model")
    answers.model(PrimaryContainer=MANY)
    found = answers.read()
    assert found.hosting == {"v2": Hosting(addressed="model")}
    why = "DescribeModel: AccessDeniedException: not allowed"
    assert found.unread == (Unread(what="model", name="v1", why=why),)


def test_a_configuration_that_is_gone_is_named() -> None:
    """The endpoint serves without it."""
    answers = Answers()
    answers.denied("describe_endpoint_config", "ValidationException")
    (unread,) = answers.read().unread
    assert (unread.what, unread.name) == ("configuration", "c")
    assert "DescribeEndpointConfig: ValidationException" in unread.why


def test_a_read_that_fails_for_now_is_tried_again() -> None:
    """Throttling is no answer."""
    answers = Answers()
    answers.denied("describe_endpoint_config", "ThrottlingException")
    with pytest.raises(AwsUnavailable):
        answers.read_on()


def test_the_tags_say_which_stack_made_the_endpoint() -> None:
    """CloudFormation's own; others say nothing of it."""
    for tags, stack in (
        ({"aws:cloudformation:stack-name": "serving", "team": "ml"}, "serving"),
        ({"team": "ml"}, None),
    ):
        answers = Answers()
        answers.config("v1")
        answers.model(PrimaryContainer=ONE)
        assert answers.read(**tags).stack == stack


def test_tags_that_may_not_be_read_are_named() -> None:
    """The rest is read."""
    answers = Answers()
    answers.config("v1")
    answers.model(PrimaryContainer=MANY)
    answers.denied("list_tags")
    found = answers.read_on()
    assert found.hosting == {"v1": Hosting(addressed="model")}
    assert [(one.what, one.name) for one in found.unread] == [("tags", "churn")]


def test_how_a_variant_is_hosted_is_read_of_its_configuration_and_its_containers() -> None:
    """Fields as they stand there; of several containers each name with its place."""
    answers = Answers()
    answers.config("v1")
    containers = [{**ONE, "Environment": {"WORKERS": "2"}}, {**ONE, "Environment": {"A": "b"}}]
    answers.model(Containers=containers)
    fields = {"VariantName": "v1", "ModelName": "model-v1", "InstanceType": "ml.m5.large"}
    environment = {"1.WORKERS": "2", "2.A": "b"}
    assert answers.read().fleets == {"v1": Fleet(fields=fields, environment=environment)}


ON_M5 = Configured(
    fleets={"v1": Fleet(fields={"InstanceType": "ml.m5.large", "VolumeSizeInGB": 9})}
)


@pytest.mark.parametrize(
    ("asked", "instance_type"), [(None, "ml.m5.large"), ("ml.g5.xlarge", "ml.g5.xlarge")]
)
def test_a_canary_to_be_built_is_like_its_baseline_but_for_what_is_asked(
    asked: str | None, instance_type: str
) -> None:
    """Its model's environment is its own."""
    answers = Answers()
    answers.model(PrimaryContainer={**ONE, "Environment": {"WORKERS": "2"}})
    staging = Staging(
        variant="v2", like="v1", model="m-2", instance_type=asked, count=1, config="canary-x-stage"
    )
    with answers.stub:
        found = SageMakerHosting(answers.client).with_canary(ON_M5, staging)
    fields = {"InstanceType": instance_type, "VolumeSizeInGB": 9}
    assert found.fleets["v2"] == Fleet(fields=fields, environment={"WORKERS": "2"})
    assert found.hosting["v2"] == Hosting()


def test_a_package_has_the_environment_it_says_and_the_spec_adds() -> None:
    """What the spec says comes last."""
    answers = Answers()
    specified = {"Containers": [{"Image": "image", "Environment": {"A": "1", "B": "1"}}]}
    package = {
        "ModelPackageName": "p",
        "ModelPackageArn": f"arn:aws:sagemaker:eu-west-1:{'1' * 12}:model-package/churn/3",
        "CreationTime": WHEN,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": specified,
    }
    answers.stub.add_response("describe_model_package", package)
    staging = Staging(
        variant="v2",
        like="v1",
        model="m-2",
        model_package=package["ModelPackageArn"],
        environment={"B": "2"},
        count=1,
        config="canary-x-stage",
    )
    with answers.stub:
        found = SageMakerHosting(answers.client).with_canary(ON_M5, staging)
    assert found.fleets["v2"].environment == {"A": "1", "B": "2"}


def test_a_canary_whose_model_may_not_be_read_is_compared_by_its_configuration() -> None:
    """The denial is named, and its environment is not known."""
    answers = Answers()
    answers.denied("describe_model")
    staging = Staging(variant="v2", like="v1", model="m-2", count=1, config="canary-x-stage")
    with answers.stub:
        found = SageMakerHosting(answers.client).with_canary(ON_M5, staging)
    assert found.fleets["v2"].environment is None
    assert [one.name for one in found.unread] == ["v2"]
