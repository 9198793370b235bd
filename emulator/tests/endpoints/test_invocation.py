"""InvokeEndpoint: routing, TargetVariant, bodies, and SageMaker Runtime's errors."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.endpoints import ModelFailure
from emulator.endpoints.serving.content import body_of
from emulator.endpoints.serving.runtime_errors import (
    dependency_failed,
    model_not_ready,
    service_unavailable,
    throttled,
)


class Fails:
    """A model whose container answers with the status a row begins with."""

    def predict_batch(self, rows: Any) -> Any:
        """Return the row's first number, or its failure."""
        return [ModelFailure("no", int(row[0])) if row[0] >= 400 else row[0] for row in rows]


def invoke(world: Any, body: bytes = b"1,2", **options: Any) -> Any:
    """Return the reply to one request."""
    return world.runtime.invoke_endpoint(EndpointName="shop", Body=body, **options)


def test_requests_are_routed_by_weight(world: Any) -> None:
    """Weights 3 and 1 share requests about 3 to 1, and the reply names the variant that
    answered.
    """
    world.endpoint({"a": 3, "b": 1, "c": 0})
    counts = Counter(invoke(world)["InvokedProductionVariant"] for _ in range(400))
    assert counts["a"] + counts["b"] == 400
    assert 250 < counts["a"] < 350


def test_target_variant_overrides_the_weights(world: Any) -> None:
    """A variant at weight 0 answers when it is named."""
    world.endpoint({"a": 1, "b": 0})
    reply = invoke(world, TargetVariant="b")
    assert reply["InvokedProductionVariant"] == "b"
    assert reply["Body"].read() == b"3.0"


def test_targeted_requests_are_counted_apart_from_live_ones(world: Any) -> None:
    """The ledger keeps TargetVariant calls out of live traffic."""
    world.endpoint({"a": 1, "b": 0})
    invoke(world)
    invoke(world, TargetVariant="b")
    ledger = world.endpoints.ledger("shop")
    assert (ledger.live_requests("a"), ledger.live_requests("b")) == (1, 0)
    assert (ledger.variants["a"].targeted, ledger.variants["b"].targeted) == (0, 1)


def test_an_unknown_variant_is_a_validation_error(world: Any) -> None:
    """TargetVariant with a name the endpoint lacks is a ValidationError."""
    world.endpoint({"a": 1})
    with pytest.raises(world.runtime.exceptions.ValidationError, match="Variant z not found"):
        invoke(world, TargetVariant="z")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/csv", b"1,2\n3,4\n"),
        ("application/json", b'{"instances": [[1, 2], [3, 4]]}'),
        ("application/json", b'{"instances": [{"features": [1, 2]}, {"features": [3, 4]}]}'),
        ("application/json", b"[[1, 2], [3, 4]]"),
        ("application/jsonlines", b'{"features": [1, 2]}\n{"features": [3, 4]}\n'),
    ],
)
def test_bodies_of_every_kind_reach_the_model(world: Any, content_type: str, body: bytes) -> None:
    """CSV, JSON and JSON Lines give the model the same rows."""
    world.endpoint({"a": 1})
    assert invoke(world, body, ContentType=content_type)["Body"].read() == b"3.0\n7.0"


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("text/csv", b"3.0\n7.0"),
        ("application/json", b'{"predictions": [3.0, 7.0]}'),
        ("application/jsonlines", b"3.0\n7.0"),
    ],
)
def test_answers_come_as_accepted(world: Any, accept: str, body: bytes) -> None:
    """Accept chooses the answer's body, and the reply carries its content type."""
    world.endpoint({"a": 1})
    reply = invoke(world, b"1,2\n3,4", Accept=accept)
    assert reply["Body"].read() == body
    assert reply["ContentType"] == accept


def test_a_class_probability_row_is_one_csv_line() -> None:
    """An answer of several numbers is a comma-separated line."""
    assert body_of(np.array([[0.25, 0.75], [1.0, 0.0]]), "text/csv")[0] == b"0.25,0.75\n1.0,0.0"


@pytest.mark.parametrize("status", [400, 500])
def test_a_failing_model_is_a_model_error(world: Any, status: int) -> None:
    """A container's 4XX or 5XX is ModelError, HTTP 424, with the container's own status and
    message.
    """
    world.endpoint({"a": 1})
    world.endpoints.register_model("a", Fails())
    with pytest.raises(world.runtime.exceptions.ModelError) as caught:
        invoke(world, f"{status},0".encode())
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == status
    assert response["OriginalMessage"] == "no"
    assert response["LogStreamArn"].startswith("arn:aws:logs:")


def test_one_failing_row_fails_the_whole_request(world: Any) -> None:
    """A request of two rows is one invocation: it fails when one of them does."""
    world.endpoint({"a": 1})
    world.endpoints.register_model("a", Fails())
    with pytest.raises(world.runtime.exceptions.ModelError):
        invoke(world, b"1,0\n500,0")


def test_a_body_that_cannot_be_parsed_is_the_models_client_error(world: Any) -> None:
    """Broken JSON and a foreign content type are ModelError with 400 and 415."""
    world.endpoint({"a": 1})
    for content_type, status in (("application/json", 400), ("image/png", 415)):
        with pytest.raises(world.runtime.exceptions.ModelError) as caught:
            invoke(world, b"{", ContentType=content_type)
        assert caught.value.response["OriginalStatusCode"] == status


def test_a_body_over_the_limit_is_refused(world: Any) -> None:
    """6,291,456 bytes are accepted, one more is HTTP 413."""
    world.endpoint({"a": 1})
    body = b"1".ljust(6_291_456, b"\n")
    assert invoke(world, body)["Body"].read() == b"1.0"
    with pytest.raises(ClientError) as caught:
        invoke(world, body + b"\n")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


@pytest.mark.parametrize(
    ("refusal", "code", "status"),
    [
        (model_not_ready, "ModelNotReadyException", 429),
        (throttled, "ThrottlingException", 400),
        (service_unavailable, "ServiceUnavailable", 503),
        (dependency_failed, "InternalDependencyException", 530),
    ],
)
def test_the_service_can_refuse(world: Any, refusal: Any, code: str, status: int) -> None:
    """An injected refusal arrives with SageMaker's code and HTTP status, and the next request is
    answered.
    """
    world.endpoint({"a": 1})
    once = Config(retries={"total_max_attempts": 1})
    client = boto3.client("sagemaker-runtime", region_name="us-east-1", config=once)
    world.endpoints.refuse_next("shop", refusal())
    with pytest.raises(ClientError) as caught:
        client.invoke_endpoint(EndpointName="shop", Body=b"1")
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert client.invoke_endpoint(EndpointName="shop", Body=b"1")["Body"].read() == b"1.0"


def test_a_model_nobody_registered_is_not_there(world: Any) -> None:
    """A variant whose model has no Python object fails with 503, loudly and by name."""
    world.endpoint({"a": 1})
    world.endpoints.models._models.clear()
    with pytest.raises(world.runtime.exceptions.ModelError, match="no model is registered for 'a'"):
        invoke(world)


def test_a_model_may_have_its_own_format(world: Any) -> None:
    """A model with serve(body, ...) reads and writes bytes of its own."""

    class Echo:
        def predict_batch(self, rows: Any) -> Any:
            return [0] * len(rows)

        def serve(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
            return json.dumps(
                [{"label": "POSITIVE", "said": json.loads(body)["inputs"]}]
            ).encode(), accept

    world.endpoint({"a": 1})
    world.endpoints.register_model("a", Echo())
    reply = invoke(
        world, b'{"inputs": "fine"}', ContentType="application/json", Accept="application/json"
    )
    assert json.loads(reply["Body"].read()) == [{"label": "POSITIVE", "said": "fine"}]


def test_targeted_requests_are_in_the_variants_metrics(world: Any) -> None:
    """CloudWatch does not tell TargetVariant calls from live ones: Invocations counts them."""
    world.endpoint({"a": 1, "b": 0})
    for _ in range(3):
        invoke(world, TargetVariant="b")
    world.clock.run_for(60)
    end = world.clock.now()
    dimensions = [{"Name": "EndpointName", "Value": "shop"}, {"Name": "VariantName", "Value": "b"}]
    points = world.cloudwatch.get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=dimensions,
        Period=60,
        Statistics=["Sum"],
        StartTime=end - timedelta(minutes=5),
        EndTime=end,
    )["Datapoints"]
    assert [point["Sum"] for point in points] == [3]


def test_requests_can_take_time(make_world: Any) -> None:
    """When asked for, a caller waits in emulated time for as long as the model took."""
    world = make_world(requests_take_time=True)
    world.endpoint({"a": 1})
    before = world.clock.now()
    for _ in range(40):
        invoke(world)
    assert 0.5 < (world.clock.now() - before).total_seconds() < 2.5


def test_an_endpoint_is_known_in_its_own_region_only(world: Any) -> None:
    """Requests and descriptions in another region do not find the endpoint."""
    world.endpoint({"a": 1})
    keys: dict[str, Any] = {
        "region_name": "eu-west-1",
        "aws_access_key_id": "none",
        "aws_secret_access_key": "none",
    }
    with pytest.raises(ClientError, match="not found"):
        boto3.client("sagemaker-runtime", **keys).invoke_endpoint(EndpointName="shop", Body=b"1")
    with pytest.raises(ClientError, match="Could not find"):
        boto3.client("sagemaker", **keys).describe_endpoint(EndpointName="shop")
    assert (
        boto3.client("cloudwatch", **keys).list_metrics(Namespace="AWS/SageMaker")["Metrics"] == []
    )
