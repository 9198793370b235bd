"""What the labelled set showed, kept in DynamoDB under its revision."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.adapters.table import rollout_key
from canary.domain.errors import Conflict
from canary.domain.labelled.evidence import QualityEvidence

pytestmark = pytest.mark.usefixtures("aws")


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
