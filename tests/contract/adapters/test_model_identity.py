"""What makes a deployed model another one: its description, its configuration, its endpoint, its
resolved images.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from canary.adapters.labelled.model_identity import SageMakerModels

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DIGEST = "registry/churn@sha256:"


def image(digest: str = "1", resolved_at: datetime = NOON) -> dict[str, Any]:
    """Return one deployed image."""
    return {
        "SpecifiedImage": "churn:latest",
        "ResolvedImage": DIGEST + digest,
        "ResolutionTime": resolved_at,
    }


def identity(
    endpoint: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
    images: list[dict[str, Any]] | None = None,
) -> str | None:
    """Return the identity of `new` where SageMaker answers so."""
    client = boto3.client(
        "sagemaker",
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    stub = Stubber(client)
    deployed = {
        "VariantName": "new",
        "CurrentWeight": 0.0,
        **({} if images is None else {"DeployedImages": images}),
    }
    times = {"CreationTime": NOON, "LastModifiedTime": NOON}
    answer: dict[str, Any] = {
        "EndpointName": "churn",
        "EndpointArn": "arn:aws:sagemaker:eu-west-1:1:endpoint/churn",
        **times,
    }
    answer |= {
        "EndpointConfigName": "c",
        "EndpointStatus": "InService",
        "ProductionVariants": [deployed],
    }
    stub.add_response("describe_endpoint", answer | dict(endpoint or {}))
    variant = {"VariantName": "new", "ModelName": "m2"}
    of_config: dict[str, Any] = {
        "EndpointConfigName": "c",
        "EndpointConfigArn": "arn:aws:sagemaker:eu-west-1:1:endpoint-config/c",
    }
    of_config |= {"ProductionVariants": [variant], "CreationTime": NOON}
    stub.add_response("describe_endpoint_config", of_config | dict(config or {}))
    model = {
        "ModelName": "m2",
        "ModelArn": "arn:aws:sagemaker:eu-west-1:1:model/m2",
        "CreationTime": NOON,
    }
    stub.add_response("describe_model", model | {"PrimaryContainer": {"Image": "churn:latest"}})
    with stub:
        return SageMakerModels(client).identify("churn", "new")


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": {"EndpointConfigName": "c-2"}},
        {"endpoint": {"CreationTime": NOON + timedelta(hours=1)}},
        {"config": {"CreationTime": NOON + timedelta(hours=1)}},
        {"images": [image("2")]},
        {"images": [image(resolved_at=NOON + timedelta(hours=1))]},
    ],
    ids=[
        "configuration",
        "endpoint made again",
        "configuration made again",
        "tag pushed again",
        "deployed again",
    ],
)
def test_what_was_deployed_again_is_another_model(changed: dict[str, Any]) -> None:
    """The model's own description is the same; what stands behind the variant need not be."""
    assert identity(**{"images": [image()], **changed}) != identity(images=[image()])


def test_what_was_not_deployed_again_stays_the_same_model() -> None:
    """Moving weights changes the time of the last modification, and the order of images means
    nothing.
    """
    moved = {"LastModifiedTime": NOON + timedelta(hours=1)}
    assert identity(moved, images=[image("1"), image("2")]) == identity(
        images=[image("2"), image("1")]
    )


def test_images_may_not_be_told() -> None:
    """DescribeEndpoint may leave them out; the rest of the identity stands."""
    assert identity() is not None
    assert identity() == identity(images=[])


def made_endpoint(sagemaker: Any, image: str) -> None:
    """Make (again) an endpoint with two variants."""
    for name in ("m1", "m2"):
        sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn="arn:aws:iam::123456789012:role/r",
            PrimaryContainer={
                "Image": image if name == "m2" else "one",
                "ModelDataUrl": "s3://labels/m.tar.gz",
            },
        )
    variants = [
        {"VariantName": v, "ModelName": m, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
        for v, m in (("old", "m1"), ("new", "m2"))
    ]
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=variants)
    sagemaker.create_endpoint(EndpointName="churn", EndpointConfigName="c")


@pytest.mark.usefixtures("aws")
def test_a_model_is_known_by_what_it_is() -> None:
    """Two variants differ, and the same names over another image are another model."""
    sagemaker: Any = boto3.client("sagemaker")
    models = SageMakerModels(sagemaker)
    assert models.identify("churn", "new") is None
    made_endpoint(sagemaker, "two")
    before = [models.identify("churn", variant) for variant in ("old", "new", "other")]
    assert before[0] != before[1]
    assert before[2] is None
    sagemaker.delete_endpoint(EndpointName="churn")
    sagemaker.delete_endpoint_config(EndpointConfigName="c")
    for name in ("m1", "m2"):
        sagemaker.delete_model(ModelName=name)
    made_endpoint(sagemaker, "three")
    assert models.identify("churn", "new") != before[1]
