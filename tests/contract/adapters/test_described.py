"""What an endpoint's view keeps of DescribeEndpoint, in answers that botocore's shapes allow."""

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import botocore
import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber

from canary.adapters.sagemaker import SageMakerEndpoints
from canary.domain.plan.endpoint import TELLS_OF, Capture, EndpointView

WHEN = datetime(2026, 3, 2, tzinfo=UTC)
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
CAPTURE = {
    "EnableCapture": True,
    "CaptureStatus": "Started",
    "CurrentSamplingPercentage": 20,
    "DestinationS3Uri": "s3://captured/churn",
    "KmsKeyId": "",
}
ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "p99"}]}}
PENDING = {"EndpointConfigName": "c-2", "StartTime": WHEN}


def client(**settings: Any) -> Any:
    """Return a client that never reaches AWS."""
    session: Any = boto3.session.Session(
        aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-west-1", **settings
    )
    return session.client("sagemaker")


def view(variant: Mapping[str, Any] | None = None, **members: Any) -> EndpointView:
    """Return the view of an endpoint with one variant, with these members in the answer."""
    answer: dict[str, Any] = {
        "EndpointName": "churn",
        "EndpointArn": "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/churn",
        "EndpointStatus": "InService",
        "CreationTime": WHEN,
        "LastModifiedTime": WHEN,
        "ProductionVariants": [
            {"VariantName": "v1", **({"CurrentWeight": 1.0} if variant is None else variant)}
        ],
    }
    sagemaker = client()
    with Stubber(sagemaker) as stub:
        stub.add_response("describe_endpoint", {**answer, **members})
        return SageMakerEndpoints(sagemaker).describe("churn")


@pytest.mark.parametrize(
    ("members", "seen"),
    [
        ({"AsyncInferenceConfig": {"OutputConfig": {}}}, {"asynchronous": True}),
        ({"ShadowProductionVariants": [{"VariantName": "v2"}]}, {"shadows": ("v2",)}),
        ({"PendingDeploymentSummary": PENDING}, {"deploying": "c-2"}),
        ({"LastDeploymentConfig": ALARMS}, {"deployment_alarms": ("p99",)}),
        ({"LastDeploymentConfig": {}}, {"deployment_alarms": ()}),
        ({"MetricsConfig": {"EnableEnhancedMetrics": True}}, {"enhanced": True}),
        ({"ExplainerConfig": {}}, {"explained": False}),
        (
            {
                "ExplainerConfig": {
                    "ClarifyExplainerConfig": {"ShapConfig": {"ShapBaselineConfig": {}}}
                }
            },
            {"explained": True},
        ),
        (
            {"DataCaptureConfig": CAPTURE},
            {"capture": Capture(percent=20, destination="s3://captured/churn")},
        ),
        ({"DataCaptureConfig": {**CAPTURE, "CaptureStatus": "Stopped"}}, {"capture": None}),
        ({"DataCaptureConfig": {**CAPTURE, "EnableCapture": False}}, {"capture": None}),
    ],
)
def test_what_an_endpoint_says_of_itself_is_kept(
    members: dict[str, Any], seen: dict[str, Any]
) -> None:
    """Each member by itself; an endpoint without it shows nothing of the kind."""
    found, plain = view(**members), view()
    assert {name: getattr(found, name) for name in seen} == seen
    assert found.but(**{name: getattr(plain, name) for name in seen}) == plain


@pytest.mark.parametrize(
    ("variant", "seen"),
    [
        ({"CurrentWeight": 0.0}, {"weighted": True, "current_weight": 0.0}),
        ({}, {"weighted": False}),
        ({"CurrentServerlessConfig": SERVERLESS, "CurrentWeight": 1.0}, {"serverless": True}),
        (
            {"ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0}},
            {"least_instances": 0},
        ),
        ({"ManagedInstanceScaling": {"Status": "ENABLED"}}, {"least_instances": 1}),
        (
            {"ManagedInstanceScaling": {"Status": "DISABLED", "MinInstanceCount": 0}},
            {"least_instances": None},
        ),
        ({"RoutingConfig": {"RoutingStrategy": "KV_AWARE"}}, {"routing": "KV_AWARE"}),
    ],
)
def test_what_a_variant_says_of_itself_is_kept(
    variant: dict[str, Any], seen: dict[str, Any]
) -> None:
    """A weight of 0 is one; none at all is told apart from it."""
    found = view(variant).variants[0]
    assert {name: getattr(found, name) for name in seen} == seen


def test_this_sdk_knows_every_field_that_is_read() -> None:
    """So nothing is unknown of an endpoint here, and the view says what read it."""
    assert view().unknown == ()
    assert view().sdk == f"boto3 {boto3.__version__}"


@pytest.fixture
def older_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a client whose model of SageMaker lacks two fields, as an older one did."""
    packed = Path(botocore.__file__).parent / "data/sagemaker/2017-07-24/service-2.json.gz"
    model = json.loads(gzip.decompress(packed.read_bytes()))
    del model["shapes"]["DescribeEndpointOutput"]["members"]["MetricsConfig"]
    del model["shapes"]["ProductionVariantSummary"]["members"]["RoutingConfig"]
    older = tmp_path / "sagemaker/2017-07-24"
    older.mkdir(parents=True)
    (older / "service-2.json").write_text(json.dumps(model))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    return client()


class Body:
    """The body of one answer over HTTP."""

    def __init__(self, text: str) -> None:
        self.text = text

    def stream(self) -> list[bytes]:
        """Return it in one piece."""
        return [self.text.encode()]


def test_a_field_that_an_older_sdk_drops_is_unknown_and_not_absent(older_sdk: Any) -> None:
    """AWS answers every 300 s, the SDK drops it, and the view says which fields it cannot know."""
    answer = {
        "EndpointName": "churn",
        "EndpointStatus": "InService",
        "ProductionVariants": [{"VariantName": "v1", "CurrentWeight": 1.0}],
        "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 300},
    }

    def answered(request: Any, **_rest: Any) -> AWSResponse:
        headers: Any = {"Content-Type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, 200, headers, Body(json.dumps(answer)))

    older_sdk.meta.events.register("before-send.sagemaker.DescribeEndpoint", answered)
    found = SageMakerEndpoints(older_sdk).describe("churn")
    assert found.name == "churn"
    assert found.published_every_seconds == 60
    assert found.unknown == ("MetricsConfig", "RoutingConfig")
    assert set(found.unknown) <= set(TELLS_OF)
