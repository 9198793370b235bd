"""The labelled set's adapters against the AWS stand-in: S3, DynamoDB, SageMaker and its runtime's
errors.
"""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws

from canary.adapters.invoker import EndpointInvoker, runtime_config
from canary.adapters.labelled_s3 import S3LabelledSets
from canary.adapters.model_identity import SageMakerModels
from canary.adapters.predictions_s3 import S3Predictions
from canary.adapters.quality_store import DynamoQualityStore
from canary.adapters.table import rollout_key
from canary.domain.errors import AwsDenied, Conflict, Refused
from canary.domain.labelled.evidence import QualityEvidence
from canary.ports.quality import CallBusy, CallFailed, CallOptions, KeptPrediction, Reply

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run against an empty account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture
def s3() -> Any:
    """Return an S3 client with one bucket."""
    client: Any = boto3.client("s3")
    client.create_bucket(Bucket="labels", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


def test_a_set_is_fetched_with_its_version(s3: Any, tmp_path: Path) -> None:
    """The version changes with the content; the copy keeps the suffix and nothing else of the
    address.
    """
    sets = S3LabelledSets(s3, folder=tmp_path)
    s3.put_object(Bucket="labels", Key="a/../churn set.csv", Body=b"1,2\n0,3\n")
    uri = "s3://labels/a/../churn set.csv"
    first = sets.fetch(uri)
    assert (first.path.read_bytes(), first.path.parent, first.path.suffix) == (
        b"1,2\n0,3\n",
        tmp_path,
        ".csv",
    )
    assert first.version == sets.version(uri)
    s3.put_object(Bucket="labels", Key="a/../churn set.csv", Body=b"1,2\n0,3\n1,4\n")
    assert sets.version(uri) != first.version


def test_the_head_of_a_set(s3: Any, tmp_path: Path) -> None:
    """The head is what was asked for, and says whether that was all."""
    sets = S3LabelledSets(s3, folder=tmp_path)
    s3.put_object(Bucket="labels", Key="churn.csv", Body=b"1,2\n" * 100)
    head = sets.head("s3://labels/churn.csv", 40)
    assert (head.path.read_bytes(), head.whole) == (b"1,2\n" * 10, False)
    assert sets.head("s3://labels/churn.csv", 400).whole


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("s3://labels/none.csv", "there is no"),
        ("s3://no-such-bucket/churn.csv", "there is no"),
        ("s3://labels", "not an address"),
        ("s3:///churn.csv", "not an address"),
        ("https://labels/churn.csv", "not an address"),
        ("/etc/passwd", "not an address"),
        ("s3://labels/empty.csv", "is empty"),
    ],
)
def test_addresses_that_are_refused(s3: Any, tmp_path: Path, uri: str, why: str) -> None:
    """A missing or impossible address is refused naming the field; local files are for the command
    line alone.
    """
    s3.put_object(Bucket="labels", Key="empty.csv", Body=b"")
    with pytest.raises(Refused, match=why) as caught:
        S3LabelledSets(s3, folder=tmp_path).head(uri, 1_000)
    assert caught.value.field == "guards.quality.labelled_set"


def test_a_denied_read_is_refused_with_the_permission(tmp_path: Path) -> None:
    """Access denied names the permission that is missing."""
    client = boto3.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(Refused, match="s3:GetObject"):
            S3LabelledSets(client, folder=tmp_path).fetch("s3://labels/churn.csv")


def test_predictions_come_back(s3: Any) -> None:
    """Parts add up under their key; the same part again replaces itself."""
    kept = S3Predictions(s3, "labels")
    kept.append("k1", "a", [KeptPrediction(1, "1", 0.25), KeptPrediction(2, 'odd "name"\n', None)])
    kept.append("k1", "b", [KeptPrediction(3, "0", 0.1)])
    kept.append("k1", "b", [KeptPrediction(3, "0", 0.2)])
    kept.append("k10", "a", [KeptPrediction(9, "1", 1.0)])
    assert sorted(kept.load("k1"), key=lambda one: one.row) == [
        KeptPrediction(1, "1", 0.25),
        KeptPrediction(2, 'odd "name"\n', None),
        KeptPrediction(3, "0", 0.2),
    ]


@pytest.fixture
def store() -> DynamoQualityStore:
    """Return a store on an empty table."""
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="rollouts",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    return DynamoQualityStore(
        client, "rollouts", lambda: datetime(2026, 3, 2, 8, 0, 30, tzinfo=UTC)
    )


def evidence(revision: int) -> QualityEvidence:
    """Return evidence of one revision."""
    return QualityEvidence(
        rollout="churn-1",
        revision=revision,
        endpoint="churn",
        baseline="old",
        canary="new",
        labelled_set="s3://labels/churn.csv",
        set_version="v1",
        records_total=10,
        position=revision,
    )


def test_evidence_is_written_under_its_revision(store: DynamoQualityStore) -> None:
    """A writer that did not see the newest evidence is refused, and nothing is overwritten."""
    assert store.load("churn-1") is None
    store.save(evidence(1), None)
    store.save(evidence(2), 1)
    for expected in (None, 1, 3):
        with pytest.raises(Conflict):
            store.save(evidence(9), expected)
    assert store.load("churn-1") == evidence(2)


def test_evidence_expires(store: DynamoQualityStore) -> None:
    """Its disagreements hold labels: 90 days after it was last written it goes, as windows and
    verdicts do.
    """
    store.save(evidence(1), None)
    item = boto3.client("dynamodb").get_item(
        TableName="rollouts", Key=rollout_key("churn-1", "QUALITY")
    )["Item"]
    expires = datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC)
    assert expires == datetime(2026, 3, 2, 8, 0, tzinfo=UTC) + timedelta(days=90)


def test_evidence_without_a_clock_is_only_read() -> None:
    """A store made for readers refuses to write what would never go."""
    with pytest.raises(TypeError, match="has to expire"):
        DynamoQualityStore(boto3.client("dynamodb"), "rollouts").save(evidence(1), None)


def test_stored_evidence_that_does_not_fit_is_not_quoted(store: DynamoQualityStore) -> None:
    """An item of another version fails on its fields' names; its labels do not reach the log with
    the error.
    """
    body = evidence(1).model_dump(mode="json") | {
        "disagreements": [{"record": "Jane", "label": "unwell"}]
    }
    item = {**rollout_key("churn-1", "QUALITY"), "body": {"S": json.dumps(body)}}
    boto3.client("dynamodb").put_item(TableName="rollouts", Item=item)
    with pytest.raises(ValueError, match=r"disagreements\.0\.canary") as caught:
        store.load("churn-1")
    assert not [quoted for quoted in ("Jane", "unwell") if quoted in str(caught.value)]


OPTIONS = CallOptions(
    accept="text/csv",
    target_model="a.tar.gz",
    target_container_hostname="second",
    custom_attributes="c000b4f9",
    inference_id="canary-churn-1-7",
)


def invoked(add: Any) -> Reply | CallFailed | CallBusy:
    """Return what the invoker makes of one stubbed answer."""
    client = boto3.client("sagemaker-runtime")
    with Stubber(client) as stub:
        add(stub)
        return EndpointInvoker(client).invoke("churn", "new", b"1,2", "text/csv", OPTIONS)


def test_an_answer_names_its_variant() -> None:
    """TargetVariant, content type and every option are sent; body, type and invoked variant come
    back.
    """
    body = StreamingBody(io.BytesIO(b"0.5"), 3)
    response = {"Body": body, "ContentType": "text/csv", "InvokedProductionVariant": "new"}
    sent = {"EndpointName": "churn", "TargetVariant": "new", "Body": b"1,2"}
    sent |= {"ContentType": "text/csv", "Accept": "text/csv", "TargetModel": "a.tar.gz"}
    sent |= {"TargetContainerHostname": "second", "CustomAttributes": "c000b4f9"}
    sent |= {"InferenceId": "canary-churn-1-7"}
    found = invoked(lambda stub: stub.add_response("invoke_endpoint", response, sent))
    assert found == Reply(b"0.5", "text/csv", "new")


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ModelError", 424, CallFailed("model_error", "the model answered with status unknown")),
        ("ModelNotReadyException", 429, CallBusy("not_ready", "ModelNotReadyException")),
        ("ThrottlingException", 400, CallBusy("throttled", "ThrottlingException")),
        ("ServiceUnavailable", 503, CallBusy("unavailable", "ServiceUnavailable")),
        (
            "InternalDependencyException",
            530,
            CallBusy("unavailable", "InternalDependencyException"),
        ),
        ("InternalFailure", 500, CallBusy("unavailable", "InternalFailure")),
    ],
)
def test_errors_of_the_runtime_have_a_meaning(code: str, status: int, expected: object) -> None:
    """A model's error is evidence; throttling, loading and trouble of the service are not."""
    found = invoked(
        lambda stub: stub.add_client_error("invoke_endpoint", code, "m", http_status_code=status)
    )
    assert found == expected


@pytest.mark.parametrize(
    ("code", "status"), [("ValidationError", 400), ("AccessDeniedException", 403)]
)
def test_permanent_answers_end_the_evaluation(code: str, status: int) -> None:
    """A vanished endpoint or a missing permission is an error, never a wrong answer."""
    with pytest.raises(AwsDenied, match="churn"):
        invoked(
            lambda stub: stub.add_client_error(
                "invoke_endpoint", code, "not found", http_status_code=status
            )
        )


QUOTED = (
    "Received server error (500) from primary with message 'could not convert string to "
    "float: Jane'"
)


def test_what_a_model_says_of_its_failure_is_not_repeated() -> None:
    """A container that fails often quotes the row: of its error the status is told, and its words
    lie apart, where no log shows them.
    """
    members = {"OriginalStatusCode": 500, "OriginalMessage": QUOTED}
    found = invoked(
        lambda stub: stub.add_client_error(
            "invoke_endpoint", "ModelError", QUOTED, http_status_code=424, modeled_fields=members
        )
    )
    assert found == CallFailed("model_error", "the model answered with status 500", QUOTED)
    assert "Jane" not in repr(found)


def test_the_text_of_an_unknown_error_is_not_repeated() -> None:
    """An error that may carry a container's text is told by its code, and its chain is cut."""
    with pytest.raises(AwsDenied, match=r"churn cannot be evaluated \(SomethingNew\)$") as caught:
        invoked(
            lambda stub: stub.add_client_error(
                "invoke_endpoint", "SomethingNew", QUOTED, http_status_code=424
            )
        )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ReadTimeoutError(endpoint_url="u"), "timeout"),
        (ConnectionClosedError(endpoint_url="u"), "unavailable"),
    ],
)
def test_silence_is_the_model_s_a_broken_line_is_not(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    """No answer in time counts against the variant; a connection that broke is tried again."""
    client = boto3.client("sagemaker-runtime", config=runtime_config(4, 1.0))

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(client, "invoke_endpoint", fail)
    found = EndpointInvoker(client).invoke("churn", "new", b"1", "text/csv", OPTIONS)
    assert isinstance(found, CallFailed | CallBusy)
    assert found.kind == kind


def test_the_client_leaves_pauses_to_the_evaluation() -> None:
    """One attempt a call, a pool as wide as the concurrency, and the spec's own timeout."""
    config: Any = runtime_config(32, 12.5)
    assert config.retries == {"total_max_attempts": 1, "mode": "standard"}
    assert (config.max_pool_connections, config.read_timeout) == (32, 12.5)


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
